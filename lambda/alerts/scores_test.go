package alerts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
)

// metrics are a line of the log that CloudWatch reads metrics from.
type metrics struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
	values map[string]any
}

// logged updates the alerts of a run, and returns the metrics in the log.
func (s *scene) logged(r alerts.Request) []metrics {
	s.t.Helper()
	var log bytes.Buffer
	u := s.updater()
	u.Log, u.Now = slog.New(slog.NewJSONHandler(&log, nil)), func() time.Time { return time.UnixMilli(1_772_000_000_000) }
	payload, err := json.Marshal(r)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := u.Handle(s.t.Context(), payload); err != nil {
		s.t.Fatal(err)
	}
	if strings.Contains(log.String(), "S-") {
		s.t.Errorf("the log names a subject: %s", log.String())
	}
	var found []metrics
	for line := range bytes.Lines(log.Bytes()) {
		var m metrics
		if err := strictjson.Unmarshal(line, &m); err != nil {
			s.t.Fatal(err)
		}
		if err := strictjson.Unmarshal(line, &m.values); err != nil {
			s.t.Fatal(err)
		}
		if len(m.AWS.CloudWatchMetrics) > 0 {
			found = append(found, m)
		}
	}
	return found
}

// people are 60 subjects, the first ones at high risk, the last one without a score.
func people(high int) []subject {
	all := []subject{{id: "S-9999", site: "S01", risk: unscored}}
	for i := range 60 {
		risk := 0.05
		if i < high {
			risk = 0.35
		}
		all = append(all, subject{id: fmt.Sprintf("S-%04d", i), site: "S01", risk: risk})
	}
	return all
}

// Requirements: SRC-25
func TestEachRunReportsItsScoresAsMetrics(t *testing.T) {
	s := newScene(t)
	for night := 1; night <= 3; night++ {
		found := s.logged(s.night(night, people(6)...))
		if len(found) != 1 {
			t.Fatalf("night %d has %d lines with metrics", night, len(found))
		}
		if _, judged := found[0].values[alert.JumpMetric]; judged {
			t.Errorf("night %d: a jump was judged after %d runs", night, night-1)
		}
	}
	jump := s.logged(s.night(4, people(15)...)) // 0.25 after 0.1
	about := jump[0].AWS.CloudWatchMetrics[0]
	if jump[0].AWS.Timestamp != 1_772_000_000_000 || about.Namespace != "ClinicalRisk" || len(about.Dimensions) != 1 || !slices.Equal(about.Dimensions[0], []string{"Trial", "Model"}) {
		t.Errorf("got %+v", jump[0].AWS)
	}
	for name, want := range map[string]any{
		"Trial": "SYN-AD-402", "Model": "dropout-risk", "Scored": 60.0, "NotScored": 1.0, "AtHighRisk": 15.0, "ShareAtHighRisk": 0.25, "ShareAtHighRiskJump": 1.0,
		"ScoresFrom00": 45.0, "ScoresFrom03": 15.0, "ScoresFrom09": 0.0,
	} {
		if got := jump[0].values[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, m := range about.Metrics {
		if _, there := jump[0].values[m.Name]; !there || m.Unit == "" {
			t.Errorf("the metric %s has no value or no unit", m.Name)
		}
	}
	if calm := s.logged(s.night(5, people(8)...)); calm[0].values[alert.JumpMetric] != 0.0 {
		t.Errorf("got %v", calm[0].values)
	}
}

// A run that is repeated after its end reports nothing, and one that is repeated after a crash reports the same.
func TestARepeatedRunReportsTheSameScores(t *testing.T) {
	s := newScene(t)
	for night := 1; night <= 3; night++ {
		s.mustUpdate(s.night(night, people(6)...))
	}
	r := s.night(4, people(30)...)
	for writes := 1; ; writes++ {
		s.world.CrashAt(writes, true)
		_, err := s.update(r)
		s.world.Restart()
		if err == nil {
			break
		}
		if writes > 1000 {
			t.Fatal("the run does not end")
		}
	}
	if again := s.logged(r); len(again) != 0 {
		t.Errorf("got %+v", again)
	}
	entry, err := s.world.Get(t.Context(), alert.ScoresKey("dropout-risk"))
	if err != nil {
		t.Fatal(err)
	}
	var recent alert.Recent
	if err := strictjson.UnmarshalKnown(entry.Body, &recent); err != nil || len(recent.Runs) != 4 || recent.Runs[3].High != 30 || recent.Runs[3].Cut != day(4) {
		t.Errorf("got %+v, %v", recent, err)
	}
}
