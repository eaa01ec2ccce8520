package eval_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

// FuzzEval evaluates any text. It must end, within its limits, with a result that is JSON or with a fault, and must not change its input.
func FuzzEval(f *testing.F) {
	for _, kind := range kinds {
		f.Add(kind.source)
	}
	for _, bomb := range bombs {
		if len(bomb.source) < 1000 {
			f.Add(bomb.source)
		}
	}
	for seed := range uint64(300) {
		g := &generator{rand.New(rand.NewPCG(7, seed)), nil}
		f.Add(g.expression(3))
	}
	for _, source := range []string{"", "/", "$", "a.%.%", "a@$b#$c^(<d,>e){f:g}[]", "function($a)<a<n>-?:x>{$a}(1)", "`a`.\"b\".'c\\u0041'", "/* c */ 1", "|a|{}|", "λ($x){$x}", "$f(?,1)",
		"function($p)<x?x:x>{$p}(1)", "$toMillis(\"1\", \"[D]\xd4\")", "$toMillis(\"1\", \"[Y2000]\")", "a@$b.c{d: e}"} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		input, err := value.DecodeString(document)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		program, err := eval.Compile(source)
		if err == nil {
			var v any
			var defined bool
			v, defined, err = program.Eval(input, eval.Options{Limits: eval.Limits{Depth: 500, Steps: 100_000, Bytes: 10_000_000, Single: 1_000_000}})
			if err == nil && defined {
				value.Encode(v)
			}
		}
		var f *fault.Fault
		if err != nil && (!errors.As(err, &f) || f.Error() == "") {
			t.Fatalf("error %v", err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Fatalf("it takes %v", took)
		}
		if text := value.Encode(input); text != documentText {
			t.Fatalf("it changed its input to %s", text)
		}
	})
}

var documentText = func() string {
	v, err := value.DecodeString(document)
	if err != nil {
		panic(err)
	}
	return value.Encode(v)
}()
