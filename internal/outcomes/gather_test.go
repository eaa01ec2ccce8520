package outcomes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// night is a run of the scene.
type night struct {
	day    int // of March 2026
	name   string
	model  string
	cut    string
	test   bool
	scores map[string]float64
}

// put puts the decision record of a run into a store.
func put(t *testing.T, store *memory.Store, n night) {
	t.Helper()
	started := fmt.Sprintf("2026-03-%02dT23:30:00.000Z", n.day)
	subjects := []any{}
	for _, id := range []string{"S-1", "S-2", "unknown"} {
		score, there := n.scores[id]
		if !there {
			continue
		}
		branch := workflow.NoAlertBranch
		if score > 0.15 {
			branch = workflow.AlertBranch
		}
		subjects = append(subjects, map[string]any{"subject": id, "site": "S01", "score": score, "branch": branch})
	}
	run := map[string]any{"execution": n.name, "startedAt": started, "trialId": "SYN-AD-402", "test": n.test}
	if n.cut != "" {
		run["cutDate"] = n.cut
	}
	body, err := json.Marshal(map[string]any{
		"run": run, "model": map[string]any{"endpoint": n.model}, "subjects": subjects, "notScored": []any{map[string]any{"subject": "S-3"}},
		"input": map[string]any{"bucket": "b", "key": n.name + "/cohort.jsonl", "versionId": "v", "firstIndex": 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	store.Put(workflow.RecordsOf("SYN-AD-402", n.name, started)+"0.json", time.Now(), func() []byte { return body })
}

type cohortsOf map[string]string

// Open implements Cohorts.
func (c cohortsOf) Open(_ context.Context, o alert.Object) (io.ReadCloser, error) {
	text, there := c[o.Key]
	if !there {
		return nil, errors.New("AccessDenied")
	}
	return io.NopCloser(bytes.NewBufferString(text)), nil
}

// The first score counts: of the trial's model, of no test, in the order in which the runs started and not in that of the keys.
//
// Requirements: SRC-25
func TestTheFirstScoreOfTheTrialsModelCounts(t *testing.T) {
	store := &memory.Store{Bucket: "records"}
	for _, n := range []night{
		{1, "a-test", "dropout-risk", "", true, map[string]float64{"S-1": 0.9}},
		{2, "another-model", "earlier-model", "", false, map[string]float64{"S-1": 0.8, "S-2": 0.8}},
		{3, "z-first", "dropout-risk", "", false, map[string]float64{"S-1": 0.1, "unknown": 0.2}},
		{4, "a-second", "dropout-risk", "2026-03-01", false, map[string]float64{"S-1": 0.7, "S-2": 0.3}},
	} {
		put(t, store, n)
	}
	g, err := Gather(t.Context(), Recorded(store), cohortsOf{
		"z-first/cohort.jsonl": "{\"subject\":\"S-1\",\"features\":{\"sex\":\"F\",\"age\":66,\"arm\":\"A\"}}\nbroken\n{\"subject\":\"S-9\",\"features\":{}}\n",
	}, example402(t))
	if err != nil {
		t.Fatal(err)
	}
	if s := g.First["S-1"]; s.Risk != 0.1 || s.Day != "2026-03-04" || s.Site != "S01" || s.Sex != "F" || *s.Age != 66 { // 23:30 UTC is the next day in Berlin
		t.Errorf("got %+v", s)
	}
	if s := g.First["S-2"]; s.Risk != 0.3 || s.Day != "2026-03-01" || s.Sex != "" || s.Age != nil {
		t.Errorf("got %+v", s)
	}
	if len(g.First) != 2 || g.OtherModels != 2 || g.Unread != 1 {
		t.Errorf("got %+v", g)
	}
	want := []alert.Scores{
		{Cut: "2026-03-01", Execution: "a-second", Scored: 2, High: 2, NotScored: 1, Tenths: [alert.Tenths]int{3: 1, 7: 1}},
		{Cut: "2026-03-04", Execution: "z-first", Scored: 2, High: 1, NotScored: 1, Tenths: [alert.Tenths]int{1: 1, 2: 1}},
	}
	if diff := cmp.Diff(want, g.Runs); diff != "" {
		t.Error(diff)
	}
	without, err := Gather(t.Context(), Recorded(store), nil, example402(t))
	if err != nil || without.Unread != 2 || without.First["S-1"].Sex != "" {
		t.Errorf("without cohorts: %+v, %v", without, err)
	}
}

// The records of seven nights, as the pipeline writes them, and a later version that somebody put over one.
func TestAlertsAndRecordsOfSevenNights(t *testing.T) {
	recorded := memory.NewTrial(example402(t), time.Date(2026, 2, 26, 3, 0, 0, 0, time.UTC), 3)
	for n := range 7 {
		if err := recorded.Night(n); err != nil {
			t.Fatal(err)
		}
	}
	g, err := Gather(t.Context(), Recorded(recorded.Store), nil, recorded.Trial)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.First) != 3 || len(g.Runs) != 7 || len(g.Alerts) == 0 || g.Alerts[0].Site != "S01" || g.Alerts[0].Model != "dropout-risk" || g.Alerts[0].Day != "2026-02-26" {
		t.Errorf("got %d subjects, %d runs, %+v", len(g.First), len(g.Runs), g.Alerts)
	}
	for key, object := range recorded.Objects {
		if strings.HasPrefix(key, "decisions/") {
			object.Later = []records.Version{{ID: "v2", Modified: time.Now()}}
		}
	}
	again, err := Gather(t.Context(), Recorded(recorded.Store), nil, recorded.Trial)
	if err != nil || len(again.Runs) != 7 {
		t.Errorf("got %+v, %v", again, err)
	}
	put(t, recorded.Store, night{day: 9, name: "broken", model: "dropout-risk"})
	recorded.Put("decisions/SYN-AD-402/x/0.json", time.Now(), func() []byte { return []byte("{}") })
	if _, err := Gather(t.Context(), Recorded(recorded.Store), nil, recorded.Trial); err == nil || !strings.Contains(err.Error(), "decisions/SYN-AD-402/x/0.json is not a decision record") {
		t.Errorf("got %v", err)
	}
}
