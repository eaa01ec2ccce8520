package intake

import (
	"errors"
	"fmt"
	"strings"
)

// faults collects the faults of a file. Equal faults of several lines are one answer.
type faults struct {
	name  string // of the file
	place string // what a number names, "line" or "row"
	order []string
	lines map[string][]int
	count map[string]int
}

func newFaults(name, place string) *faults {
	return &faults{name: name, place: place, lines: map[string][]int{}, count: map[string]int{}}
}

// maxLines is the maximum number of lines that the answer about a fault names.
const maxLines = 5

// add adds a fault of a line.
func (f *faults) add(line int, fault string) {
	if f.count[fault] == 0 {
		f.order = append(f.order, fault)
	}
	f.count[fault]++
	if len(f.lines[fault]) < maxLines {
		f.lines[fault] = append(f.lines[fault], line)
	}
}

// err joins the faults in the order of their first lines.
func (f *faults) err() error {
	var all []error
	for i, fault := range f.order {
		if i == maxFaults {
			all = append(all, fmt.Errorf("%s: and %d more faults", f.name, len(f.order)-maxFaults))
			break
		}
		all = append(all, fmt.Errorf("%s:%d: %s%s", f.name, f.lines[fault][0], fault, f.also(fault)))
	}
	return errors.Join(all...)
}

// also names the other lines of a fault.
func (f *faults) also(fault string) string {
	lines, count := f.lines[fault], f.count[fault]
	if count == 1 {
		return ""
	}
	named := make([]string, 0, maxLines)
	for _, line := range lines[1:] {
		named = append(named, fmt.Sprint(line))
	}
	text := strings.Join(named, ", ")
	if more := count - len(lines); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if count == 2 {
		return fmt.Sprintf(" (also %s %s)", f.place, text)
	}
	return fmt.Sprintf(" (also %ss %s)", f.place, text)
}
