// Package fault describes what is wrong with the values that a user gives: all faults at once, each with its place, the rule
// and the value. A fault is a value until it is printed: a caller moves it under its own field, or drops those that it has
// already reported, without editing text.
package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one broken rule.
type Fault struct {
	// Owner is what has the field, for instance `environment "prod"`. Default: the validated value.
	Owner string

	// Path is the field, with its parents: "Downstream[0].Name". Default: the value itself.
	Path string

	// Rule says what the field must be, and why where that helps: "must be from 1 to 10".
	Rule string

	// Got is the value, as the message shows it. Default: the message shows no value.
	Got string
}

// Error returns `Owner: Path Rule, got Got`, without the empty parts.
func (f Fault) Error() string {
	text := strings.TrimSpace(f.Path + " " + f.Rule)
	if f.Owner != "" {
		text = f.Owner + ": " + text
	}
	if f.Got != "" {
		text += ", got " + f.Got
	}
	return text
}

// List has all faults of a value, in the order of its fields. As an error it has one line for each fault.
type List []Fault

// Add reports a field that breaks a rule. The message shows the value after the rule, a string in quotes. Give no value where
// the field is missing, and a [Text] for your own words.
func (l *List) Add(path, rule string, got ...any) {
	f := Fault{Path: path, Rule: rule}
	for _, value := range got {
		f.Got = shown(value)
	}
	*l = append(*l, f)
}

// Text is a value that the message shows without quotes: "none", "a FIFO topic".
type Text string

// Twice is a value that occurs twice.
func Twice(value string) Text { return Text(fmt.Sprintf("%q twice", value)) }

func shown(value any) string {
	switch v := value.(type) {
	case Text:
		return string(v)
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(value)
}

// Include adds the faults of a part of the value.
func (l *List) Include(part List) { *l = append(*l, part...) }

// NilProps is the error of a construct whose props are nil.
func NilProps() error { return List{{Rule: "props are required", Got: "nil"}} }

// Under moves the faults below a field: the fault of "Prefix" under "Cohort" is the fault of "Cohort.Prefix".
func (l List) Under(field string) List {
	return l.moved(func(f *Fault) { f.Path = strings.TrimSuffix(field+"."+f.Path, ".") })
}

// Named adds a prefix to the names of the fields: the "Lock" of the records is the environment's "RecordLock".
func (l List) Named(prefix string) List {
	return l.moved(func(f *Fault) { f.Path = prefix + f.Path })
}

// Of sets the owner of the fields.
func (l List) Of(owner string) List {
	return l.moved(func(f *Fault) { f.Owner = owner })
}

func (l List) moved(move func(*Fault)) List {
	moved := slices.Clone(l)
	for i := range moved {
		move(&moved[i])
	}
	return moved
}

// Without drops the faults that others contains, too.
func (l List) Without(others List) List {
	return slices.DeleteFunc(slices.Clone(l), func(f Fault) bool { return slices.Contains(others, f) })
}

// Within returns the faults below a field, with their paths from there. It is the inverse of Under.
func (l List) Within(field string) List {
	var within List
	for _, f := range l {
		if rest, ok := strings.CutPrefix(f.Path, field+"."); ok {
			f.Path = rest
			within = append(within, f)
		}
	}
	return within
}

// Err returns the list as an error, or nil if it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error returns one line for each fault.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults, for errors.As.
func (l List) Unwrap() []error {
	all := make([]error, len(l))
	for i, f := range l {
		all[i] = f
	}
	return all
}

// In returns the faults in an error: one by one from a list and from joined errors. Any other error has one fault for each
// line, with the line as its rule.
func In(err error) List {
	switch e := any(err).(type) { // the error itself, not one that it wraps
	case nil:
		return nil
	case List:
		return e
	case Fault:
		return List{e}
	case interface{ Unwrap() []error }:
		var all List
		for _, part := range e.Unwrap() {
			all.Include(In(part))
		}
		return all
	}
	var all List
	for line := range strings.Lines(err.Error()) {
		all = append(all, Fault{Rule: strings.TrimSuffix(line, "\n")})
	}
	return all
}
