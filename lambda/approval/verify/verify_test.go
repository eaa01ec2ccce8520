package verify_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/verify"
)

// Requirements: P11-10c, P11-10e, P11-70
func TestAnApprovalOfTheDeployedCodeHolds(t *testing.T) {
	s := newScene(t)
	report := s.verify()
	if report.Result != verify.Holds || len(report.Records) != 1 {
		t.Fatalf("got %s with %d records: %v", report.Result, len(report.Records), bad(report))
	}
	var names []string
	for _, c := range checks(report) {
		names = append(names, c.Name)
		if c.Result != verify.Holds || len(c.Findings) != 1 || c.Findings[0] == "" {
			t.Errorf("got %+v", c)
		}
	}
	want := []string{
		"approval records", "versions of the record", "lock of the record", "bytes of the record", "schema of the record", "place of the record",
		"what the signer was shown", "versions and lock of what was shown", "verdicts",
		"place of the decision records", "digest of the decision records", "bytes of the decision records", "versions of the decision records",
		"locks of the decision records", "order in time", "signer", "approver", "starters", "invocation in the trail",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	r := report.Records[0]
	if r.Signer.ARN != janeARN || r.Decision != approval.Approve || r.Round != 1 || r.Place != "s3://records/"+s.key {
		t.Errorf("got %+v", r)
	}
}

// Each fault is named, with its place, and no other check fails.
//
// Requirements: P11-10c, P11-10e, P11-10g, P11-70
func TestEachFaultIsNamedAndNothingElse(t *testing.T) {
	for reason, row := range map[string]struct {
		damage func(*scene)
		want   []string // "CHECK: RESULT: the start of the finding"
	}{
		"a byte of a decision record": {func(s *scene) { s.flip(firstKey) }, []string{"bytes of the decision records: does not hold: " + firstKey + ": the SHA-256 is "}},
		"a byte of the record":        {func(s *scene) { s.flip(s.key) }, []string{"bytes of the record: does not hold: the SHA-256 is "}},
		"a byte of what was shown":    {func(s *scene) { s.flip(s.shown()) }, []string{"what the signer was shown: does not hold: approvals/"}},
		"what was shown, hidden":      {func(s *scene) { s.bucket.Hide(s.shown()) }, []string{"versions and lock of what was shown: does not hold: approvals/"}},
		"what was shown, twice":       {func(s *scene) { s.bucket.Put(s.shown(), []byte("other")) }, []string{"versions and lock of what was shown: does not hold: approvals/"}},
		"what was shown, unlocked": {func(s *scene) {
			s.bucket.Change(s.shown(), func(_ *verify.Object, l *verify.Lock, _ *time.Time) { *l = verify.Lock{} })
		}, []string{"versions and lock of what was shown: does not hold: approvals/"}},
		"a subject who was not shown": {func(s *scene) { s.edit(`"subject": "S-1"`, `"subject": "S-5"`) }, []string{
			"what the signer was shown: does not hold: approvals/", "what the signer was shown: does not hold: approvals/"}},
		"a count that was not shown": {func(s *scene) { s.edit(`"high": `, `"high": 1`) }, []string{"what the signer was shown: does not hold: approvals/"}},
		"a verdict against the decision": {func(s *scene) {
			s.edit(`"decision": "approved"`, `"decision": "rejected"`)
		}, []string{"verdicts: does not hold: 2 subjects are approved, and the decision is rejected"}},
		"a code of the other verdict": {func(s *scene) {
			s.edit("\"code\": \"confirmed\",\n      \"override\"", "\"code\": \"data-error\",\n      \"override\"")
		}, []string{`verdicts: does not hold: S-0: "data-error" is no code for approved`}},
		"a hidden decision record":     {func(s *scene) { s.bucket.Hide(secondKey) }, []string{"versions of the decision records: does not hold: " + secondKey + ": a delete marker"}},
		"a hidden record":              {func(s *scene) { s.bucket.Hide(s.key) }, []string{"versions of the record: does not hold: approvals/"}},
		"a destroyed decision record":  {func(s *scene) { s.bucket.Destroy(firstKey) }, []string{"bytes of the decision records: does not hold: " + firstKey + ": version v1 does not exist"}},
		"a destroyed record":           {func(s *scene) { s.bucket.Destroy(s.key) }, []string{"approval records: does not hold: no record of ap-"}},
		"a second decision record":     {func(s *scene) { s.bucket.Put(firstKey, []byte("{}")) }, []string{"versions of the decision records: does not hold: " + firstKey + ": another version, v5,"}},
		"a second record":              {func(s *scene) { s.bucket.Put(s.key, []byte("{}")) }, []string{"versions of the record: does not hold: approvals/"}},
		"an object nobody reviewed":    {func(s *scene) { s.bucket.Put(place+"000200.json", nil) }, []string{"versions of the decision records: does not hold: " + place + "000200.json: an object that nobody reviewed"}},
		"a decision record not locked": {func(s *scene) { s.lock(firstKey, func(l *verify.Lock) { *l = verify.Lock{} }) }, []string{"locks of the decision records: does not hold: " + firstKey + ": not locked"}},
		"the record not locked":        {func(s *scene) { s.lock(s.key, func(l *verify.Lock) { *l = verify.Lock{} }) }, []string{"lock of the record: does not hold: approvals/"}},
		"a lock that ends too early":   {func(s *scene) { s.lock(s.key, func(l *verify.Lock) { l.Until = l.Until.Add(-day) }) }, []string{"lock of the record: does not hold: approvals/"}},
		"a weaker lock":                {func(s *scene) { s.lock(firstKey, func(l *verify.Lock) { l.Mode = verify.Governance }) }, []string{"locks of the decision records: does not hold: " + firstKey + ": locked in mode GOVERNANCE"}},
		"a store without a lock": {func(s *scene) { s.bucket.Default = verify.Rule{} }, []string{
			"lock of the record: does not hold: the store does not", "versions and lock of what was shown: does not hold: the store does not",
			"locks of the decision records: does not hold: the store does not"}},
		"the trail names somebody else":   {func(s *scene) { s.event(func(e *verify.Invocation) { e.ARN = joeARN }) }, []string{"invocation in the trail: does not hold: event e-1: " + joeARN + " invoked"}},
		"the trail has another unique id": {func(s *scene) { s.event(func(e *verify.Invocation) { e.UserID = "AROB:jane.doe@example.com" }) }, []string{"invocation in the trail: does not hold: event e-1: the unique id"}},
		"another function was invoked":    {func(s *scene) { s.event(func(e *verify.Invocation) { e.Function += "2" }) }, []string{"invocation in the trail: does not hold: event e-1: the call is of " + function + "2"}},
		"the invocation failed":           {func(s *scene) { s.event(func(e *verify.Invocation) { e.Error = "AccessDenied" }) }, []string{"invocation in the trail: does not hold: event e-1: the call failed: AccessDenied"}},
		"an invocation at another time":   {func(s *scene) { s.event(func(e *verify.Invocation) { e.At = e.At.Add(time.Hour) }) }, []string{"invocation in the trail: does not hold: event e-1: the call is of 2026"}},
		"a planted event beside the real": {func(s *scene) {
			planted := event()
			planted.EventID, planted.ARN = "e-2", joeARN
			s.trail.Events[invocation] = append(s.trail.Events[invocation], planted)
		}, []string{"invocation in the trail: does not hold: event e-2: " + joeARN}},
		"no event in the trail":            {func(s *scene) { s.trail.Events = nil }, []string{"invocation in the trail: does not hold: no event with the request id " + invocation}},
		"a decision record after the ask":  {func(s *scene) { s.written(firstKey, 2*time.Minute) }, []string{"order in time: does not hold: " + firstKey + ", 2026-03-01T01:12:00Z, is after the request, 2026-03-01T01:11:00Z"}},
		"a decision record before the run": {func(s *scene) { s.written(firstKey, -time.Hour) }, []string{"order in time: does not hold: the start, 2026-03-01T01:00:00Z, is after " + firstKey}},
		"the record before the signature":  {func(s *scene) { s.written(s.key, -time.Minute) }, []string{"order in time: does not hold: the signature, 2026-03-01T02:11:00Z, is after the approval record"}},
		"the record long after":            {func(s *scene) { s.written(s.key, time.Hour) }, []string{"order in time: does not hold: the approval record, 2026-03-01T03:11:00Z, is 1h0m0s after the signature"}},
		"a signature before the request":   {func(s *scene) { s.edit(`"requestedAt": "2026-03-01T01`, `"requestedAt": "2026-03-01T03`) }, []string{"order in time: does not hold: the request, 2026-03-01T03:11:00Z, is after the signature"}},
		"a signature after the deadline":   {func(s *scene) { s.edit("2026-03-04T03:00:00Z", "2026-03-01T02:00:00Z") }, []string{"order in time: does not hold: the signature", "order in time: does not hold: the approval record"}},
		"a record of the future":           {func(s *scene) { s.wait(-31 * day) }, []string{"order in time: does not hold: the approval record, 2026-03-01T02:11:00Z, is after now"}},
		"another size":                     {func(s *scene) { s.edit(`"bytes": 85`, `"bytes": 86`) }, []string{"bytes of the decision records: does not hold: " + firstKey + ": has 85 bytes, but the record says 86"}},
		"a digest of other records":        {func(s *scene) { d := s.digest(); s.edit(d, strings.Repeat("0", 64)) }, []string{"digest of the decision records: does not hold: the digest of the list is "}},
		"a field that the schema lacks":    {func(s *scene) { s.edit(`"round"`, `"ground": 1, "round"`) }, []string{`schema of the record: does not hold: not a record in strict JSON: unknown field "ground"`}},
		"a value that the schema refuses":  {func(s *scene) { s.edit(`"responsibility"`, `""`) }, []string{"schema of the record: does not hold: jsonschema validation failed"}},
		"the same name twice":              {func(s *scene) { s.edit(`"decision"`, `"decision": "rejected", "decision"`) }, []string{"schema of the record: does not hold: not a record in strict JSON"}},
		"a record of another request":      {func(s *scene) { s.edit(`"requestId": "0`, `"requestId": "1`) }, []string{"place of the record: does not hold: the record belongs to approvals/T-1/1000"}},
		"a record of another execution": {func(s *scene) { s.edit("nightly-7", "nightly-8") }, []string{
			"place of the record: does not hold: the approval of ", "place of the decision records: does not hold: "}},
		"a record of another start": {func(s *scene) {
			s.edit(`"startedAt": "2026-03-01T01:00:00Z"`, `"startedAt": "2026-03-01T01:00:00.001Z"`)
		}, []string{"place of the decision records: does not hold: s3://records/" + place + ": the decision records of the execution are in decisions/T-1/"}},
		"an object nobody can read":  {func(s *scene) { s.bucket.Put("approvals/T-1/junk", []byte("?")) }, []string{"approval records: not verifiable: approvals/T-1/junk may be a record of ap-"}},
		"an object without an id":    {func(s *scene) { s.bucket.Put("approvals/T-1/junk", []byte("{}")) }, []string{"approval records: not verifiable: approvals/T-1/junk may be a record of ap-"}},
		"a destroyed, hidden record": {func(s *scene) { s.bucket.Destroy(s.key); s.bucket.Hide(s.key) }, []string{"approval records: does not hold: approvals/", "approval records: does not hold: no record of ap-"}},
		"records that are approvals": {func(s *scene) { s.edit("s3://records/decisions/", "s3://elsewhere/decisions/") }, []string{"place of the decision records: does not hold: s3://elsewhere/"}},
		"a signer without a name": {func(s *scene) { s.edit(janeARN, "arn:aws:iam::123456789012:root") }, []string{
			`signer: does not hold: "arn:aws:iam::123456789012:root" is not`, "approver: not verifiable: ", "invocation in the trail: does not hold: event e-1"}},
		"an id of somebody else":            {func(s *scene) { s.edit("AROA:jane.doe", "AROA:joe.bloggs") }, []string{"signer: does not hold: the unique id", "invocation in the trail: does not hold: event e-1: the unique id"}},
		"the signer started the run":        {func(s *scene) { s.edit("Starter/ada.byron", "Starter/jane.doe+1") }, []string{"starters: does not hold: "}},
		"a starter who may be anybody":      {func(s *scene) { s.edit("Starter/ada.byron@example.com", "Build/build-7") }, []string{"starters: not verifiable: by the settings of today"}},
		"a signer who is no approver today": {func(s *scene) { s.verifier.Signers.Approvers = nil }, []string{"approver: not verifiable: by the settings of today"}},
		"settings that are not known":       {func(s *scene) { s.verifier.Signers = nil }, []string{"approver: not verifiable: the approvers are not known"}},
		"no trail":                          {func(s *scene) { s.verifier.Trail = nil }, []string{"invocation in the trail: not verifiable: no log group"}},
		"a trail that keeps too little":     {func(s *scene) { s.trail.Events, s.trail.From = nil, s.now.Add(-day) }, []string{"invocation in the trail: not verifiable: the log group has events since 2026-03-30"}},
		"a trail that is not there yet":     {func(s *scene) { s.trail.Events = nil; s.wait(10*time.Minute - 30*day) }, []string{"invocation in the trail: not verifiable: no event with the request id " + invocation + " yet"}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			row.damage(s)
			report := s.verify()
			got := bad(report)
			for i := range max(len(got), len(row.want)) {
				if i >= len(got) || i >= len(row.want) || !strings.HasPrefix(got[i], row.want[i]) {
					t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.want, "\n"))
				}
			}
			want := verify.Fails
			if strings.Contains(row.want[0], ": not verifiable: ") {
				want = verify.Unverifiable
			}
			if report.Result != want {
				t.Errorf("the result is %s, want %s", report.Result, want)
			}
		})
	}
}

