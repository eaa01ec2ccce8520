package jsonpath_test

import (
	"clinical-risk-pipeline/asl/value"
	"fmt"

	"clinical-risk-pipeline/asl/jsonpath"
)

func Example() {
	input, err := value.DecodeString(`{"subjects": [{"id": "S1", "risk": 0.9}, {"id": "S2", "risk": 0.3}]}`)
	if err != nil {
		panic(err)
	}
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
	changed, err := path.Set(value.NewObject(1).With("subject", "S1"), 0.9)
	fmt.Println(value.Encode(changed), err)
	// Output: {"subject":"S1","inference":{"risk":0.9}} <nil>
}
