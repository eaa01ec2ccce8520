package cases

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/document"
)

// faults collects what is wrong in a file.
type faults struct {
	file string
	list []document.Fault
	more []error // of other files
}

func (f *faults) add(line int, field, problem string) {
	f.list = append(f.list, document.Fault{Line: line, Field: field, Problem: problem})
}

func (f *faults) addAll(list []document.Fault) { f.list = append(f.list, list...) }

// err returns all faults in the order of the file, or nil.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b document.Fault) int { return cmp.Compare(a.Line, b.Line) })
	var errs []error
	for _, fault := range f.list {
		errs = append(errs, fmt.Errorf("%s:%d: %s %s", f.file, fault.Line, cmp.Or(fault.Field, "the file"), fault.Problem))
	}
	return errors.Join(append(errs, f.more...)...)
}

// reader reads the fields of an object. A method that finds a fault adds it and returns nil.
type reader struct {
	*faults
	node  *document.Node
	at    string
	known []string // the names of the fields that the format has
}

// reader returns a reader of an object.
func (f *faults) reader(n *document.Node, at string) *reader {
	if n.Kind != document.Object && n.Kind != document.Refused {
		f.add(n.Line, at, "must be an object, got "+n.Got())
		n = &document.Node{Line: n.Line}
	}
	return &reader{faults: f, node: n, at: at}
}

// wrong adds a fault of a field.
func (r *reader) wrong(field, problem string) {
	line := r.node.Line
	if n := r.node.Fields[field]; n != nil {
		line = n.Line
	}
	r.add(line, document.Join(r.at, field), problem)
}

// any returns a field of any kind; nil if it is missing.
func (r *reader) any(field string) *document.Node {
	r.known = append(r.known, field)
	if n := r.node.Fields[field]; n != nil && n.Kind != document.Refused {
		return n
	}
	return nil
}

// field returns a field of the kind; nil if it is missing or of another kind.
func (r *reader) field(field string, kind document.Kind, rule string) *document.Node {
	n := r.any(field)
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Number && kind == document.Text:
		r.wrong(field, rule+", got the number "+n.Text+": write it in quotes")
		return nil
	case n.Kind != kind:
		r.wrong(field, rule+", got "+n.Got())
		return nil
	}
	return n
}

// text returns a text; "" if it is missing or of another kind.
func (r *reader) text(field, rule string) string {
	n := r.field(field, document.Text, rule)
	switch {
	case n == nil:
		return ""
	case n.Text == "":
		r.wrong(field, rule+", got an empty text")
	}
	return n.Text
}

// required adds a fault if there is no field of the name.
func (r *reader) required(field, rule string) {
	if r.node.Kind == document.Object && r.node.Fields[field] == nil {
		r.add(r.node.Line, document.Join(r.at, field), "is missing: "+rule)
	}
}

// value returns a field's JSON value, or nil where there is no field.
func (r *reader) value(field string) *any {
	n := r.any(field)
	if n == nil {
		return nil
	}
	v := r.decode(n, document.Join(r.at, field))
	return &v
}

// decode returns a JSON value as the engine represents it.
func (f *faults) decode(n *document.Node, at string) any {
	v, wrong := jsonOf(n, at)
	f.addAll(wrong)
	return v
}

// states calls read for each member of an object with the names of states.
func (r *reader) states(field, rule string, read func(name document.Name, n *document.Node, at string)) {
	n := r.field(field, document.Object, rule)
	if n == nil {
		return
	}
	if len(n.Names) == 0 {
		r.wrong(field, rule+", got an empty object")
	}
	for _, name := range n.Names {
		if member := n.Fields[name.Text]; member.Kind != document.Refused {
			read(name, member, document.Join(document.Join(r.at, field), name.Text))
		}
	}
}

// done adds a fault for each field that the format does not have, and says what would be right.
func (r *reader) done() {
	for _, name := range r.node.Names {
		if !slices.Contains(r.known, name.Text) {
			r.add(name.Line, document.Join(r.at, document.Short(name.Text)), "is not a field: "+instead(name.Text, r.known, "the fields are "))
		}
	}
}

// instead suggests the name that a wrong name is close to, or lists all.
func instead(wrong string, names []string, all string) string {
	best, least := "", 3
	for _, name := range names {
		if strings.EqualFold(name, wrong) {
			best = name
			break
		}
		if d := distance(wrong, name); d < least && d < len(name) {
			best, least = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("write %q", best)
	}
	return all + strings.Join(names, ", ")
}

// distance returns how many letters have to be added, removed or replaced to turn one text into the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := before
			if a[i] != b[j] {
				replaced++
			}
			before = row[j+1]
			row[j+1] = min(replaced, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
