package outcomes

import (
	"errors"
	"fmt"
	"strings"
)

// faults collects the faults of a file. The same fault of several lines is one answer, with the first of them.
type faults struct {
	name  string
	order []string
	lines map[string][]int
}

// mostLines is how many lines an answer names.
const mostLines = 5

func (f *faults) add(line int, fault string) {
	if f.lines == nil {
		f.lines = map[string][]int{}
	}
	if f.lines[fault] == nil {
		f.order = append(f.order, fault)
	}
	f.lines[fault] = append(f.lines[fault], line)
}

// err returns all faults, in the order in which the file has them first.
func (f *faults) err() error {
	var all []error
	for _, fault := range f.order {
		lines := f.lines[fault]
		also := ""
		if len(lines) > 1 {
			var named []string
			for _, line := range lines[1:min(len(lines), mostLines)] {
				named = append(named, fmt.Sprint(line))
			}
			also = " (also in line " + strings.Join(named, ", ")
			if more := len(lines) - mostLines; more > 0 {
				also += fmt.Sprintf(" and %d more", more)
			}
			also += ")"
		}
		all = append(all, fmt.Errorf("%s:%d: %s%s", f.name, lines[0], fault, also))
	}
	return errors.Join(all...)
}
