package asl

import (
	"slices"
	"strings"
)

// unread reports the members that were not read, because they have no meaning in the object.
func (f *fields) unread(what string) {
	names := make([]string, 0, f.raw.Len())
	for _, name := range f.raw.Keys() {
		if !f.read[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch instead, foreign := f.foreign(name); {
		case foreign && instead != "":
			f.fault(name, "is a field of %s, but the state's query language is %s: use %s", language(!f.jsonata), language(f.jsonata), instead)
		case foreign:
			f.fault(name, "is a field of %s, but the state's query language is %s", language(!f.jsonata), language(f.jsonata))
		default:
			f.fault(name, "is not a field of %s", what)
		}
	}
}

func language(jsonata bool) string {
	if jsonata {
		return "JSONata"
	}
	return "JSONPath"
}

// foreign reports whether a field belongs to the other query language, and which field to use instead.
func (f *fields) foreign(name string) (instead string, foreign bool) {
	if f.jsonata {
		instead, foreign = jsonPathFields[name]
		if plain, isPath := strings.CutSuffix(name, "Path"); isPath && !foreign {
			return plain, true
		}
		return instead, foreign
	}
	instead, foreign = jsonataFields[name]
	return instead, foreign
}

var (
	jsonPathFields = map[string]string{
		"InputPath": "", "OutputPath": "Output", "ResultPath": "Output", "ResultSelector": "Output", "Result": "Output",
		"Parameters": "Arguments", "ItemsPath": "Items", "Variable": "Condition", "And": "Condition", "Or": "Condition", "Not": "Condition",
	}
	jsonataFields = map[string]string{"Arguments": "Parameters", "Output": "OutputPath", "Items": "ItemsPath", "Condition": "Variable"}
)
