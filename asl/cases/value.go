package cases

import (
	"encoding/json"
	"fmt"
	"regexp"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/document"
)

// jsonNumber matches the numbers that JSON has. YAML has others, such as 0x1F, 1_000 and .5.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// jsonOf returns the value of a node as the engine has it, and a fault for each number that JSON does not have. at is the name of the
// value's field. A part that is [document.Refused] is nil.
func jsonOf(n *document.Node, at string) (any, []document.Fault) {
	switch n.Kind {
	case document.Text:
		return n.Text, nil
	case document.Boolean:
		return n.Text == "true", nil
	case document.Number:
		if !jsonNumber.MatchString(n.Text) {
			return nil, []document.Fault{{Line: n.Line, Field: at, Problem: fmt.Sprintf("must be a number as JSON writes it, such as 20 or 0.5, got %s: write it so, or in quotes", n.Text)}}
		}
		return value.Number(json.Number(n.Text)), nil
	case document.List:
		list, faults := make([]any, len(n.Items)), []document.Fault(nil)
		for i, item := range n.Items {
			v, wrong := jsonOf(item, fmt.Sprintf("%s[%d]", at, i))
			list[i], faults = v, append(faults, wrong...)
		}
		return list, faults
	case document.Object:
		object, faults := value.NewObject(len(n.Names)), []document.Fault(nil)
		for _, name := range n.Names {
			v, wrong := jsonOf(n.Fields[name.Text], document.Join(at, name.Text))
			object.Set(name.Text, v)
			faults = append(faults, wrong...)
		}
		return object.Share(), faults
	}
	return nil, nil
}
