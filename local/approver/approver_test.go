package approver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
)

var now = time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC)

func task(token, execution string) *asl.Task {
	return &asl.Task{
		State: "RequestApproval", Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken", Token: token, Now: now, Attempt: 1,
		ExecutionARN: "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:" + execution, ExecutionName: execution,
		Input: value.Must(map[string]any{
			"FunctionName": "arn:aws:lambda:eu-central-1:123456789012:function:request",
			"Payload": map[string]any{
				"taskToken": token, "requestId": approval.Digest([]byte(token + execution)), "execution": "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:" + execution,
				"startedAt": "2026-01-01T00:00:00Z", "trialId": "T-1", "subjects": "S-0042",
				"record": "s3://records/decisions/a b/" + execution + ".json", "deadline": "2026-01-04T01:00:00Z",
			},
		}),
	}
}

// run starts a local run with decision records of the executions e-1 to e-3.
func run(t *testing.T, person Person) (*local.Services, *Approver) {
	t.Helper()
	a := &Approver{Objects: local.S3{Dir: t.TempDir()}, Person: person}
	services := local.New(a, a.Objects)
	for _, execution := range []string{"e-1", "e-2", "e-3"} {
		_, err := services.Call(t.Context(), &asl.Task{Resource: "arn:aws:states:::aws-sdk:s3:putObject", Input: value.Must(map[string]any{
			"Bucket": "records", "Key": "decisions/a b/" + execution + ".json", "Body": map[string]any{
				"notScored": []any{}, "subjects": []any{map[string]any{"subject": "S-0042", "score": 0.9, "branch": "alert"}},
			},
		})})
		if err != nil {
			t.Fatal(err)
		}
	}
	return services, a
}

// ask performs the task, and returns what it reports to the observer.
func ask(t *testing.T, services *local.Services, task *asl.Task) (reply asl.Reply, told local.Approval, err error) {
	t.Helper()
	reply, err = services.Observed(func(effect local.Effect) { told, _ = effect.(local.Approval) }).Call(t.Context(), task)
	return reply, told, err
}

func open(t *testing.T, choice string) Person {
	t.Helper()
	p, err := Open(choice)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAllApprovesEveryRequest(t *testing.T) {
	services, a := run(t, open(t, "all"))
	reply, err := services.Call(t.Context(), task("token", "e-1"))
	if err != nil {
		t.Fatal(err)
	}
	output, _ := value.Plain(reply.Output).(map[string]any)
	if output["decision"] != "approved" || reply.Hangs || reply.Duration != 15*time.Minute {
		t.Fatalf("got %+v", reply)
	}
	place, err := approval.ParsePlace(output["record"].(string))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(a.Objects.Dir, place.Bucket, filepath.FromSlash(place.Key)))
	if err != nil {
		t.Fatal(err)
	}
	var record approval.Record
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	if record.Signer.Invocation == "" || record.Signer.PrintedName != userName() {
		t.Errorf("signed by %+v", record.Signer)
	}
	if !record.SignedAt.Equal(now.Add(15*time.Minute)) || record.Signer.ARN != output["signer"] || record.Reviewed.Objects[0].Key != "decisions/a b/e-1.json" {
		t.Errorf("recorded %+v", record)
	}
	if len(record.StartedBy) != 1 || !strings.HasSuffix(record.StartedBy[0].ARN, ":assumed-role/LocalStarter/clinicalrisk-run") {
		t.Errorf("started by %+v", record.StartedBy)
	}
}

// The rules of the deployed code hold: this user may sign because a listed machine started the run.
func TestTheUserOfThisMachineIsAPersonAndTheStarterIsNot(t *testing.T) {
	s := signers("aws", "123456789012")
	if fmt.Sprint(s.SessionNames) != "the pattern .+@localhost" || len(s.Machines) != 1 || slices.Contains(s.Approvers, s.Machines[0].Principal) {
		t.Errorf("got %+v", s)
	}
}

func TestNoneDecidesNothing(t *testing.T) {
	services, a := run(t, open(t, "none"))
	reply, err := services.Call(t.Context(), task("token", "e-1"))
	if err != nil || !reply.Hangs || reply.Output != nil {
		t.Errorf("got %+v, %v", reply, err)
	}
	if recorded, err := filepath.Glob(filepath.Join(a.Objects.Dir, "records", "approvals", "*", "*.json")); err != nil || len(recorded) > 0 {
		t.Errorf("recorded %v, %v", recorded, err)
	}
}

