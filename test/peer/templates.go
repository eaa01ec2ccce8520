package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// sameTemplates compares the assemblies of the two applications, template by template.
func sameTemplates(inGo, inTypeScript string) error {
	a, err := templates(inGo)
	if err != nil {
		return err
	}
	b, err := templates(inTypeScript)
	if err != nil {
		return err
	}
	if found := differences("", a, b); len(found) > 0 {
		return fmt.Errorf("the templates are not the same, Go's first:\n%s", strings.Join(found, "\n"))
	}
	return nil
}

// templates are all templates of an assembly, by their files.
func templates(dir string) (map[string]any, error) {
	files, err := filepath.Glob(filepath.Join(dir, "assembly-*", "*.template.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no templates in %s: %w", dir, err)
	}
	all := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var template map[string]any
		if err := json.Unmarshal(text, &template); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all[filepath.Base(file)] = template
	}
	return all, nil
}

// differences are the places in which two values differ, each with both.
func differences(place string, a, b any) []string {
	var found []string
	objectA, isA := a.(map[string]any)
	objectB, isB := b.(map[string]any)
	listA, _ := a.([]any)
	listB, _ := b.([]any)
	switch {
	case isA && isB:
		keys := slices.Concat(slices.Collect(maps.Keys(objectA)), slices.Collect(maps.Keys(objectB)))
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			found = append(found, differences(place+"/"+key, objectA[key], objectB[key])...)
		}
	case len(listA) > 0 && len(listA) == len(listB):
		for i := range listA {
			found = append(found, differences(fmt.Sprintf("%s/%d", place, i), listA[i], listB[i])...)
		}
	case !reflect.DeepEqual(a, b):
		found = append(found, fmt.Sprintf("%s: %s and %s", place, asJSON(a), asJSON(b)))
	}
	return found
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil { // it comes out of JSON
		panic(err)
	}
	return string(text)
}