// A list of other objects has several faults.
func TestTheListOfDecisionRecordsIsChecked(t *testing.T) {
	for want, key := range map[string]string{
		firstKey + " is listed twice":                          firstKey,
		"decisions/T-2/0.json is not at s3://records/" + place: "decisions/T-2/0.json",
	} {
		s := newScene(t)
		s.edit(`"key": "`+secondKey, `"key": "`+key)
		if got := strings.Join(bad(s.verify()), "\n"); !strings.Contains(got, "place of the decision records: does not hold: "+want) || !strings.Contains(got, "digest of the decision records: does not hold") {
			t.Errorf("got\n%s\nwant %s", got, want)
		}
	}
}

// The place is the one object of a subject. Its key is the beginning of others.
func TestAnApprovalOfOneObjectHolds(t *testing.T) {
	s := newSceneOf(t, firstKey, firstKey)
	s.bucket.Put(firstKey+".sig", nil)
	if report := s.verify(); report.Result != verify.Holds {
		t.Errorf("got %s: %v", report.Result, bad(report))
	}
}

func TestRecordsOfOtherApprovalsDoNotCount(t *testing.T) {
	s := newScene(t)
	body, _, err := s.bucket.Objects().Read(t.Context(), s.key)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(string(body), s.id, "ap-aaaaaaaaaaaaaaaa")
	s.bucket.Put("approvals/T-1/other.json", []byte(other))
	s.bucket.Put("approvals/T-1/invalid.json", []byte(strings.Replace(other, `"round"`, `"ground"`, 1)))
	if report := s.verify(); report.Result != verify.Holds || len(report.Records) != 1 {
		t.Errorf("got %s, %d records: %v", report.Result, len(report.Records), bad(report))
	}
}

