package requirement

import (
	"slices"
	"strings"
	"testing"
)

func TestDisagreements(t *testing.T) {
	code := func(id string) Mark { return Mark{ID: id, Declaration: "New", File: "a.go", Line: 7} }
	test := func(id string) Mark {
		return Mark{ID: id, Declaration: "TestNew", File: "a_test.go", Line: 9, Test: true}
	}
	design := func(id string, line int) Requirement {
		return Requirement{ID: id, Title: "Topic", AnsweredBy: Design, Line: line}
	}
	for _, row := range []struct {
		reason string
		list   []Requirement
		marks  []Mark
		want   []string
	}{
		{"code and a test name it", []Requirement{design("SRC-01", 3)}, []Mark{code("SRC-01"), test("SRC-01")}, nil},
		{"a procedure needs neither", []Requirement{{ID: "P11-10i", AnsweredBy: Procedure}}, nil, nil},
		{"a shared requirement needs both", []Requirement{{ID: "SRC-01", Title: "Topic", AnsweredBy: Shared, Line: 3}}, nil,
			[]string{"r.yaml:3: no code names SRC-01 (Topic)", "r.yaml:3: no test names SRC-01 (Topic)"}},
		{"what is not shown needs neither", []Requirement{{ID: "SRC-01", AnsweredBy: Open}}, nil, nil},
		{"a criterion's test that names another requirement", []Requirement{{
			ID: "SRC-01", AnsweredBy: Design, Line: 3, Acceptance: []Criterion{{"It alerts", []string{"TestNew", "TestOld"}}}}},
			[]Mark{code("SRC-01"), test("SRC-01")},
			[]string{`r.yaml:3: TestOld is a test of the criterion "It alerts", and does not name SRC-01`}},
		{"no test", []Requirement{design("SRC-01", 3)}, []Mark{code("SRC-01")}, []string{"r.yaml:3: no test names SRC-01 (Topic)"}},
		{"no code", []Requirement{design("SRC-01", 3)}, []Mark{test("SRC-01")},
			[]string{"r.yaml:3: no code names SRC-01 (Topic)"}},
		{"unknown ids in code and tests", nil, []Mark{code("SRC-98"), test("SRC-99")}, []string{
			"a.go:7: New names SRC-98, which is not in r.yaml", "a_test.go:9: TestNew names SRC-99, which is not in r.yaml"}},
		{"an id twice", []Requirement{design("SRC-01", 3), {ID: "SRC-01", AnsweredBy: Procedure, Line: 8}}, []Mark{code("SRC-01"), test("SRC-01")},
			[]string{"r.yaml:8: SRC-01 occurs twice, first on line 3"}},
	} {
		if got := Disagreements("r.yaml", row.list, row.marks); !slices.Equal(got, row.want) {
			t.Errorf("%s: found\n%s\nwant\n%s", row.reason, strings.Join(got, "\n"), strings.Join(row.want, "\n"))
		}
	}
}
