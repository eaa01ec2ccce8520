package asl

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// fields reads the members of an object in a definition. It reports invalid members and remembers which members were read.
type fields struct {
	c       *compiler
	scope   *scopeInfo
	targets *[]*target // collects the states that Next and similar fields name
	state   string     // the state's name; "" for the definition itself
	prefix  string     // the place of the object in the state, such as "Retry[0]."
	raw     *value.Object
	read    map[string]bool
	jsonata bool // the state's query language
}

// fault reports an invalid member. "" is the object itself.
func (f *fields) fault(field, format string, args ...any) {
	f.c.report(f.newFault(field, format, args...))
}

// lint reports a member that AWS accepts but that makes an execution fail.
func (f *fields) lint(field, format string, args ...any) {
	fault := f.newFault(field, format, args...)
	fault.Lint = true
	f.c.report(fault)
}

func (f *fields) newFault(field, format string, args ...any) *Fault {
	message := fmt.Sprintf(format, args...)
	text, _ := f.member(field).(string)
	return &Fault{State: f.state, Field: f.place(field), Message: message + aboutPlaceholder(message+text)}
}

// place returns the place of a member in the state.
func (f *fields) place(field string) string { return strings.TrimSuffix(f.prefix+field, ".") }

// within returns the fields of an object inside this one.
func (f *fields) within(prefix string, v any) *fields {
	raw, ok := v.(*value.Object)
	if !ok {
		f.fault(strings.TrimSuffix(prefix, "."), "must be an object, got %s", typeOf(v))
	}
	inner := *f
	inner.prefix, inner.raw, inner.read = f.prefix+prefix, raw, map[string]bool{}
	return &inner
}

// take returns the member of that name and marks it as read.
func (f *fields) take(name string) (any, bool) {
	f.read[name] = true
	return f.raw.Get(name)
}

// member returns the member of that name without a mark, or nil.
func (f *fields) member(name string) any { return f.raw.Value(name) }

func (f *fields) has(name string) bool {
	_, ok := f.raw.Get(name)
	return ok
}

func (f *fields) text(name string) (string, bool) {
	v, ok := f.take(name)
	if !ok {
		return "", false
	}
	s, ok := v.(string)
	if !ok {
		f.fault(name, "must be a string, got %s", value.TypeName(v))
	}
	return s, ok
}

// required is like text, but the member must exist and not be empty.
func (f *fields) required(name string) string {
	if !f.has(name) {
		f.fault(name, "is missing")
	}
	s, ok := f.text(name)
	if ok && s == "" {
		f.fault(name, "must not be empty")
	}
	return s
}

// oneOf returns a member that must have one of the values. Default: the first value.
func (f *fields) oneOf(name string, values ...string) string {
	s, ok := f.text(name)
	if !ok {
		return values[0]
	}
	if !slices.Contains(values, s) {
		f.fault(name, "must be one of %s, got %q", strings.Join(values, ", "), s)
	}
	return s
}

func (f *fields) flag(name string) bool {
	v, ok := f.take(name)
	b, isBool := v.(bool)
	if ok && !isBool {
		f.fault(name, "must be true or false, got %s", value.TypeName(v))
	}
	return b
}

// object returns a member that must be an object.
func (f *fields) object(name string) (*fields, bool) {
	v, ok := f.take(name)
	if !ok {
		return nil, false
	}
	inner := f.within(name+".", v)
	return inner, inner.raw != nil
}

// objects returns a member that must be an array of objects.
func (f *fields) objects(name string) []*fields {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		f.fault(name, "must be an array, got %s", value.TypeName(v))
	}
	all := make([]*fields, 0, len(list))
	for i, e := range list {
		if inner := f.within(fmt.Sprintf("%s[%d].", name, i), e); inner.raw != nil {
			all = append(all, inner)
		}
	}
	return all
}

// strings returns a member that must be an array of strings.
func (f *fields) strings(name string) []string {
	v, ok := f.take(name)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		f.fault(name, "must be an array of strings, got %s", value.TypeName(v))
	}
	all := make([]string, 0, len(list))
	for i, e := range list {
		s, ok := e.(string)
		if !ok {
			f.fault(fmt.Sprintf("%s[%d]", name, i), "must be a string, got %s", value.TypeName(e))
		}
		all = append(all, s)
	}
	return all
}

// number returns a member that must be a number from low to high, or an integer when whole is set.
func (f *fields) number(name string, low, high float64, whole bool, absent float64) float64 {
	v, ok := f.take(name)
	if !ok {
		return absent
	}
	n, ok := value.Float(v)
	f.inRange(name, v, n, ok, low, high, whole)
	return n
}

func (f *fields) inRange(name string, v any, n float64, isNumber bool, low, high float64, whole bool) {
	kind := "a number"
	if whole {
		kind = "an integer"
	}
	if isNumber && (!whole || n == math.Trunc(n)) && n >= low && n <= high {
		return
	}
	if math.IsInf(high, 1) {
		f.fault(name, "must be %s of at least %s, got %s", kind, value.Encode(low), value.Encode(v))
		return
	}
	f.fault(name, "must be %s from %s to %s, got %s", kind, value.Encode(low), value.Encode(high), value.Encode(v))
}

// path returns a member that must be a path, or null when nullable is set.
func (f *fields) path(name string, nullable bool) (p *query.Path, isNull bool) {
	v, ok := f.take(name)
	if !ok {
		return nil, false
	}
	if v == nil && nullable {
		return nil, true
	}
	source, ok := v.(string)
	if !ok {
		f.fault(name, "must be a path, got %s", value.TypeName(v))
		return nil, false
	}
	p, err := query.ParsePath(source)
	if err != nil {
		f.fault(name, "%v", err)
		return nil, false
	}
	f.scope.use(f, name, p.Variable())
	return p, false
}
