package value

// Plain returns the value with Go maps in the place of its objects, for readers to whom the order of members means nothing. Go maps and
// arrays are copied. The result shares nothing that can be changed.
func Plain(v any) any {
	switch v := v.(type) {
	case *Object:
		m := make(map[string]any, v.Len())
		for _, member := range v.Members() {
			m[member.Key] = Plain(member.Value)
		}
		return m
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, inner := range v {
			m[key] = Plain(inner)
		}
		return m
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = Plain(v[i])
		}
		return items
	}
	return v
}
