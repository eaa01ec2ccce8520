package document

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// jsonNumber matches the numbers that JSON has. YAML has others, such as 0x1F, 1_000 and .5.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// Value returns the value as package encoding/json decodes it with UseNumber, and a fault for each number that JSON does not have. at is
// the name of the value's field. A part that is [Refused] is nil.
func (n *Node) Value(at string) (any, []Fault) {
	switch n.Kind {
	case Text:
		return n.Text, nil
	case Boolean:
		return n.Text == "true", nil
	case Number:
		if !jsonNumber.MatchString(n.Text) {
			return nil, []Fault{{n.Line, at, fmt.Sprintf("must be a number as JSON writes it, such as 20 or 0.5, got %s: write it so, or in quotes", n.Text)}}
		}
		return json.Number(n.Text), nil
	case List:
		list, faults := make([]any, len(n.Items)), []Fault(nil)
		for i, item := range n.Items {
			v, wrong := item.Value(fmt.Sprintf("%s[%d]", at, i))
			list[i], faults = v, append(faults, wrong...)
		}
		return list, faults
	case Object:
		object, faults := make(map[string]any, len(n.Names)), []Fault(nil)
		for _, name := range n.Names {
			v, wrong := n.Fields[name.Text].Value(Join(at, name.Text))
			object[name.Text], faults = v, append(faults, wrong...)
		}
		return object, faults
	}
	return nil, nil
}
