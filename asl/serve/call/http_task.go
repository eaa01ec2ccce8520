package call

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"clinical-risk-pipeline/asl"
)

// performHTTP performs an HTTP task: the endpoint takes the place of the scheme and the host of ApiEndpoint. Connections have no effect.
func performHTTP(ctx context.Context, r *request) (any, error) {
	var parameters struct {
		APIEndpoint     string `json:"ApiEndpoint"`
		Method          string
		Headers         map[string]json.RawMessage
		QueryParameters map[string]json.RawMessage
		RequestBody     json.RawMessage
	}
	if err := r.read(&parameters); err != nil {
		return nil, err
	}
	u, err := url.Parse(parameters.APIEndpoint)
	if err != nil {
		return nil, &asl.Error{Name: "States.Http.Socket", Cause: err.Error()}
	}
	query := u.Query()
	for name, value := range parameters.QueryParameters {
		query.Set(name, asText(value))
	}
	header := http.Header{}
	for name, value := range parameters.Headers {
		header.Set(name, asText(value))
	}
	if header.Get("Content-Type") == "" && parameters.RequestBody != nil {
		header.Set("Content-Type", "application/json")
	}
	path := u.EscapedPath()
	if encoded := query.Encode(); encoded != "" {
		path += "?" + encoded
	}
	a, err := r.send(ctx, parameters.Method, path, header, parameters.RequestBody)
	if err != nil {
		if ctx.Err() == nil {
			err = &asl.Error{Name: "States.Http.Socket", Cause: err.Error()}
		}
		return nil, err
	}
	if a.status >= http.StatusMultipleChoices {
		return nil, &asl.Error{Name: fmt.Sprintf("States.Http.StatusCode.%d", a.status), Cause: string(a.body)}
	}
	var body any = string(a.body)
	if v, err := asl.Decode(bytes.TrimSpace(a.body)); err == nil {
		body = v
	}
	headers := map[string]any{}
	for name, values := range a.header {
		headers[name] = values
	}
	return map[string]any{"Headers": headers, "ResponseBody": body, "StatusCode": a.status, "StatusText": http.StatusText(a.status)}, nil
}
