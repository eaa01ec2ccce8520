package trial

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/internal/document"
	"clinical-risk-pipeline/workflow"
)

// faults collects what is wrong in a file.
type faults struct {
	file string
	list []placed
}

// placed is a fault with its line.
type placed struct {
	line int
	text string
}

// add adds a fault of a field, "" for the file as a whole.
func (f *faults) add(line int, field, problem string) {
	if field == "" {
		field = "the file"
	}
	f.list = append(f.list, placed{line, field + " " + problem})
}

// err returns all faults in the order of the file, or nil.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b placed) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for _, fault := range f.list {
		errs = append(errs, fmt.Errorf("%s:%d: %s", f.file, fault.line, fault.text))
	}
	return errors.Join(errs...)
}

// tree reads a file of one YAML document. It adds the faults of its form.
func (f *faults) tree(source []byte) *document.Node {
	root, list := document.YAML(source)
	for _, fault := range list {
		f.add(fault.Line, fault.Field, fault.Problem)
	}
	return root
}

// reader reads the fields of an object. Each method reads one, adds its faults, and returns the zero value where there are any.
type reader struct {
	*faults
	node *document.Node
	at   string
	read map[string]bool // the names of the fields that the schema has
}

// reader returns a reader of an object.
func (f *faults) reader(n *document.Node, at string) *reader {
	if n.Kind != document.Object && n.Kind != document.Refused {
		f.add(n.Line, at, "must be an object, got "+n.Got())
	}
	return &reader{faults: f, node: n, at: at, read: map[string]bool{}}
}

// wrong adds a fault of a field.
func (r *reader) wrong(field, rule string) {
	n := r.node.Fields[field]
	if n == nil {
		r.add(r.node.Line, document.Join(r.at, field), rule+", got none")
		return
	}
	r.add(n.Line, document.Join(r.at, field), rule+", got "+n.Got())
}

// value returns a field's value if it has the kind, and adds a fault otherwise. Without the field it returns nil.
func (r *reader) value(field string, want document.Kind, rule string, required bool) *document.Node {
	r.read[field] = true
	n := r.node.Fields[field]
	switch {
	case n == nil && required && r.node.Kind == document.Object:
		r.add(r.node.Line, document.Join(r.at, field), "is required: it "+rule)
	case n != nil && n.Kind == document.Refused:
		return nil
	case n != nil && n.Kind == document.Number && want == document.Text:
		r.add(n.Line, document.Join(r.at, field), fmt.Sprintf("%s, got the number %s: write it in quotes", rule, n.Text))
		return nil
	case n != nil && n.Kind != want:
		r.wrong(field, rule)
		return nil
	}
	return n
}

// choice reads one of the values. Without fallback, it is required.
func choice[T ~string](r *reader, field string, fallback T, values ...T) T {
	rule := "must be " + oneOf(values)
	n := r.value(field, document.Text, rule, fallback == "")
	switch {
	case n == nil:
		return fallback
	case !slices.Contains(values, T(n.Text)):
		r.wrong(field, rule)
		return fallback
	}
	return T(n.Text)
}

// oneOf lists values for people.
func oneOf[T ~string](values []T) string {
	var words []string
	for _, v := range values {
		words = append(words, string(v))
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// prose reads a text for people.
func (r *reader) prose(field string, least, most int) string {
	rule := fmt.Sprintf("must be a text of %d to %d characters", least, most)
	n := r.value(field, document.Text, rule, true)
	if n == nil {
		return ""
	}
	words := strings.Join(strings.Fields(n.Text), " ")
	if count := utf8.RuneCountInString(words); count < least || count > most {
		r.wrong(field, rule)
	} else if strings.ContainsFunc(words, hidden) {
		r.wrong(field, "must have visible characters only")
	}
	return words
}

// matching reads a text that a pattern matches.
func (r *reader) matching(field string, pattern *regexp.Regexp, rule string, required bool) string {
	n := r.value(field, document.Text, rule, required)
	if n == nil {
		return ""
	}
	if !pattern.MatchString(n.Text) {
		r.wrong(field, rule)
	}
	return n.Text
}

// id reads an id as [workflow.IsID] has it.
func (r *reader) id(field string) string { return r.matching(field, idPattern, workflow.IDRule, true) }

var idPattern = regexp.MustCompile(workflow.IDPattern)

var wholePattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)

// whole reads a whole number. Without fallback (0), it is required.
func (r *reader) whole(field string, least, most, fallback int) int {
	rule := fmt.Sprintf("must be a whole number from %d to %d", least, most)
	n := r.value(field, document.Number, rule, fallback == 0)
	if n == nil {
		return fallback
	}
	value, err := strconv.Atoi(n.Text)
	if err != nil || !wholePattern.MatchString(n.Text) || value < least || value > most {
		r.wrong(field, rule)
		return fallback
	}
	return value
}

// risk reads a number between 0 and 1; NaN if it is missing or wrong.
func (r *reader) risk(field string) float64 {
	return r.number(field, "must be a number above 0 and below 1", func(x float64) bool { return x > 0 && x < 1 })
}

// each reads the items of a list: at least one where it is required.
func (r *reader) each(field, rule string, required bool, read func(i int, item *document.Node, at string)) {
	n := r.value(field, document.List, rule, required)
	if n == nil {
		return
	}
	if len(n.Items) == 0 {
		r.add(n.Line, document.Join(r.at, field), rule+", got an empty list")
	}
	for i, item := range n.Items {
		read(i, item, fmt.Sprintf("%s[%d]", document.Join(r.at, field), i))
	}
}

// object returns a reader of a field, which has no fields where the file has none.
func (r *reader) object(field string, required bool) *reader {
	n := r.value(field, document.Object, "must be an object", required)
	if n == nil {
		n = &document.Node{Line: r.node.Line}
	}
	return r.reader(n, document.Join(r.at, field))
}

// done adds a fault for each field that the schema does not have.
func (r *reader) done() {
	for _, name := range r.node.Names {
		if !r.read[name.Text] {
			r.add(name.Line, document.Join(r.at, document.Short(name.Text)), "is not a field: remove it, or correct its name")
		}
	}
}
