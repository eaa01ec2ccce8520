package value

import "encoding/json"

// Normalize is the JSON value of any value that encoding/json can marshal, such as a struct or an int. A JSON value is returned as it
// is, without a copy.
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

// isJSON tells whether nothing but JSON values is in a value.
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
