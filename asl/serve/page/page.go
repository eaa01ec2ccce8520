// Package page shows a server of the API in a browser: state machines, executions, the drawn path, events and payloads.
//
// It reads the server through its own operations and changes nothing. Payloads are data: a page has one only when somebody asks for it.
package page

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"clinical-risk-pipeline/asl/serve/api"
)

// API performs operations, as serve.Server does.
type API interface {
	Call(ctx context.Context, operation string, body []byte) (any, *api.Error)
}

// Page is an [http.Handler] for GET requests. Set API before the first request.
type Page struct{ API API }

//go:embed *.gohtml style.css live.js
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"name": lastPart, "time": clock, "took": took, "lower": strings.ToLower}).ParseFS(files, "*.gohtml"))

// routes are the pages by path.
var routes = map[string]func(p *Page, r *http.Request) (view, *api.Error){
	"/": (*Page).home, "/machine": (*Page).machine, "/execution": (*Page).execution, "/event": (*Page).event, "/maprun": (*Page).mapRun,
}

// view is what a template shows.
type view struct {
	template, Title string
	Running         bool // it may change
	Data            any
}

// policy lets a page load nothing but its own style and script, and lets nobody frame it.
const policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// ServeHTTP answers a request for a page.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	switch r.URL.Path {
	case "/style.css", "/live.js":
		h.Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, files, strings.TrimPrefix(r.URL.Path, "/"))
		return
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	show, ok := routes[r.URL.Path]
	if !ok {
		p.write(w, http.StatusNotFound, view{"fault.gohtml", "There is no such page", false, "The pages are /, /machine, /execution, /event and /maprun."})
		return
	}
	v, fault := show(p, r)
	if fault != nil {
		status := http.StatusNotFound
		if !strings.HasSuffix(fault.Code, "DoesNotExist") && fault.Code != "ResourceNotFound" {
			status = http.StatusBadRequest
		}
		p.write(w, status, view{"fault.gohtml", fault.Code, false, fault.Message})
		return
	}
	p.write(w, http.StatusOK, v)
}

func (p *Page) write(w http.ResponseWriter, status int, v view) {
	var body, whole bytes.Buffer
	err := templates.ExecuteTemplate(&body, v.template, v.Data)
	if err == nil {
		err = templates.ExecuteTemplate(&whole, "frame.gohtml", map[string]any{"Title": v.Title, "Running": v.Running, "Body": template.HTML(body.String())}) //nolint:gosec // a template made it
	}
	if err != nil {
		panic("page: " + err.Error()) // Every page of the kind fails, in tests, too.
	}
	w.WriteHeader(status)
	_, _ = w.Write(whole.Bytes()) // An error means that the browser has gone.
}