func (s *scene) event(change func(*verify.Invocation)) { change(&s.trail.Events[invocation][0]) }

// An execution that was redriven asks in another round, and both decisions are recorded.
func TestEveryRoundIsVerified(t *testing.T) {
	s := newScene(t)
	s.now = startedAt.Add(3 * time.Hour)
	s.ask(2)
	s.decide(2)
	s.event(func(e *verify.Invocation) { e.At = startedAt.Add(2*time.Hour + 5*time.Minute) })
	report := s.verify()
	if len(report.Records) != 2 || report.Records[0].Round != 1 || report.Records[1].Round != 2 || report.Records[1].Place == report.Records[0].Place {
		t.Fatalf("got %+v", report.Records)
	}
	s.key = s.records()[1]
	s.edit(`"requestedAt": "2026-03-01T04`, `"requestedAt": "2026-03-01T00`)
	if got := strings.Join(bad(s.verify()), "\n"); !strings.Contains(got, "rounds: does not hold: round 2 was requested at 2026-03-01T00:00:00Z, before round 1") {
		t.Errorf("got\n%s", got)
	}
	s.edit(`"round": 2`, `"round": 1`)
	if got := strings.Join(bad(s.verify()), "\n"); !strings.Contains(got, "are of the same round, 1") {
		t.Errorf("got\n%s", got)
	}
}

