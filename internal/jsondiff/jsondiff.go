// Package jsondiff compares two JSON values and lists where they differ.
package jsondiff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Change is a place where two values differ.
type Change struct {
	// Path leads to the place, for instance "Retry[1].MaxAttempts". It is empty if the values differ as a whole.
	Path string

	// Removed has the parts that only the first value has there, and Added those that only the second has, as JSON. Each has several
	// elements only if a list became longer or shorter.
	Removed, Added []string
}

// Compare lists the changes from one value to another, sorted by path. It compares objects key by key, and lists of the same
// length element by element. Lists of different lengths are one change: the elements that only one of them has.
func Compare(before, after any) []Change {
	return compare("", before, after)
}

func compare(path string, before, after any) []Change {
	if reflect.DeepEqual(before, after) {
		return nil
	}
	switch b := before.(type) {
	case map[string]any:
		if a, same := after.(map[string]any); same {
			return compareObjects(path, b, a)
		}
	case []any:
		if a, same := after.([]any); same {
			return compareLists(path, b, a)
		}
	}
	return []Change{{path, []string{JSON(before)}, []string{JSON(after)}}}
}

func compareObjects(path string, before, after map[string]any) []Change {
	var changes []Change
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		at := key
		if path != "" {
			at = path + "." + key
		}
		b, was := before[key]
		a, is := after[key]
		switch {
		case !was:
			changes = append(changes, Change{Path: at, Added: []string{JSON(a)}})
		case !is:
			changes = append(changes, Change{Path: at, Removed: []string{JSON(b)}})
		default:
			changes = append(changes, compare(at, b, a)...)
		}
	}
	return changes
}

func compareLists(path string, before, after []any) []Change {
	if len(before) != len(after) {
		return []Change{{path, without(before, after), without(after, before)}}
	}
	var changes []Change
	for i := range before {
		changes = append(changes, compare(fmt.Sprintf("%s[%d]", path, i), before[i], after[i])...)
	}
	return changes
}

// without returns the elements of a list that another list does not have, as JSON. An element that a list has twice counts twice.
func without(list, other []any) []string {
	rest := make(map[string]int, len(other))
	for _, element := range other {
		rest[JSON(element)]++
	}
	var only []string
	for _, element := range list {
		text := JSON(element)
		if rest[text]--; rest[text] < 0 {
			only = append(only, text)
		}
	}
	return only
}

// JSON writes a value on one line, with sorted keys. The value must come from package encoding/json.
func JSON(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