func TestAFileDecidesSomeRequests(t *testing.T) {
	decisions, err := Read([]byte(`{"execution": "e-1", "decision": "approve", "reason": "same", "meaning": "same"}

{"execution": "e-2", "decision": "reject"}
`))
	if err != nil {
		t.Fatal(err)
	}
	services, _ := run(t, decisions)
	for execution, want := range map[string]any{"e-1": "approved", "e-2": "rejected", "e-3": nil} {
		reply, told, err := ask(t, services, task("token-"+execution, execution))
		if err != nil {
			t.Fatal(err)
		}
		output, _ := value.Plain(reply.Output).(map[string]any)
		if output["decision"] != want || reply.Hangs != (want == nil) {
			t.Errorf("%s: got %+v, want %v", execution, reply, want)
		}
		if want == nil {
			want = local.NoDecision
		}
		if told.Execution != execution || told.ID == "" || told.Objects != 1 || told.Decision != want || told.Refusal != "" {
			t.Errorf("%s: told %+v, want %s", execution, told, want)
		}
		if execution == "e-1" && (told.Reason != "same" || told.Meaning != "same" || told.PrintedName != userName()) {
			t.Errorf("%s: told %+v, want the texts of the file", execution, told)
		}
	}
}

func TestExecutionWinsOverSubjectOverTrial(t *testing.T) {
	decisions, err := Read([]byte(`{"trialId": "T-1", "decision": "approve", "reason": "trial"}
{"subject": "S-1", "decision": "reject", "reason": "subject"}
{"execution": "e-1", "decision": "approve", "reason": "execution"}`))
	if err != nil {
		t.Fatal(err)
	}
	for reason, view := range map[string]*approval.View{
		"execution": {Execution: "arn:aws:states:eu-central-1:123456789012:execution:P:e-1", Subjects: approval.Subjects{ID: "S-1"}, TrialID: "T-1"},
		"subject":   {Execution: "arn:aws:states:eu-central-1:123456789012:execution:P:e-2", Subjects: approval.Subjects{ID: "S-1"}, TrialID: "T-1"},
		"trial":     {Execution: "arn:aws:states:eu-central-1:123456789012:execution:P:e-2", TrialID: "T-1"},
	} {
		if d, err := decisions.Decide(t.Context(), view); err != nil || d == nil || d.Reason != reason {
			t.Errorf("by %s: got %+v, %v", reason, d, err)
		}
	}
}

// In a cohort, the line of a subject is an exception from the line of the trial. Without that, all subjects need a line.
func TestSubjectsAreExceptions(t *testing.T) {
	cohort := func(subjects ...string) *approval.View {
		view := &approval.View{Execution: "arn:aws:states:eu-central-1:123456789012:execution:P:e-1", TrialID: "T-1", Subjects: approval.Subjects{Counts: &approval.Counts{}}, Cases: &approval.Cases{}}
		for _, subject := range subjects {
			view.Cases.Subjects = append(view.Cases.Subjects, approval.Case{Subject: subject})
		}
		return view
	}
	const subjects = `{"subject": "S-1", "decision": "reject", "code": "known-to-site"}
{"subject": "S-2", "decision": "approve"}
`
	for lines, want := range map[string]*approval.Decision{
		subjects + `{"trialId": "T-1", "decision": "approve", "code": "confirmed"}`: {Decision: "approve", Code: "confirmed", Except: []approval.Exception{{Code: "known-to-site", Subject: "S-1"}}},
		subjects: {Decision: "reject", Code: "known-to-site", Except: []approval.Exception{{Code: "other", Subject: "S-2"}}},
	} {
		decisions, err := Read([]byte(lines))
		if err != nil {
			t.Fatal(err)
		}
		got, err := decisions.Decide(t.Context(), cohort("S-1", "S-2"))
		if err != nil || got == nil || got.Decision != want.Decision || got.Code != want.Code || !slices.Equal(got.Except, want.Except) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
		// A subject has no line; with a line of the trial, that of S-2 may be misspelt.
		if got, err := decisions.Decide(t.Context(), cohort("S-1", "S-3")); got != nil || (err == nil) != (lines == subjects) {
			t.Errorf("with a subject without a line: got %+v, %v", got, err)
		}
	}
	if _, err := Read([]byte(`{"subject": "S-1", "decision": "approve", "code": "data-error"}`)); err == nil || !strings.Contains(err.Error(), `code must be one for approved, got "data-error"`) {
		t.Errorf("a code of the other verdict: %v", err)
	}
}

func TestFaultsOfDecisions(t *testing.T) {
	_, err := Read([]byte("{\"subject\": \"S-1\", \"decision\": \"yes\"}\n{\"decision\": \"approve\"}\nnot JSON\n" +
		"{\"subject\": \"S-2\", \"trialId\": \"T-1\", \"decision\": \"approve\"}\n{\"subject\": \"S-3\", \"decision\": \"approve\"}\n{\"subject\": \"S-3\", \"decision\": \"reject\"}\n" +
		"{\"subject\": \"S-4\", \"decision\": \"approve\", \"signer\": \"me\"}\n" +
		"{\"subject\": \"S-5\", \"decision\": \"reject\", \"decisio\\u006e\": \"approve\"}\n{\"subject\": \"S-6\", \"decision\": \"reject\", \"Decision\": \"approve\"}\n" +
		"{\"subject\": \"S-7\", \"decision\": \"approve\", \"printedName\": \"Somebody Else\"}\n"))
	want := []string{
		`line 1: decision must be "approve" or "reject", got "yes"`, "line 2: must have one of execution, subject and trialId", "line 3: must be a JSON object",
		"line 4: must have one of", `line 6: subject "S-3" has an earlier decision`, "line 7: must be a JSON object",
		`line 8: must be a JSON object with execution, subject or trialId, with decision, and optionally with meaning and reason: the name "decision" appears twice`, "line 9: must be a JSON object",
		"line 10: must be a JSON object",
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got\n%v", err)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("got %s, want %s", lines[i], want[i])
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for choice, want := range map[string]string{empty: "the file has no decision", "nobody": `must be "all", "none" or a file`} {
		if _, err := Open(choice); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", choice, err)
		}
	}
}

