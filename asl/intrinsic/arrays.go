package intrinsic

import (
	"errors"
	"fmt"

	"clinical-risk-pipeline/asl/value"
)

// maxRange is the maximum number of items that States.ArrayRange makes.
const maxRange = 1000

func arrayPartition(arguments []any) (any, error) {
	items, err1 := array(arguments)
	size, err2 := integer(arguments, 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, errors.New("the second argument, the size of a chunk, must be a positive integer")
	}
	chunks := []any{}
	for len(items) > 0 {
		n := min(int64(len(items)), size)
		chunks, items = append(chunks, items[:n:n]), items[n:]
	}
	return chunks, nil
}

// arrayContains compares values as JSON.
func arrayContains(arguments []any) (any, error) {
	items, err := array(arguments)
	if err != nil {
		return nil, err
	}
	wanted := value.Encode(arguments[1])
	for _, item := range items {
		if value.Encode(item) == wanted {
			return true, nil
		}
	}
	return false, nil
}

func arrayRange(arguments []any) (any, error) {
	first, err1 := integer(arguments, 0)
	last, err2 := integer(arguments, 1)
	step, err3 := integer(arguments, 2)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if step == 0 {
		return nil, errors.New("the third argument, the step, must not be 0")
	}
	items := []any{}
	for at := first; step > 0 && at <= last || step < 0 && at >= last; at += step {
		if len(items) == maxRange {
			return nil, fmt.Errorf("the range holds more than %d items", maxRange)
		}
		items = append(items, float64(at))
	}
	return items, nil
}

func arrayGetItem(arguments []any) (any, error) {
	items, err1 := array(arguments)
	i, err2 := integer(arguments, 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if i < 0 || i >= int64(len(items)) {
		return nil, fmt.Errorf("the index %d is outside of the array of %d items", i, len(items))
	}
	return items[i], nil
}

func arrayLength(arguments []any) (any, error) {
	items, err := array(arguments)
	return float64(len(items)), err
}

func arrayUnique(arguments []any) (any, error) {
	items, err := array(arguments)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(items))
	unique := []any{}
	for _, item := range items {
		key := value.Encode(item)
		if !seen[key] {
			seen[key] = true
			unique = append(unique, item)
		}
	}
	return unique, nil
}
