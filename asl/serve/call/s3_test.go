package call_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve/call"
)

func TestObjects(t *testing.T) {
	stored := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.URL.Path, "/bucket/")
		switch {
		case r.Method == http.MethodPut:
			body, _ := io.ReadAll(r.Body)
			stored[key] = string(body)
		case r.URL.Query().Get("list-type") == "2":
			_, _ = fmt.Fprintf(w, "<ListBucketResult><Contents><Key>a</Key><Size>%d</Size></Contents></ListBucketResult>", len(stored["a"]))
		case stored[key] == "":
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
		default:
			_, _ = io.WriteString(w, stored[key])
		}
	}))
	defer server.Close()
	endpoints, err := call.New(map[string]string{"s3": server.URL}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	objects := endpoints.Objects()
	w, err := objects.Create(t.Context(), "bucket", "a")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "content")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := objects.Open(t.Context(), "bucket", "a")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if text, err := io.ReadAll(r); err != nil || string(text) != "content" {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := objects.Open(t.Context(), "bucket", "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing object: %v", err)
	}
	for object, err := range objects.List(t.Context(), "bucket", "") {
		if err != nil || object.Key != "a" || object.Size != 7 {
			t.Errorf("%+v, %v", object, err)
		}
	}
}
