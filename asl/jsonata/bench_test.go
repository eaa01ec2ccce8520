package jsonata_test

import (
	"testing"

	"clinical-risk-pipeline/asl/jsonata"
)

// BenchmarkEval covers plain expressions, which run in Go, and other expressions, which the library interprets.
func BenchmarkEval(b *testing.B) {
	library := open(b)
	runtime, err := library.Runtime(jsonata.RuntimeOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer runtime.Close()
	bindings := map[string]any{"states": map[string]any{
		"input":  map[string]any{"subject": "S-001", "risk": 0.8, "features": map[string]any{"age": 61.0, "visits": []any{1.0, 2.0, 3.0}}},
		"result": map[string]any{"Body": `{"risk_score": 0.81}`},
	}}
	items := make([]any, 1000)
	for i := range items {
		items[i] = map[string]any{"id": "S-001", "risk": 0.5, "a": 1.0, "b": "text", "c": true, "d": nil, "e": map[string]any{"f": 1.0}, "g": []any{1.0, 2.0}}
	}
	bindings["items"] = items
	for _, bench := range []struct{ name, source string }{
		{"plain/path", "$states.input.features.age"},
		{"plain/condition", "$type($states.input.risk) = 'number' and $states.input.risk > 0.75"},
		{"plain/merge", `$merge([$states.input, {"inference": $parse($states.result.Body)}])`},
		{"plain/index", "$states.input.features.visits[0]"},
		{"plain/map", "$map($states.input.features.visits, function($v) { $v * 2 })"},
		{"plain/text", `"decisions/" & $formatInteger($states.input.features.age, "0000000") & "/" & $substring($hash($states.input.subject, "SHA-256"), 0, 8)`},
		{"plain/time", "$fromMillis($toMillis($now()) + 86400000)"},
		{"plain/thousand", "$count($items[risk > 0.75])"},
		{"plain/thousand-names", "$sum($items.risk)"},
		{"plain/thousand-decisions", `(
			$lost := function($i, $reason) {{"id": $i.id, "reason": $reason}};
			$decisions := [$map($items, function($i) { $type($i.risk) = "number" ? {"id": $i.id, "branch": $i.risk > 0.75 ? "alert" : "none"} : $lost($i, "no score") })];
			{"subjects": [$decisions[$exists(branch)]], "lost": [$decisions[$exists(reason)]]})`},
		{"library/literal", "$round(1)"},
		{"library/condition", "$round($states.input.risk * 100) > 75 and $states.input.subject = 'S-001'"},
		{"library/reduce", "$reduce($states.input.features.visits, function($a, $v) { $a + $v })"},
		{"library/thousand", "$count($items[$round(risk) > 0.75])"},
		{"library/thousand-names", "$average($items.risk)"},
		{"library/thousand-back", "$reverse($items)"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			expression, err := library.Compile(bench.source)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := runtime.Eval(expression, bindings); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evals/s")
		})
	}
}

// BenchmarkStart opens the library, compiles an expression and evaluates it once.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		library, err := openLibrary()
		if err != nil {
			b.Fatal(err)
		}
		expression, err := library.Compile("$round($states.input.risk) > 0")
		if err != nil {
			b.Fatal(err)
		}
		runtime, err := library.Runtime(jsonata.RuntimeOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := runtime.Eval(expression, map[string]any{"states": map[string]any{"input": map[string]any{"risk": 1.0}}}); err != nil {
			b.Fatal(err)
		}
		runtime.Close()
	}
}
