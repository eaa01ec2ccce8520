package assembly

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// The functions below evaluate an intrinsic with resolved arguments.

// join is Fn::Join: [delimiter, [value, …]].
func join(a []any) (any, error) {
	if len(a) != 2 {
		return nil, errors.New("it takes a delimiter and a list")
	}
	delimiter, ok := a[0].(string)
	items, isList := a[1].([]any)
	if !ok || !isList {
		return nil, errors.New("it takes a delimiter and a list")
	}
	parts := make([]string, len(items))
	for i, item := range items {
		part, err := text(item)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return strings.Join(parts, delimiter), nil
}

// choose is Fn::Select: [index, [value, …]]; the index may be a string.
func choose(a []any) (any, error) {
	if len(a) != 2 {
		return nil, errors.New("it takes an index and a list")
	}
	index, err := strconv.Atoi(fmt.Sprint(a[0]))
	items, isList := a[1].([]any)
	if err != nil || !isList {
		return nil, errors.New("it takes an index and a list")
	}
	if index < 0 || index >= len(items) {
		return nil, fmt.Errorf("index %d of a list of %d", index, len(items))
	}
	return items[index], nil
}

// split is Fn::Split: [delimiter, string].
func split(a []any) (any, error) {
	if len(a) != 2 {
		return nil, errors.New("it takes a delimiter and a string")
	}
	delimiter, ok := a[0].(string)
	source, isText := a[1].(string)
	if !ok || !isText || delimiter == "" {
		return nil, errors.New("it takes a delimiter and a string")
	}
	var parts []any
	for part := range strings.SplitSeq(source, delimiter) {
		parts = append(parts, part)
	}
	return parts, nil
}

// findInMap is Fn::FindInMap: [map, top level key, second level key, {"DefaultValue": …}?].
func (r *resolver) findInMap(a []any) (any, error) {
	if len(a) < 3 {
		return nil, errors.New("it takes a mapping and two keys")
	}
	top, _ := r.template.Mappings[fmt.Sprint(a[0])][fmt.Sprint(a[1])].(map[string]any)
	if value, ok := top[fmt.Sprint(a[2])]; ok {
		return value, nil
	}
	if len(a) == 4 {
		if options, ok := a[3].(map[string]any); ok && options["DefaultValue"] != nil {
			return options["DefaultValue"], nil
		}
	}
	return nil, fmt.Errorf("the template has no mapping %v.%v.%v", a[0], a[1], a[2])
}

func equals(a []any) (any, error) {
	if len(a) != 2 {
		return nil, errors.New("it takes two values")
	}
	return reflect.DeepEqual(a[0], a[1]), nil
}

func and(a []any) (any, error) { return all(a, true) }

func or(a []any) (any, error) { return all(a, false) }

// all returns want if every condition in the list equals want, and the opposite otherwise: 'and' for true, 'or' for false.
func all(a []any, want bool) (any, error) {
	result := want
	for _, item := range a {
		holds, ok := item.(bool)
		if !ok {
			return nil, errors.New("it takes conditions")
		}
		if holds != want {
			result = holds
		}
	}
	return result, nil
}

func not(a []any) (any, error) {
	if len(a) == 1 {
		if holds, ok := a[0].(bool); ok {
			return !holds, nil
		}
	}
	return nil, errors.New("it takes one condition")
}

// sub is Fn::Sub: a string, or [string, {name: value}]. It replaces ${name}, ${Resource}, ${Resource.Attribute} and
// ${AWS::Pseudo}, and not ${!literal}.
func (r *resolver) sub(argument any, at string) (any, error) {
	source, ok := argument.(string)
	variables := map[string]any{}
	if a, isList := argument.([]any); isList && len(a) == 2 {
		source, ok = a[0].(string)
		value, err := r.resolve(a[1], at+"[1]")
		if err != nil {
			return nil, err
		}
		variables, _ = value.(map[string]any)
	}
	if !ok {
		return nil, r.fault(at, "Fn::Sub", "it takes a string, or a string and its variables")
	}
	var out strings.Builder
	var faults []error
	for {
		before, rest, found := strings.Cut(source, "${")
		out.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			if found {
				out.WriteString("${" + rest)
			}
			return out.String(), errors.Join(faults...)
		}
		value, err := r.substitute(name, variables, at)
		faults = append(faults, err)
		out.WriteString(value)
		source = after
	}
}

// substitute returns the value of ${name} in Fn::Sub.
func (r *resolver) substitute(name string, variables map[string]any, at string) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	value, ok := variables[name]
	if !ok {
		var err error
		if resource, attribute, dotted := strings.Cut(name, "."); dotted {
			value, err = r.getAtt([]string{resource, attribute}, at)
		} else {
			value, err = r.ref(name, at)
		}
		if err != nil {
			return "", err
		}
	}
	s, err := text(value)
	if err != nil {
		return "", r.fault(at, "Fn::Sub ${"+name+"}", err.Error())
	}
	return s, nil
}
