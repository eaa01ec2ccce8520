// Package fault describes what is wrong with the values that a user gives: every fault at once, each with the place, the rule
// and the value. Faults are values until somebody prints them: a caller moves them under its own field, or leaves out those
// that it has reported already, without editing a text.
package fault

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one broken rule.
type Fault struct {
	// Owner is the thing that has the field, such as `environment "prod"`. Default: the value that is validated.
	Owner string

	// Path is the field, with those above it: "Downstream[0].Name". Default: the value itself.
	Path string

	// Rule says what the field must be, and why where that helps: "must be from 1 to 10".
	Rule string

	// Got is the value, as the text shows it. Default: the rule says enough.
	Got string
}

// Error returns `Owner: Path Rule, got Got`, without the parts that are empty.
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

// List is all that is wrong with a value, in the order of its fields. As an error it has a line for each fault.
type List []Fault

// Add reports a field that breaks a rule. The value follows the rule in the message, a string in quotes; give none where the
// field is missing, and a [Text] for words of your own.
func (l *List) Add(path, rule string, got ...any) {
	f := Fault{Path: path, Rule: rule}
	for _, value := range got {
		f.Got = shown(value)
	}
	*l = append(*l, f)
}

// Text is a value that a message shows as it is: "none", "a FIFO topic".
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

// Under moves the faults below a field: the fault of "Prefix" under "Cohort" is the fault of "Cohort.Prefix".
func (l List) Under(field string) List {
	return l.moved(func(f *Fault) { f.Path = strings.TrimSuffix(field+"."+f.Path, ".") })
}

// Named puts a prefix before the names of the fields: the "Lock" of the records is the environment's "RecordLock".
func (l List) Named(prefix string) List {
	return l.moved(func(f *Fault) { f.Path = prefix + f.Path })
}

// Of says what has the fields.
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

// Without leaves out the faults that others have, too.
func (l List) Without(others List) List {
	return slices.DeleteFunc(slices.Clone(l), func(f Fault) bool { return slices.Contains(others, f) })
}

// Within returns the faults below a field, by their paths from there. Under undoes it.
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

// Err returns the list as an error, nil where it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error returns a line for each fault.
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

// In returns the faults in an error: those of a list and of joined errors one by one. Each line of any other error is a rule.
func In(err error) List {
	switch e := err.(type) {
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
