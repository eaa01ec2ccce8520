package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strings"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/internal/plain"
)

//go:embed templates
var sources embed.FS

//go:embed style.css
var style string

//go:embed page.js
var script string

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"at": address, "last": last, "moment": moment, "span": span, "plural": plural, "mark": mark, "words": words,
}).ParseFS(sources, "templates/*.gohtml"))

// screen is what a page shows.
type screen struct {
	Template string
	Title    string
	Trail    []link // the pages above this one
	Live     bool   // whether something may change
	Data     any
	Status   int // of the response. Default: 200
}

// link is a link with its text.
type link struct{ Text, URL string }

// write writes the page. A reader that has it gets the status 304.
func (s *screen) write(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, s.Template, s); err != nil {
		http.Error(w, "The page has a fault: "+err.Error(), http.StatusInternalServerError) // A fault of the program.
		return
	}
	digest := sha256.Sum256(body.Bytes())
	tag := `"` + hex.EncodeToString(digest[:12]) + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if s.Status != 0 {
		w.WriteHeader(s.Status)
	}
	_, _ = plain.Writer(w).Write(body.Bytes()) // An error means that the client has gone.
}

// unknown is the answer to a path that does not exist.
func unknown(*http.Request) (*screen, *api.Error) {
	return nil, &api.Error{Code: "PageDoesNotExist", Message: "There is no page at this address.", Status: http.StatusNotFound}
}

// refusal is the page of an error.
func refusal(fault *api.Error) *screen {
	s := &screen{Template: "refusal", Title: "This cannot be shown", Data: fault, Status: statusOf(fault)}
	if s.Status == http.StatusNotFound {
		s.Title = "Not found"
	}
	return s
}

// statusOf returns the status of a page for an error of the API, which has 400 for what does not exist.
func statusOf(fault *api.Error) int {
	if strings.HasSuffix(fault.Code, "DoesNotExist") || fault.Code == "ResourceNotFound" || fault.Code == "InvalidArn" {
		return http.StatusNotFound
	}
	return fault.HTTPStatus()
}

// asset answers with a file of the page.
func asset(contentType, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(text)) // An error means that the client has gone.
	})
}
