// Package pages shows what a server of the API of Step Functions does, for people who would rather look than read: its state machines, their
// executions, the path that an execution took, its events, and the input and output of each state.
//
//	handler := pages.New(server)
//
// The pages only read: they know no other methods than GET and HEAD. They are HTML that works without a script. With the script, which asks
// for the page again and replaces the parts that changed, they are live while something runs. Their content security policy allows nothing
// but the style sheet and the script of this package. Payloads are in the pages of single events and nowhere else; URLs have none.
//
// The package has a file for each page (home.go, machine.go, map_run.go, execution.go, event.go, payload.go), history.go for what the
// events say about the states, and templates for what is seen.
package pages

import (
	"context"
	"net/http"

	"clinical-risk-pipeline/asl/serve/api"
)

// Server is what the pages read.
type Server interface {
	// Call performs an operation of the API. Its answer marshals to the body of the response.
	Call(ctx context.Context, operation string, body []byte) (any, *api.Error)
	// Events returns the history of an execution: each event as GetExecutionHistory has it.
	Events(executionARN string) ([][]byte, *api.Error)
}

// pages answers the requests.
type pages struct{ server Server }

// New returns the handler of all pages.
func New(server Server) http.Handler {
	p := &pages{server}
	mux := http.NewServeMux()
	for pattern, show := range map[string]func(*http.Request) (*screen, *api.Error){
		"GET /{$}": p.home, "GET /machine": p.machine, "GET /map-run": p.mapRun, "GET /execution": p.execution, "GET /event": p.event, "GET /": unknown,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s, fault := show(r)
			if fault != nil {
				s = refusal(fault)
			}
			s.write(w, r)
		})
	}
	mux.HandleFunc("GET /definition", p.definition)
	mux.HandleFunc("GET /payload", p.payload)
	mux.Handle("GET /style.css", asset("text/css; charset=utf-8", style))
	mux.Handle("GET /page.js", asset("text/javascript; charset=utf-8", script))
	return guard(mux)
}

// guard sets the headers that keep other sites out. Nothing is stored by the browser: pages have data.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; " +
				"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"Cache-Control":                "no-store",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
		} {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}
