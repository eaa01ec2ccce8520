// Package value holds JSON values whose objects keep the order of their members.
//
// A value is nil (null), bool, string, float64, []any, *Object, or json.Number for an integer that a float64 cannot hold exactly.
// A string is UTF-8; a lone surrogate, which JSON's \u escapes can write, is kept as the three bytes that UTF-8 would give it
// (WTF-8), so that decoding and encoding do not change it.
package value

// indexFrom is the number of members from which an object has an index. Below it, a scan is faster (see BenchmarkObject).
const indexFrom = 16

// Member is one name and its value.
type Member struct {
	Key   string
	Value any
}

// Object is a JSON object that keeps its members in the order in which they were set. The zero value is an empty object. An object
// is safe for concurrent reads; it is not safe to change it meanwhile. A nil *Object reads as an empty object.
type Object struct {
	members []Member
	index   map[string]int // positions by key; nil for fewer than indexFrom members
	shared  bool
}

// NewObject returns an empty object with room for n members.
func NewObject(n int) *Object { return &Object{members: make([]Member, 0, n)} }

// ObjectOf returns an object with the members, which it keeps. Their keys must differ.
func ObjectOf(members ...Member) *Object {
	o := &Object{members: members}
	if len(members) >= indexFrom {
		o.buildIndex()
	}
	return o
}

// Len returns the number of members.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.members)
}

// Members returns the members in order. Do not change the slice.
func (o *Object) Members() []Member {
	if o == nil {
		return nil
	}
	return o.members
}

// Keys returns the names in order.
func (o *Object) Keys() []string {
	keys := make([]string, o.Len())
	for i := range keys {
		keys[i] = o.members[i].Key
	}
	return keys
}

// Get returns the value of a member and whether the object has it.
func (o *Object) Get(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// Has reports whether the object has a member of that name.
func (o *Object) Has(key string) bool { return o.find(key) >= 0 }

// Value returns the value of a member, or nil if the object lacks it.
func (o *Object) Value(key string) any {
	v, _ := o.Get(key)
	return v
}

// Text returns the value of a member that is a string, or "".
func (o *Object) Text(key string) string {
	s, _ := o.Value(key).(string)
	return s
}

// Object returns the value of a member that is an object, or nil, which reads as an empty object.
func (o *Object) Object(key string) *Object {
	object, _ := o.Value(key).(*Object)
	return object
}

func (o *Object) find(key string) int {
	if o == nil {
		return -1
	}
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].Key == key {
			return i
		}
	}
	return -1
}

// Set sets a member. A new one comes last; a known one keeps its place.
func (o *Object) Set(key string, v any) {
	if i := o.find(key); i >= 0 {
		o.members[i].Value = v
		return
	}
	o.members = append(o.members, Member{key, v})
	switch {
	case o.index != nil:
		o.index[key] = len(o.members) - 1
	case len(o.members) == indexFrom:
		o.buildIndex()
	}
}

// With sets a member and returns the object, so that one expression can make an object.
func (o *Object) With(key string, v any) *Object {
	o.Set(key, v)
	return o
}

func (o *Object) buildIndex() {
	o.index = make(map[string]int, max(cap(o.members), 2*len(o.members)))
	for i := range o.members {
		o.index[o.members[i].Key] = i
	}
}

// Delete removes a member if the object has it.
func (o *Object) Delete(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	o.members = append(o.members[:i], o.members[i+1:]...)
	if o.index = nil; len(o.members) >= indexFrom {
		o.buildIndex()
	}
}

// Clone returns a copy that shares the members' values and may be changed.
func (o *Object) Clone() *Object {
	clone := &Object{members: append(make([]Member, 0, o.Len()), o.Members()...)}
	if o != nil && o.index != nil {
		clone.buildIndex()
	}
	return clone
}

// Share marks an object as finished: it, and everything below it, consists of JSON values and does not change any more. Decode marks
// what it reads. The mark spares readers a walk through the object; it forbids nothing.
func (o *Object) Share() *Object {
	o.shared = true
	return o
}

// Shared reports whether the object is marked as finished.
func (o *Object) Shared() bool { return o.shared }
