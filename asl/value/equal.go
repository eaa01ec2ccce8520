package value

// Equal reports whether two JSON values are equal: objects whatever the order of their members, numbers by value.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case *Object:
		b, ok := b.(*Object)
		return ok && a.Equal(b)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !Equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case nil, bool, string:
		return a == b
	}
	_, isA := Float(a)
	_, isB := Float(b)
	return isA && isB && Compare(a, b) == 0
}

// Equal reports whether two objects have equal members, in whatever order.
func (o *Object) Equal(other *Object) bool {
	if o.Len() != other.Len() {
		return false
	}
	for _, m := range o.Members() {
		if v, ok := other.Get(m.Key); !ok || !Equal(m.Value, v) {
			return false
		}
	}
	return true
}
