package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl/value"
)

// parseDefinition reads the JSON object. It reports duplicate names in an object, because a decoder would drop one of them.
func parseDefinition(data []byte) (*value.Object, []*Fault, error) {
	v, err := value.Decode(data)
	if err != nil {
		return nil, nil, locate(data, err)
	}
	object, ok := v.(*value.Object)
	if !ok {
		return nil, nil, fmt.Errorf("its type is %s", typeOf(v))
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var faults []*Fault
	duplicates(decoder, "", "", &faults)
	return object, faults, nil
}

// locate adds the line number to a syntax error.
func locate(data []byte, err error) error {
	var syntax *value.SyntaxError
	if errors.As(err, &syntax) {
		line := 1 + bytes.Count(data[:syntax.Offset], []byte("\n"))
		return fmt.Errorf("line %d: %s", line, syntax.Message)
	}
	return err
}

// duplicates walks one value of the text. field is the name of the member that holds the value; parent is the name of the object around that member.
func duplicates(decoder *json.Decoder, field, parent string, faults *[]*Fault) {
	token, err := decoder.Token()
	if err != nil {
		return
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return
	}
	seen := map[string]bool{}
	for decoder.More() {
		if delim == '[' {
			duplicates(decoder, field, parent, faults)
			continue
		}
		key, err := decoder.Token()
		if err != nil {
			return
		}
		name := key.(string)
		if seen[name] {
			*faults = append(*faults, duplicate(name, field, parent))
		}
		seen[name] = true
		duplicates(decoder, name, field, faults)
	}
	_, _ = decoder.Token()
}

func duplicate(name, field, parent string) *Fault {
	if field == "States" {
		return &Fault{State: name, Message: "is defined twice: names must be unique"}
	}
	state := ""
	if parent == "States" {
		state = field
	}
	return &Fault{State: state, Field: name, Message: "appears twice"}
}
