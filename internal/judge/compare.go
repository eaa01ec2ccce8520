package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// Kind is how much a difference matters.
type Kind string

// The kinds of difference, gravest first.
const (
	Outcome Kind = "outcome" // the status, the output, the error or the next state; or whether the request is refused
	Inner   Kind = "inner"   // a value between the steps of the state
	Order   Kind = "order"   // the same members in another order
	Text    Kind = "text"    // the words of a cause, a refusal or a diagnostic
)

// Difference is a place where two answers differ.
type Difference struct {
	Kind   Kind   `json:"kind"`
	Place  string `json:"place"` // such as output.counts.high or inspectionData.variables
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
}

// absent stands for what one of the answers does not have.
const absent = "(absent)"

// comparison collects differences.
type comparison struct{ found []Difference }

// differences compares two answers.
func differences(ours, theirs *Answer) []Difference {
	c := &comparison{}
	switch {
	case ours.Refusal != nil && theirs.Refusal != nil:
		c.compare(Outcome, "refusal.code", ours.Refusal.Code, theirs.Refusal.Code)
		c.compare(Text, "refusal.message", ours.Refusal.Message, theirs.Refusal.Message)
	case ours.Refusal != nil || theirs.Refusal != nil:
		c.add(Outcome, "refusal", ours.says(), theirs.says())
	default:
		c.members("", Outcome, ours.Body, theirs.Body)
	}
	return c.found
}

// says is the answer in a line.
func (a *Answer) says() string {
	if a.Refusal != nil {
		return a.Refusal.Code + ": " + a.Refusal.Message
	}
	for _, name := range []string{"status", "result"} {
		if text, ok := a.Body[name].(string); ok {
			return text
		}
	}
	return "an answer"
}

func (c *comparison) add(kind Kind, place, ours, theirs string) {
	c.found = append(c.found, Difference{kind, place, ours, theirs})
}

// members compares the members of two responses.
func (c *comparison) members(place string, kind Kind, ours, theirs map[string]any) {
	names := map[string]bool{}
	for _, of := range []map[string]any{ours, theirs} {
		for name := range of {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		kind, at := kind, strings.TrimPrefix(place+"."+name, ".")
		switch name {
		case "inspectionData":
			kind = Inner
		case "cause", "diagnostics":
			kind = Text
		}
		mine, isMine := ours[name].(map[string]any)
		other, isOther := theirs[name].(map[string]any)
		switch {
		case isMine && isOther:
			c.members(at, kind, mine, other)
		case name == "diagnostics":
			c.diagnostics(at, ours[name], theirs[name])
		default:
			c.member(kind, at, memberOf(ours, name), memberOf(theirs, name))
		}
	}
}

// missing is a member that a response does not have.
type missing struct{}

func memberOf(response map[string]any, name string) any {
	if member, ok := response[name]; ok {
		return member
	}
	return missing{}
}

// diagnostics compares two lists of diagnostics, in any order.
func (c *comparison) diagnostics(place string, ours, theirs any) {
	mine, others := lines(ours), lines(theirs)
	for _, line := range mine {
		if !slices.Contains(others, line) {
			c.add(Text, place, line, absent)
		}
	}
	for _, line := range others {
		if !slices.Contains(mine, line) {
			c.add(Text, place, absent, line)
		}
	}
}

// lines are diagnostics, a line each.
func lines(diagnostics any) (all []string) {
	list, _ := diagnostics.([]any)
	for _, one := range list {
		d, _ := one.(map[string]any)
		all = append(all, fmt.Sprintf("%v %v at %v: %v", d["severity"], d["code"], d["location"], d["message"]))
	}
	return all
}

// member compares two members, which are JSON texts, texts or numbers.
func (c *comparison) member(kind Kind, place string, ours, theirs any) {
	mine, isMine := decoded(ours)
	other, isOther := decoded(theirs)
	if isMine && isOther {
		c.compare(kind, place, mine, other)
		return
	}
	c.compare(kind, place, ours, theirs)
}

// decoded returns the value of a JSON text of an object or an array.
func decoded(of any) (any, bool) {
	text, ok := of.(string)
	if !ok || text == "" || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	v, err := asl.Decode([]byte(text))
	return v, err == nil
}

// compare compares two values.
func (c *comparison) compare(kind Kind, place string, ours, theirs any) {
	switch mine := ours.(type) {
	case *value.Object:
		if other, ok := theirs.(*value.Object); ok {
			c.objects(kind, place, mine, other)
			return
		}
	case []any:
		if other, ok := theirs.([]any); ok && len(mine) == len(other) {
			for i := range mine {
				c.compare(kind, fmt.Sprintf("%s[%d]", place, i), mine[i], other[i])
			}
			return
		}
	}
	if shown, other := show(ours), show(theirs); shown != other {
		c.add(kind, place, shown, other)
	}
}

// objects compares the members of two objects, and if they are the same, their order.
func (c *comparison) objects(kind Kind, place string, ours, theirs *value.Object) {
	before := len(c.found)
	var mine, others []string
	for _, m := range ours.Members() {
		mine = append(mine, m.Key)
		if !theirs.Has(m.Key) {
			c.add(kind, place+"."+m.Key, show(m.Value), absent)
			continue
		}
		c.compare(kind, place+"."+m.Key, m.Value, theirs.Value(m.Key))
	}
	for _, m := range theirs.Members() {
		others = append(others, m.Key)
		if !ours.Has(m.Key) {
			c.add(kind, place+"."+m.Key, absent, show(m.Value))
		}
	}
	if len(c.found) == before && !slices.Equal(mine, others) {
		c.add(Order, place, strings.Join(mine, ", "), strings.Join(others, ", "))
	}
}

// show writes a value for people.
func show(of any) string {
	switch of := of.(type) {
	case missing:
		return absent
	case string:
		return of
	default:
		return asl.Encode(of)
	}
}

// differ reports where an answer differs from that of the engine, apart from what differs from call to call.
func (x *expected) differ(theirs *Answer) (found []Difference) {
	for _, d := range differences(x.Answer, theirs) {
		if !x.isVolatile(d.Place) {
			found = append(found, d)
		}
	}
	return found
}

// isVolatile reports whether a place, or one around it, differs from call to call.
func (x *expected) isVolatile(place string) bool {
	for p := range x.volatile {
		if place == p || strings.HasPrefix(place, p+".") || strings.HasPrefix(place, p+"[") {
			return true
		}
	}
	return false
}
