package asl_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"clinical-risk-pipeline/asl"
)

// FuzzGenerated runs random definitions. Unlike most mutations of FuzzRun, they are valid.
func FuzzGenerated(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := &grower{random: rand.New(rand.NewPCG(seed, 2))}
		definition := []byte(asl.Encode(g.program(0)))
		machine, err := asl.Load(definition, asl.Lenient())
		if err != nil {
			t.Fatalf("%v\n%s", err, definition)
		}
		fuzzTwice(t, machine, g.value(0), seed)
	})
}

// grower generates definitions and values.
type grower struct {
	random *rand.Rand
	names  int
}

type object = map[string]any

func (g *grower) pick(options ...any) any { return options[g.random.IntN(len(options))] }

// program returns StartAt and States. Each state leads to the next one, or a Choice leads back.
func (g *grower) program(depth int) object {
	n := 1 + g.random.IntN(4)
	names := make([]string, n)
	for i := range names {
		g.names++
		names[i] = fmt.Sprintf("S%d", g.names)
	}
	states := object{}
	for i, name := range names {
		next := object{"End": true}
		if i+1 < n {
			next = object{"Next": names[i+1]}
		}
		states[name] = g.state(next, names, i, depth)
	}
	return object{"StartAt": names[0], "States": states}
}

func (g *grower) state(next object, names []string, i, depth int) object {
	s := object{}
	for k, v := range next {
		s[k] = v
	}
	kind := g.random.IntN(8)
	if depth > 1 && kind > 4 {
		kind -= 4
	}
	switch kind {
	case 0:
		s["Type"], s["Parameters"] = "Pass", g.template()
	case 1:
		s["Type"], s["Result"], s["ResultPath"] = "Pass", g.value(0), g.reference()
	case 2:
		s["Type"], s["SecondsPath"] = "Wait", g.path()
	case 3:
		s["Type"], s["QueryLanguage"], s["Output"], s["Assign"] = "Pass", "JSONata", g.expression(), object{"v": g.expression()}
	case 4:
		if next["Next"] != nil {
			return object{"Type": "Choice", "Default": next["Next"], "Choices": []any{object{"Variable": g.path(), "NumericGreaterThan": 1, "Next": names[g.random.IntN(i+2)]}}}
		}
		s["Type"], s["InputPath"] = "Pass", g.path()
	case 5:
		s["Type"], s["Resource"], s["TimeoutSeconds"], s["ResultPath"] = "Task", "arn:aws:states:::sns:publish.waitForTaskToken", 3, g.reference()
		g.recovery(s, next)
	case 6:
		s["Type"], s["Branches"] = "Parallel", []any{g.program(depth + 1), g.program(depth + 1)}
		g.recovery(s, next)
	case 7:
		processor := g.program(depth + 1)
		processor["ProcessorConfig"] = object{"Mode": g.pick("INLINE", "DISTRIBUTED")}
		s["Type"], s["ItemsPath"], s["MaxConcurrency"], s["ItemProcessor"] = "Map", g.path(), g.random.IntN(3), processor
		s["ToleratedFailurePercentage"] = g.random.IntN(101)
		g.recovery(s, next)
	}
	return s
}

func (g *grower) recovery(s, next object) {
	s["Retry"] = []any{object{"ErrorEquals": []any{g.pick("E", "States.Timeout", "States.ALL")}, "MaxAttempts": g.random.IntN(3), "JitterStrategy": "FULL"}}
	if name, ok := next["Next"]; ok {
		s["Catch"] = []any{object{"ErrorEquals": []any{"States.ALL"}, "ResultPath": g.reference(), "Next": name}}
	}
}

func (g *grower) path() any {
	return g.pick("$", "$.a", "$.b[0]", "$.b[*].a", "$..a", "$.b[?(@.a > 1)]", "$$.Execution.Input", "$$.State", "$.b.length()")
}

func (g *grower) reference() any { return g.pick("$", nil, "$.a", "$.b[0]", "$.c.d") }

func (g *grower) template() any {
	return object{"a.$": g.path(), "b": []any{object{"a.$": "$$.Execution.Id"}, g.value(1)}, "c.$": g.pick("States.Array($.a, 'x')", "States.UUID()", "States.StringSplit('a,b', ',')", "States.ArrayLength($.b)")}
}

func (g *grower) expression() any {
	return g.pick("{% $states.input %}", "{% $states.input.b[0] %}", "{% $sum([1..9]) %}", "{% $v %}", "{% $states.context.State.Name %}", "{% {'a': $random(), 'b': [$states.input]} %}", "{% $number('x') %}")
}

func (g *grower) value(depth int) any {
	if depth > 2 || g.random.IntN(3) == 0 {
		return g.pick(nil, true, 1.0, 2.5, "text", 9007199254740991.0, []any{}, object{})
	}
	return object{"a": g.value(depth + 1), "b": []any{g.value(depth + 1), object{"a": float64(g.random.IntN(5))}}}
}
