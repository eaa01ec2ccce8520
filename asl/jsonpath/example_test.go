package jsonpath_test

import (
	"fmt"

	"clinical-risk-pipeline/asl/jsonpath"
)

func Example() {
	input := map[string]any{"subjects": []any{
		map[string]any{"id": "S1", "risk": 0.9},
		map[string]any{"id": "S2", "risk": 0.3},
	}}
	path, err := jsonpath.Parse("$.subjects[?(@.risk > 0.75)].id")
	if err != nil {
		panic(err)
	}
	fmt.Println(path.Get(input))
	// Output: [S1] <nil>
}

func ExamplePath_Set() {
	path, err := jsonpath.Parse("$.inference.risk")
	if err != nil {
		panic(err)
	}
	fmt.Println(path.Set(map[string]any{"subject": "S1"}, 0.9))
	// Output: map[inference:map[risk:0.9] subject:S1] <nil>
}
