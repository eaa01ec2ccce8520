package intrinsic_test

import (
	"clinical-risk-pipeline/asl/value"
	"fmt"
	"math/rand/v2"

	"clinical-risk-pipeline/asl/intrinsic"
	"clinical-risk-pipeline/asl/jsonpath"
)

func Example() {
	input := value.NewObject(2).With("done", 3.0).With("subjects", []any{"S1", "S2", "S3", "S4"})
	call, err := intrinsic.Parse("States.Format('{} of {}', $.done, States.ArrayLength($.subjects))")
	if err != nil {
		panic(err)
	}
	text, err := call.Eval(func(path *jsonpath.Path) (any, error) { return path.Get(input) }, rand.New(rand.NewPCG(1, 2)))
	fmt.Println(text, err)
	// Output: 3 of 4 <nil>
}
