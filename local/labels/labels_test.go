package labels

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/local/intake"
)

func open(t *testing.T, text string) (*Labels, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labels")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(t.Context(), path, nil, intake.Table{})
}

// The figures are worked out by hand: of the six pairs of a dropout and another subject, the dropout is higher in four, and one is tied.
//
// Requirements: SRC-19
func TestComparison(t *testing.T) {
	for format, text := range map[string]string{
		"CSV":        "USUBJID,Outcome\nA,1\nB,1\nC,0\nD,0\nE,0\nF,\nG,1\nH,0\n",
		"JSON Lines": `{"subject":"A","outcome":true}` + "\n" + `{"subject":"B","outcome":1}` + "\n" + `{"subject":"C","outcome":0}` + "\n" + `{"subject":"D","outcome":false}` + "\n" + `{"subject":"E","outcome":0}` + "\n" + `{"subject":"F","outcome":null}` + "\n" + `{"subject":"G","outcome":1}` + "\n" + `{"subject":"H","outcome":0}` + "\n",
	} {
		l, err := open(t, text)
		if err != nil {
			t.Fatal(format, err)
		}
		for subject, score := range map[string]float64{"A": 0.9, "B": 0.4, "C": 0.4, "D": 0.8, "E": 0.1, "F": 0.5, "X": 0.5} {
			l.Add(subject, &score, score > 0.75)
		}
		l.Add("G", nil, false)
		c := l.Compare()
		if c.Compared != 5 || c.Events != 2 || math.Abs(*c.AUC-4.5/6) > 1e-12 || math.Abs(*c.Brier-(0.01+0.36+0.16+0.64+0.01)/5) > 1e-12 || math.Abs(*c.BaseRateBrier-0.24) > 1e-12 ||
			c.TruePositive != 1 || c.FalseNegative != 1 || c.FalsePositive != 1 || c.TrueNegative != 2 || c.NotScored != 1 || c.WithoutOutcome != 2 || c.NotInRun != 1 {
			t.Errorf("%s: %+v, AUC %v, Brier %v", format, c, *c.AUC, *c.Brier)
		}
		want := "5 compared, 2 dropped out: AUC 0.750, Brier 0.236 (0.240 for always the base rate)\n" +
			"At the threshold: 1 dropouts found, 1 missed; 1 false alarms, 2 others\n" +
			"Not compared: 1 without a score, 2 without an outcome, 1 outcomes of subjects that are not in the run"
		if got := strings.Join(c.Words(), "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", format, got, want)
		}
	}
}

// A figure that is not defined is null, and not a number.
//
// Requirements: SRC-19
func TestUndefinedFigures(t *testing.T) {
	l, err := open(t, "subject,outcome\nA,1\n")
	if err != nil {
		t.Fatal(err)
	}
	if c := l.Compare(); c.AUC != nil || c.Brier != nil || !strings.HasPrefix(c.Words()[0], "No subject has both a score and an outcome") {
		t.Errorf("%+v", c)
	}
	score := 0.5
	l.Add("A", &score, false)
	if c := l.Compare(); c.AUC != nil || *c.Brier != 0.25 {
		t.Errorf("%+v", c)
	}
}

// Requirements: SRC-19
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"subject,outcome\nA,2\nB,1\nC,7\n": ":2: outcome must be true, false, 1, 0 or missing, and is not on 2 of 3 lines",
		"subject,died\nA,1\n":              ":2: outcome must be true",
		"subject,outcome\nA,\n":            "no subject has an outcome",
		"patient,outcome\nA,1\n":           "--labels: ",
		"[1]":                              "is a JSON array",
	} {
		if _, err := open(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
