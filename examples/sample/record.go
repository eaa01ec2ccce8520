package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
)

// record is a JSON object whose members keep their order, so that the sample reads well.
type record []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (r record) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range r {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// write writes the record as one line.
func (r record) write(w io.Writer) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// without returns the record without a member.
func (r record) without(name string) record {
	return slices.DeleteFunc(slices.Clone(r), func(m member) bool { return m.name == name })
}

// with returns the record with another value for a member.
func (r record) with(name string, value any) record {
	out := slices.Clone(r)
	for i := range out {
		if out[i].name == name {
			out[i].value = value
		}
	}
	return out
}
