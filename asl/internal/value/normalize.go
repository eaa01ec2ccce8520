package value

import "encoding/json"

// Normalize converts a value that encoding/json can marshal, such as a struct or an int, into a JSON value. It returns a JSON value
// unchanged, without a copy.
func Normalize(v any) (any, error) {
	if isJSON(v) {
		return v, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Decode(text)
}

// isJSON reports whether a value consists only of JSON values.
func isJSON(v any) bool {
	switch v := v.(type) {
	case nil, bool, string, float64, json.Number:
		return true
	case []any:
		for _, e := range v {
			if !isJSON(e) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, e := range v {
			if !isJSON(e) {
				return false
			}
		}
		return true
	}
	return false
}
