package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
)

// stateMachine is the small pipeline of package assembly's tests.
func stateMachine(t testing.TB) *assembly.StateMachine {
	t.Helper()
	a, err := assembly.Open("../assembly/testdata/cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.StateMachine("dev")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pipeline is the small pipeline with the model.
func pipeline(t *testing.T, m model.Model) *Pipeline {
	t.Helper()
	p, err := New(stateMachine(t), Setting{Model: m, Objects: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// subject is an input with a feature that must not appear in results.
func subject(id string) string {
	return fmt.Sprintf(`{"subject": %q, "trialId": "T-1", "transformed_features": {"marker": "secret", "age": 83}}`, id)
}

func openInputs(t testing.TB, lines ...string) *intake.File {
	t.Helper()
	return openLines(t, intake.Open, lines)
}

// results are those of a run of the pipeline for the lines.
func results(t *testing.T, p *Pipeline, lines ...string) []*Result {
	t.Helper()
	var all []*Result
	if err := p.Run(t.Context(), openInputs(t, lines...), func(r *Result) error { all = append(all, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// endpoint is a model server with the handler.
func endpoint(t *testing.T, handler http.HandlerFunc) model.Model {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	e, err := model.NewEndpoint(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// fixedEndpoint answers every request alike.
func fixedEndpoint(t *testing.T, status int, body string) model.Model {
	return endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

// brokenEndpoint breaks off every connection: only the pipeline's retries help, as when SageMaker is unavailable.
func brokenEndpoint(t *testing.T) model.Model {
	return endpoint(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

// canary is the value of a feature. Only histories and objects may hold it.
const canary = "canary-7c1f"

// member is a line of a cohort. scoringEndpoint answers with its score.
func member(id string, score any) string {
	return fmt.Sprintf(`{"subject": %q, "features": {"score": %v, "marker": %q}}`, id, score, canary)
}

// members are n subjects with the same score.
func members(n int, score any) (lines []string) {
	for i := range n {
		lines = append(lines, member(fmt.Sprintf("S-%03d", i), score))
	}
	return lines
}

// scoringEndpoint answers with the scores in the features. The score "down" makes it answer with 503, and it skips the score "forget".
func scoringEndpoint(t *testing.T) model.Model {
	return endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		var batch struct {
			Instances []struct {
				ID       string `json:"id"`
				Features struct {
					Score any `json:"score"`
				} `json:"features"`
			} `json:"instances"`
		}
		if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
			t.Error(err)
		}
		predictions := []any{}
		for _, instance := range batch.Instances {
			score := instance.Features.Score
			if score == "down" {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			if score == "forget" {
				continue
			}
			predictions = append(predictions, map[string]any{"id": instance.ID, "risk_score": score})
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"predictions": predictions}); err != nil {
			t.Error(err)
		}
	})
}

func openCohort(t testing.TB, lines []string) *intake.File {
	t.Helper()
	open := func(ctx context.Context, path string, stdin io.Reader) (*intake.File, error) {
		return intake.OpenCohort(ctx, path, stdin, intake.Table{})
	}
	return openLines(t, open, lines)
}

// openLines opens a file of the lines until the test ends.
func openLines(t testing.TB, open func(context.Context, string, io.Reader) (*intake.File, error), lines []string) *intake.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	return file
}

func cohortMachine(t testing.TB) *assembly.StateMachine {
	t.Helper()
	a, err := assembly.Open("../assembly/testdata/cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.StateMachine("full", assembly.WholeCohort)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// trial is a run of the cohort pipeline of package assembly's tests, with batches of ten, four at a time.
type trial struct {
	*CohortResult
	batches []*BatchResult
	objects string
}

func runTrial(t *testing.T, m model.Model, approve string, lines ...string) *trial {
	t.Helper()
	file := openCohort(t, lines)
	person, err := approver.Open(approve)
	if err != nil {
		t.Fatal(err)
	}
	r := &trial{objects: t.TempDir()}
	p, err := New(cohortMachine(t), Setting{Model: m, Objects: r.objects, Person: person, Cohort: file})
	if err != nil {
		t.Fatal(err)
	}
	r.CohortResult, err = p.RunCohort(t.Context(), file, Trial{ID: "T-1"}, func(b *BatchResult) error { r.batches = append(r.batches, b); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// difference is cmp.Diff for values that are usually equal: cmp.Diff takes long to find that out.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}