// A redriven task asks again, and the person decides again.
func TestAnExecutionMayAskAgain(t *testing.T) {
	services, _ := run(t, open(t, "all"))
	for i, token := range []string{"token-1", "token-2"} {
		reply, err := services.Call(t.Context(), task(token, "e-1"))
		if err != nil {
			t.Fatal(err)
		}
		record, _ := value.Plain(reply.Output).(map[string]any)["record"].(string)
		if want := "/T-1/" + approval.Digest([]byte(token+"e-1")) + ".json"; !strings.HasSuffix(record, want) {
			t.Errorf("%d: recorded at %s, want …%s", i, record, want)
		}
	}
}

func TestTheDeployedCodeRefuses(t *testing.T) {
	for _, c := range []struct {
		reason, execution, refusal string
		person                     Person
	}{
		{"a decision without a reason", "e-1", "reason must have 1 to 2000 printable characters", personFunc(func() *approval.Decision { return &approval.Decision{Decision: "approve"} })},
		{"nothing to review", "e-without-records", "no decision record", open(t, "all")},
	} {
		services, _ := run(t, c.person)
		reply, told, err := ask(t, services, task("token", c.execution))
		if err != nil || !reply.Hangs || told.Decision != local.NoDecision || !strings.Contains(told.Refusal, c.refusal) {
			t.Errorf("%s: got %+v, %+v, %v; want the refusal %q", c.reason, reply, told, err, c.refusal)
		}
	}
}

type personFunc func() *approval.Decision

func (f personFunc) Decide(context.Context, *approval.View) (*approval.Decision, error) {
	return f(), nil
}

// The local run exercises the client, the signature and its verification. Somebody else's access key signs nothing.
func TestTheSignatureIsVerified(t *testing.T) {
	right := localKey
	t.Cleanup(func() { localKey = right })
	payload, err := json.Marshal(task("token", "e-1").Input.(*value.Object).Value("Payload"))
	if err != nil {
		t.Fatal(err)
	}
	_, a := run(t, open(t, "all"))
	s, err := a.session(payload, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.requester.Handle(t.Context(), payload); err != nil {
		t.Fatal(err)
	}
	localKey.SecretAccessKey = "another secret"
	r, err := s.decide(t.Context(), a.Person)
	if err != nil || r.refusal == nil || r.refusal.Code != "NotProved" || r.outcome != nil {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestAWrongRequestFailsTheTask(t *testing.T) {
	services, _ := run(t, open(t, "all"))
	wrong := task("token", "e-1")
	wrong.Input.(*value.Object).Object("Payload").With("trialId", "").Set("deadline", "2025-01-01T00:00:00Z")
	_, err := services.Call(t.Context(), wrong)
	failure, ok := errors.AsType[*asl.Error](err)
	if !ok || failure.Name != "joinError" || !strings.Contains(failure.Cause, `"errorMessage":"trialId must have 1 to 64 letters`) {
		t.Errorf("got %v", err)
	}
	other := task("token", "e-1")
	other.Input.(*value.Object).Set("Payload", "text")
	if _, err := services.Call(t.Context(), other); err == nil || !strings.Contains(err.Error(), "parameter Payload must be an object") {
		t.Errorf("another payload: got %v", err)
	}
}

func TestADecisionComesBeforeTheDeadline(t *testing.T) {
	services, _ := run(t, open(t, "all"))
	hurried := task("token", "e-1")
	hurried.Input.(*value.Object).Object("Payload").Set("deadline", "2026-01-01T01:01:00Z")
	reply, err := services.Call(t.Context(), hurried)
	if err != nil || reply.Duration != 30*time.Second {
		t.Errorf("got %+v, %v", reply, err)
	}
}

func TestExecutionsMayAskAtTheSameTime(t *testing.T) {
	services, _ := run(t, open(t, "all"))
	var wait sync.WaitGroup
	for _, execution := range []string{"e-1", "e-2", "e-3"} {
		wait.Go(func() {
			if reply, err := services.Call(context.Background(), task("token-"+execution, execution)); err != nil || reply.Output == nil {
				t.Errorf("%s: got %+v, %v", execution, reply, err)
			}
		})
	}
	wait.Wait()
}
