package serve

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"clinical-risk-pipeline/asl/serve/api"
)

// maxBody is the largest request in bytes. A definition has at most 1 MiB, which JSON may write in up to six times as many bytes.
const maxBody = 8 << 20

// target is what the header X-Amz-Target has before the operation.
const target = "AWSStepFunctions."

// ServeHTTP answers a request of the API. Anything else goes to [Config.Page].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isAPI := strings.CutPrefix(r.Header.Get("X-Amz-Target"), target)
	if !isAPI && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		s.config.Page.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		write(w, nil, &api.Error{Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: "Request size exceeded the limit of 8 MiB"})
		return
	}
	if err != nil {
		return // The client has gone.
	}
	answer, fault := s.Call(r.Context(), name, body)
	write(w, answer, fault)
}

// Call performs an operation. Its answer marshals to the body of the response. ctx ends when the caller no longer waits.
func (s *Server) Call(ctx context.Context, name string, body []byte) (any, *api.Error) {
	perform, ok := operations[name]
	if !ok {
		return nil, &api.Error{Code: api.CodeUnknownOperation}
	}
	return perform(ctx, s, body)
}

// write writes the response.
func write(w http.ResponseWriter, answer any, fault *api.Error) {
	status := http.StatusOK
	if fault != nil {
		answer, status = fault, fault.HTTPStatus()
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic("serve: an answer cannot be marshalled: " + err.Error()) // Every call of the operation fails, in tests, too.
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("x-amzn-RequestId", newUUID())
	w.WriteHeader(status)
	_, _ = w.Write(body) // An error means that the client has gone.
}
