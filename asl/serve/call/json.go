package call

import (
	"context"
	"encoding/json"
	"net/http"
	"unicode"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// performJSON calls a service that speaks JSON.
func performJSON(ctx context.Context, r *request) (any, error) {
	return r.json(ctx, r.operation(), []byte(r.parameters))
}

// json performs an operation of a service that speaks JSON.
func (r *request) json(ctx context.Context, operation string, body []byte) (*value.Object, error) {
	if r.service.camel {
		var err error
		if body, err = recase(body, unicode.ToLower); err != nil {
			return nil, err
		}
	}
	header := http.Header{"Content-Type": {"application/x-amz-json-" + r.service.version}, "X-Amz-Target": {r.service.target + "." + operation}}
	a, err := r.send(ctx, http.MethodPost, "/", header, body)
	if err != nil {
		return nil, err
	}
	return r.result(a)
}

// result returns the members of a JSON answer.
func (r *request) result(a *answer) (*value.Object, error) {
	if a.status >= http.StatusBadRequest {
		return nil, r.refusal(a)
	}
	body := a.body
	if r.service.camel {
		var err error
		if body, err = recase(body, unicode.ToUpper); err != nil {
			return nil, err
		}
	}
	result, err := object(body)
	if err != nil {
		return nil, err
	}
	return r.metadata(result, a), nil
}

// recase changes the first letter of every name in a JSON object.
func recase(text []byte, to func(rune) rune) ([]byte, error) {
	v, err := object(text)
	if err != nil {
		return nil, err
	}
	return value.Append(nil, recased(v, to)), nil
}

func recased(v any, to func(rune) rune) any {
	switch v := v.(type) {
	case *value.Object:
		changed := value.NewObject(v.Len())
		for _, m := range v.Members() {
			name := m.Key
			if name != "" {
				name = string(to(rune(name[0]))) + name[1:]
			}
			changed.Set(name, recased(m.Value, to))
		}
		return changed
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = recased(v[i], to)
		}
		return items
	}
	return v
}

// asText returns a member as text: a text as it is, and other JSON as JSON text.
func asText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// performSQS calls SQS. A message that is an object is sent as JSON text.
func performSQS(ctx context.Context, r *request) (any, error) {
	var members map[string]json.RawMessage
	if err := r.read(&members); err != nil {
		return nil, err
	}
	if body, ok := members["MessageBody"]; ok {
		members["MessageBody"], _ = json.Marshal(asText(body)) // A text always can.
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	return r.json(ctx, r.operation(), text)
}

// performEvents puts events. A Detail that is an object is sent as JSON text. An entry that fails, fails the task.
func performEvents(ctx context.Context, r *request) (any, error) {
	var parameters struct {
		Entries []map[string]json.RawMessage
	}
	if err := r.read(&parameters); err != nil {
		return nil, err
	}
	for _, entry := range parameters.Entries {
		if detail, ok := entry["Detail"]; ok {
			entry["Detail"], _ = json.Marshal(asText(detail)) // A text always can.
		}
	}
	text, err := json.Marshal(parameters)
	if err != nil {
		return nil, err
	}
	result, err := r.json(ctx, "PutEvents", text)
	if err != nil {
		return nil, err
	}
	if n, _ := result.Value("FailedEntryCount").(float64); n > 0 {
		return nil, &asl.Error{Name: "EventBridge.FailedEntry", Cause: asl.Encode(result.Value("Entries"))}
	}
	return result, nil
}
