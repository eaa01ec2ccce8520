package teststate

import (
	"encoding/json"
	"maps"
	"slices"

	"clinical-risk-pipeline/asl"
)

// texts holds the arrays and objects of the request as they are written there, by their compact text. AWS keeps the blanks of a value that
// passes through a state, also of a part of the input.
type texts map[string]string

// maxKept is the depth to which the parts of a value are kept.
const maxKept = 8

// texts returns the values of the request that a state may pass through.
func (t *test) texts() texts {
	kept := texts{}
	sources := []*string{t.in.Input, t.in.Variables, t.in.Context}
	if t.in.Mock != nil {
		sources = append(sources, t.in.Mock.Result)
	}
	for _, source := range sources {
		if source != nil {
			kept.keep([]byte(*source), 0)
		}
	}
	return kept
}

// keep keeps a value and its parts.
func (t texts) keep(source json.RawMessage, depth int) {
	v, err := asl.Decode(source)
	if err != nil || depth > maxKept {
		return
	}
	var elements []json.RawMessage
	var members map[string]json.RawMessage
	if json.Unmarshal(source, &elements) != nil && json.Unmarshal(source, &members) != nil {
		return
	}
	if key := asl.Encode(v); t[key] == "" {
		t[key] = string(source)
	}
	for _, element := range elements {
		t.keep(element, depth+1)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		t.keep(members[name], depth+1)
	}
}

// of returns a value as JSON text: as the request has it, or else compact.
func (t texts) of(v any) *string {
	written := asl.Encode(v)
	if kept := t[written]; kept != "" {
		written = kept
	}
	return &written
}
