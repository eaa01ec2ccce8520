package verify_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
	"clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

const (
	execution  = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	function   = "arn:aws:lambda:eu-central-1:123456789012:function:Decide"
	janeARN    = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe@example.com"
	joeARN     = "arn:aws:sts::123456789012:assumed-role/TrialLead/joe.bloggs@example.com"
	adaARN     = "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com"
	invocation = "8f5a1b1e-0000-4000-8000-000000000001"
	day        = 24 * time.Hour
)

var (
	place     = workflow.RecordsOf("T-1", execution, "2026-03-01T01:00:00.000Z")
	firstKey  = place + "000000.json"
	secondKey = place + "000100.json"
)

var startedAt = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)

// scene is an approval that Jane signed, as the deployed code records it, with the trail of her invocation.
type scene struct {
	*testing.T
	bucket   *memory.Bucket
	store    *memory.Store
	trail    *memory.Trail
	verifier *verify.Verifier
	decider  *approval.Decider
	now      time.Time
	id, key  string
	place    string
	keys     []string
}

func newScene(t *testing.T) *scene { return newSceneOf(t, place, firstKey, secondKey) }

// newSceneOf is about the decision records with these keys, at a place.
func newSceneOf(t *testing.T, place string, keys ...string) *scene {
	s := &scene{T: t, place: place, keys: keys, now: startedAt, id: approval.ID(execution), store: &memory.Store{}}
	clock := func() time.Time { return s.now }
	s.bucket = &memory.Bucket{Now: clock, Default: verify.Rule{Mode: verify.Compliance, Period: 365 * day}}
	s.wait(10 * time.Minute)
	for i, key := range keys {
		s.bucket.Put(key, fmt.Appendf(nil, `{"subjects": [{"subject": "S-%d", "score": 0.81, "branch": "alert"}], "notScored": []}`, i))
	}
	signers := approval.Signers{Approvers: []string{"arn:aws:iam::123456789012:role/TrialLead"}}
	s.decider = &approval.Decider{
		Store: s.store, Records: approval.Records{Objects: s.bucket.Objects(), Bucket: "records", Prefix: "decisions/"},
		Tasks: &memory.Tasks{Waiting: map[string]bool{"token-1": true, "token-2": true}}, Starts: memory.Starts{{ARN: adaARN}}, Signers: signers,
		Now: clock, Log: slog.New(slog.DiscardHandler),
	}
	s.wait(time.Minute)
	s.ask(1)
	s.wait(time.Hour)
	s.decide(1)
	s.key = s.records()[0]
	s.trail = &memory.Trail{Events: map[string][]verify.Invocation{invocation: {event()}}, From: startedAt.Add(-day)}
	s.wait(30 * day)
	s.verifier = &verify.Verifier{
		Store: s.bucket, Bucket: "records", Prefix: "decisions/", Trail: s.trail, Function: function, Signers: &signers, Now: clock,
	}
	return s
}

// event is the trail's event of Jane's invocation.
func event() verify.Invocation {
	return verify.Invocation{EventID: "e-1", Function: function, At: startedAt.Add(71 * time.Minute), ARN: janeARN, UserID: "AROA:jane.doe@example.com"}
}

func (s *scene) wait(d time.Duration) { s.now = s.now.Add(d) }

// ask asks for approval, in the round.
func (s *scene) ask(round int) {
	s.Helper()
	requester := approval.Requester{
		Store: s.store, Notifier: &memory.Notifier{}, Records: s.decider.Records, Function: function, Now: s.decider.Now, Log: s.decider.Log,
	}
	err := requester.Handle(s.Context(), fmt.Appendf(nil, `{"taskToken": "token-%[1]d", "requestId": "%064[1]d", "execution": "%[2]s", "startedAt": "2026-03-01T01:00:00Z", "trialId": "T-1",
		"subjects": {"subjects": 2, "scored": 1, "high": 1, "failed": 0}, "record": "s3://records/%[3]s", "deadline": "2026-03-04T03:00:00Z"}`, round, execution, s.place))
	if err != nil {
		s.Fatal(err)
	}
}

// decide approves as Jane.
func (s *scene) decide(round int) {
	s.Helper()
	view, err := s.decider.Show(s.Context(), s.id)
	if err != nil {
		s.Fatal(err)
	}
	_, err = s.decider.Decide(s.Context(), s.id, approval.Caller{ARN: janeARN, UserID: "AROA:jane.doe@example.com", Invocation: invocation}, approval.Decision{
		Decision: "approve", Code: "confirmed", Meaning: "responsibility", Reason: "the seven were called", Round: round, Shown: view.Shown.SHA256,
	})
	if err != nil {
		s.Fatal(err)
	}
}

// digest is the digest of the decision records, computed as the documentation says.
func (s *scene) digest() string {
	var lines strings.Builder
	for _, key := range s.keys {
		body, _, err := s.bucket.Objects().Read(s.Context(), key)
		if err != nil {
			s.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s  %s\n", approval.Digest(body), key)
	}
	return approval.Digest([]byte(lines.String()))
}

func (s *scene) records() []string {
	s.Helper()
	keys, err := s.bucket.List(s.Context(), approval.ApprovalsPrefix)
	keys = slices.DeleteFunc(keys, approval.IsRendering)
	if err != nil || len(keys) == 0 {
		s.Fatalf("recorded %v, %v", keys, err)
	}
	return keys
}

// shown is the key of what Jane was shown.
func (s *scene) shown() string { return strings.TrimSuffix(s.key, ".json") + ".txt" }

// edit replaces a text in the approval record, as if the function had written it so.
func (s *scene) edit(old, new string) {
	s.Helper()
	s.bucket.Change(s.key, func(o *verify.Object, _ *verify.Lock, _ *time.Time) {
		if !strings.Contains(string(o.Body), old) {
			s.Fatalf("%q is not in %s", old, o.Body)
		}
		o.Body = []byte(strings.Replace(string(o.Body), old, new, 1))
		o.SHA256 = approval.Digest(o.Body)
	})
}

// flip changes one byte of an object in its place.
func (s *scene) flip(key string) {
	s.bucket.Change(key, func(o *verify.Object, _ *verify.Lock, _ *time.Time) {
		o.Body = []byte(strings.Replace(string(o.Body), "seven", "eleve", 1))
		o.Body = []byte(strings.Replace(string(o.Body), "0.81", "0.18", 1))
	})
}

func (s *scene) lock(key string, change func(*verify.Lock)) {
	s.bucket.Change(key, func(_ *verify.Object, l *verify.Lock, _ *time.Time) { change(l) })
}

// written shifts the time when an object was written and locked.
func (s *scene) written(key string, by time.Duration) {
	s.bucket.Change(key, func(_ *verify.Object, l *verify.Lock, modified *time.Time) {
		*modified, l.Until = modified.Add(by), l.Until.Add(by)
	})
}

func (s *scene) verify() *verify.Report {
	s.Helper()
	report, err := s.verifier.Verify(s.Context(), s.id)
	if err != nil {
		s.Fatal(err)
	}
	return report
}

// checks returns all checks of a report.
func checks(r *verify.Report) []verify.Check {
	all := slices.Clone(r.Checks)
	for _, record := range r.Records {
		all = append(all, record.Checks...)
	}
	return all
}

// bad returns the findings of the checks that do not hold, "CHECK: RESULT: FINDING".
func bad(r *verify.Report) []string {
	var list []string
	for _, c := range checks(r) {
		for _, finding := range c.Findings {
			if c.Result != verify.Holds {
				list = append(list, fmt.Sprintf("%s: %s: %s", c.Name, c.Result, finding))
			}
		}
	}
	return list
}
