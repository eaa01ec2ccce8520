package teststate

import (
	"net/url"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// http shows the request and the response of an HTTP task: its parameters and its result. No connection adds anything to them here.
func (d *Inspection) http(r *asl.StateResult) {
	parameters, ok := r.Steps[asl.StepParameters].(*value.Object)
	if !ok {
		parameters, ok = r.Steps[asl.StepArguments].(*value.Object)
	}
	if !ok {
		return
	}
	d.Request = &HTTPRequest{Protocol: "https", Method: textOf(parameters, "Method"), URL: address(parameters),
		Headers: jsonOf(parameters, "Headers"), Body: body(parameters, "RequestBody")}
	response, ok := r.Steps[asl.StepResult].(*value.Object)
	if !ok {
		return
	}
	d.Response = &HTTPResponse{Protocol: "https", StatusMessage: textOf(response, "StatusText"),
		Headers: jsonOf(response, "Headers"), Body: body(response, "ResponseBody")}
	status, _ := response.Get("StatusCode")
	if n, ok := numberOf(status); ok {
		d.Response.StatusCode = strconv.Itoa(int(n))
	}
}

// address returns the endpoint with the query parameters.
func address(parameters *value.Object) string {
	endpoint := textOf(parameters, "ApiEndpoint")
	v, _ := parameters.Get("QueryParameters")
	object, _ := v.(*value.Object)
	if object == nil || object.Len() == 0 {
		return endpoint
	}
	query := url.Values{}
	for _, m := range object.Members() {
		values, isList := m.Value.([]any)
		if !isList {
			values = []any{m.Value}
		}
		for _, one := range values {
			query.Add(m.Key, plain(one))
		}
	}
	separator := "?"
	if strings.Contains(endpoint, "?") {
		separator = "&"
	}
	return endpoint + separator + query.Encode()
}

// textOf returns a member that is a text, or "".
func textOf(object *value.Object, name string) string {
	v, _ := object.Get(name)
	s, _ := v.(string)
	return s
}

// jsonOf returns a member as JSON, or {}.
func jsonOf(object *value.Object, name string) string {
	v, ok := object.Get(name)
	if !ok {
		return "{}"
	}
	return value.Encode(v)
}

// body returns a body: a text as it is, anything else as JSON; nil when there is none.
func body(object *value.Object, name string) *string {
	v, ok := object.Get(name)
	if !ok {
		return nil
	}
	s := plain(v)
	return &s
}

// plain returns a text as it is, and anything else as JSON.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return value.Encode(v)
}