// unreachable is a store of which some calls are refused.
type unreachable struct {
	verify.Store
	versions, read, lock, rule bool
}

var errRefused = errors.New("S3 O: AccessDenied")

func (u unreachable) Versions(ctx context.Context, prefix string) ([]verify.Version, error) {
	if u.versions && prefix == place {
		return nil, errRefused
	}
	return u.Store.Versions(ctx, prefix)
}

func (u unreachable) Read(ctx context.Context, key, version string) (verify.Object, error) {
	if u.read && strings.HasPrefix(key, place) {
		return verify.Object{}, errRefused
	}
	return u.Store.Read(ctx, key, version)
}

func (u unreachable) Lock(ctx context.Context, key, version string) (verify.Lock, error) {
	if u.lock {
		return verify.Lock{}, errRefused
	}
	return u.Store.Lock(ctx, key, version)
}

func (u unreachable) Rule(ctx context.Context) (verify.Rule, error) {
	if u.rule {
		return verify.Rule{}, errRefused
	}
	return u.Store.Rule(ctx)
}

func TestWhatIsOutOfReachIsNotVerifiable(t *testing.T) {
	for reason, row := range map[string]struct {
		store unreachable
		want  []string
	}{
		"the list of versions": {unreachable{versions: true}, []string{"versions of the decision records", "locks of the decision records", "order in time"}},
		"the objects":          {unreachable{read: true}, []string{"bytes of the decision records", "bytes of the decision records"}},
		"the locks":            {unreachable{lock: true}, []string{"lock of the record", "versions and lock of what was shown", "locks of the decision records", "locks of the decision records"}},
		"the lock rule":        {unreachable{rule: true}, []string{"lock of the record", "versions and lock of what was shown", "locks of the decision records"}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			row.store.Store = s.bucket
			s.verifier.Store = row.store
			report := s.verify()
			var names []string
			for _, line := range bad(report) {
				name, rest, _ := strings.Cut(line, ": ")
				if names = append(names, name); !strings.HasPrefix(rest, "not verifiable: ") || !strings.Contains(rest, "AccessDenied") {
					t.Errorf("got %s", line)
				}
			}
			if diff := cmp.Diff(row.want, names); diff != "" || report.Result != verify.Unverifiable {
				t.Errorf("%s: %s", report.Result, diff)
			}
		})
	}
}

func TestWhatIsNotAnIDIsRefused(t *testing.T) {
	for _, id := range []string{"", "ap-", "ap-../../../decisions"} {
		if _, err := (&verify.Verifier{}).Verify(t.Context(), id); err == nil || !strings.Contains(err.Error(), "the id of an approval is ap-") {
			t.Errorf("%q: got %v", id, err)
		}
	}
}
