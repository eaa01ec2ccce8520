package local

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// Shape describes the parameters of an integration, by name.
type Shape map[string]Parameter

// Parameter describes one parameter.
type Parameter struct {
	Type     Type
	Required bool
	Fields   Shape // the fields of an Object. Default: any
}

// Type is the JSON type of a parameter.
type Type string

// The types of parameters. A Document is any JSON value, which the service stores or sends as text.
const (
	String   Type = "a string"
	Boolean  Type = "a boolean"
	Integer  Type = "an integer"
	Strings  Type = "a list of strings"
	Object   Type = "an object"
	Document Type = "a value"
)

// required describes a parameter that the service requires.
func required(t Type) Parameter { return Parameter{Type: t, Required: true} }

// optional describes a parameter that may be missing.
func optional(t Type) Parameter { return Parameter{Type: t} }

// check returns every fault of the input of a task. It names parameters, never their values.
func (s Shape) check(input any) error {
	object, ok := input.(*value.Object)
	if !ok {
		return errors.New("the parameters must be an object")
	}
	return errors.Join(s.faults(object, "")...)
}

func (s Shape) faults(object *value.Object, path string) (faults []error) {
	for name, parameter := range s {
		v, given := object.Get(name)
		switch {
		case given:
			faults = append(faults, parameter.faults(v, path, name)...)
		case parameter.Required:
			faults = append(faults, fmt.Errorf("parameter %s is missing", path+name))
		}
	}
	for _, m := range object.Members() {
		if _, known := s[m.Key]; !known {
			names := slices.Sorted(maps.Keys(s))
			faults = append(faults, fmt.Errorf("parameter %s is unknown, the known ones are %s", path+m.Key, strings.Join(names, ", ")))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return faults
}

func (p Parameter) faults(v any, path, name string) []error {
	if !p.Type.fits(v) {
		return []error{fmt.Errorf("parameter %s must be %s", path+name, p.Type)}
	}
	if object, ok := v.(*value.Object); ok && p.Fields != nil {
		return p.Fields.faults(object, path+name+".")
	}
	return nil
}

func (t Type) fits(v any) bool {
	switch v := v.(type) {
	case string:
		return t == String || t == Document
	case bool:
		return t == Boolean || t == Document
	case float64:
		return t == Document || t == Integer && v == float64(int64(v))
	case *value.Object:
		return t == Object || t == Document
	case []any:
		noString := func(item any) bool { _, ok := item.(string); return !ok }
		return t == Document || t == Strings && !slices.ContainsFunc(v, noString)
	}
	return t == Document && v != nil
}
