package operate_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
)

func TestNames(t *testing.T) {
	for reason, row := range map[string]struct {
		name string
		test bool
		want string
	}{
		"a name":                    {"nightly-7", false, ""},
		"a test":                    {"smoke-7", true, ""},
		"a test by name only":       {"smoke-7", false, "give both or none"},
		"a test by input only":      {"nightly-7", true, "begin --name with smoke-"},
		"a character that is wrong": {"a b", false, "--name must have 1 to 80"},
		"too long":                  {strings.Repeat("a", 81), false, "--name must have 1 to 80"},
		"no name":                   {"", false, "--name must have 1 to 80"},
	} {
		if err := operate.CheckName(row.name, row.test); row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: got %v, want %q", reason, err, row.want)
		}
	}
}

// An answer that was lost starts nothing twice.
func TestAStartWhoseAnswerWasLost(t *testing.T) {
	s := newScene(t, succeed)
	m := s.deploy(pipeline, "d")
	lost := false
	s.fault = func(operation string, w http.ResponseWriter) bool {
		if operation != "StartExecution" || lost {
			return false
		}
		lost = true
		s.call("StartExecution", map[string]any{"stateMachineArn": m.Alias, "name": "run-1", "input": `{"n":1}`})
		hangUp(w)
		return true
	}
	started, err := (&operate.Starter{AWS: s.aws, Alias: m.Alias}).Start(t.Context(), operate.Request{Name: "run-1", Input: `{"n":1}`})
	if err != nil || !strings.HasSuffix(started.Execution, ":run-1") {
		t.Fatalf("started %+v, %v", started, err)
	}
	all, err := s.aws.List(t.Context(), m, operate.ListOptions{})
	if err != nil || len(all) != 1 {
		t.Errorf("%d executions, %v", len(all), err)
	}
}

// The same command again starts what is missing, and takes no other execution for its own.
func TestAStartAgain(t *testing.T) {
	s := newScene(t, succeed)
	m := s.deploy(pipeline, "d")
	starter := &operate.Starter{AWS: s.aws, Alias: m.Alias}
	s.run(m, "run-1", `{"n":1}`)
	if started, err := starter.Start(t.Context(), operate.Request{Name: "run-1", Input: `{"n":1}`}); err != nil || !started.Before || started.StartedAt.IsZero() {
		t.Errorf("started %+v, %v", started, err)
	}
	if _, err := starter.Start(t.Context(), operate.Request{Name: "run-1", Input: `{"n":2}`}); !operate.Is(err, "ExecutionAlreadyExists") || !strings.Contains(err.Error(), "choose another --name") {
		t.Errorf("got %v", err)
	}
}

// No more executions are open at once than the queue of the cluster has room for, whoever started them.
func TestTheQueueOfTheCluster(t *testing.T) {
	sent := make(chan string, 10)
	s := newScene(t, tokens(sent))
	m := s.deploy(waiting, "d")
	s.start(m, "of-somebody-else", `{}`)
	starter := &operate.Starter{AWS: s.aws, Alias: m.Alias, AtOnce: 2}
	if err := starter.Seed(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	var waited []int
	starter.Waiting = func(open int) {
		waited = append(waited, open)
		s.call("SendTaskSuccess", map[string]any{"taskToken": <-sent, "output": `{}`})
		for len(s.running()) == 2 {
			time.Sleep(time.Millisecond)
		}
	}
	for i := range 4 {
		if _, err := starter.Start(t.Context(), operate.Request{Name: fmt.Sprint("run-", i), Input: `{}`}); err != nil {
			t.Fatal(err)
		}
		if open := s.running(); len(open) > 2 {
			t.Errorf("%d executions are open", len(open))
		}
	}
	if !slices.Equal(waited, []int{2, 2, 2}) {
		t.Errorf("waited with %v open executions", waited)
	}
}

// running lists the executions that run.
func (s *scene) running() []any {
	s.Helper()
	return s.call("ListExecutions", map[string]any{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:risk", "statusFilter": "RUNNING"})["executions"].([]any)
}

const digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestTheDefinition(t *testing.T) {
	recorded := strings.Replace(pipeline, `"StartAt"`, `"Comment": "`+digest+`", "StartAt"`, 1)
	for reason, row := range map[string]struct {
		definition, tag, update, want string
	}{
		"the tag of the newest version":     {pipeline, digest, "", ""},
		"the digest in the definition":      {recorded, "other", pipeline, ""},
		"another tag":                       {pipeline, "other", "", "has the tag other"},
		"no tag":                            {pipeline, "", "", "has no tag definition-digest"},
		"an alias that is behind":           {pipeline, digest, recorded, "still points to an older version"},
		"a newer definition with no digest": {pipeline, "other", recorded, "has the tag other"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t, succeed)
			m := s.deploy(row.definition, row.tag)
			if row.update != "" {
				s.call("UpdateStateMachine", map[string]any{"stateMachineArn": m.ARN, "definition": row.update})
			}
			d, err := s.aws.Deployed(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			err = d.Check(digest)
			if row.want == "" && err != nil || row.want != "" && (!errors.Is(err, operate.ErrOtherDefinition) || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

// Whoever may not use the key of the state machine cannot compare, and may start any definition.
func TestADefinitionThatIsEncrypted(t *testing.T) {
	s := newScene(t, succeed)
	m := s.deploy(pipeline, digest)
	s.fault = func(operation string, w http.ResponseWriter) bool {
		if operation == "DescribeStateMachine" {
			refuse(w, "KmsAccessDeniedException")
		}
		return operation == "DescribeStateMachine"
	}
	d, err := s.aws.Deployed(t.Context(), m)
	if err != nil || d.Form() != "" {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := d.Check(digest); !errors.Is(err, operate.ErrOtherDefinition) || !strings.Contains(err.Error(), "ask for kms:Decrypt") {
		t.Errorf("got %v", err)
	}
}

// While a release shifts, both versions have to be the definition.
func TestACanary(t *testing.T) {
	s := newScene(t, succeed)
	m := s.deploy(pipeline, "other")
	recorded := strings.Replace(pipeline, `"StartAt"`, `"Comment": "`+digest+`", "StartAt"`, 1)
	s.call("UpdateStateMachine", map[string]any{"stateMachineArn": m.ARN, "definition": recorded, "publish": true})
	s.call("UpdateStateMachineAlias", map[string]any{"stateMachineAliasArn": m.Alias, "routingConfiguration": []any{
		map[string]any{"stateMachineVersionArn": m.ARN + ":2", "weight": 10}, map[string]any{"stateMachineVersionArn": m.ARN + ":1", "weight": 90},
	}})
	d, err := s.aws.Deployed(t.Context(), m)
	if err != nil || len(d.Versions) != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := d.Check(digest); !errors.Is(err, operate.ErrOtherDefinition) || !strings.Contains(err.Error(), "1 of risk has not the digest") {
		t.Errorf("got %v", err)
	}
}

func TestMachines(t *testing.T) {
	machine := "arn:aws:states:eu-central-1:123456789012:stateMachine:risk"
	for arn, want := range map[string]string{
		machine: machine + ":live", machine + ":live": machine + ":live", machine + ":7": "", "risk": "", "": "",
		strings.Replace(machine, "stateMachine", "execution", 1): "", machine + ":live:x": "",
	} {
		m, err := operate.ParseMachine(arn)
		if m.Alias != want || (err == nil) != (want != "") || want != "" && (m.ARN != machine || m.Name() != "risk" || m.Region() != "eu-central-1") {
			t.Errorf("%s: got %+v, %v", arn, m, err)
		}
	}
}

func TestList(t *testing.T) {
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if strings.Contains(asl.Encode(task.Input), "bad") {
			return asl.Reply{}, &asl.Error{Name: "X"}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	m := s.deploy(pipeline, "d")
	for i, input := range []string{`{}`, `{"bad":1}`, `{}`, `{"bad":1}`} {
		s.run(m, fmt.Sprint("run-", i), input)
		time.Sleep(2 * time.Millisecond) // Start dates have milliseconds.
	}
	names := func(o operate.ListOptions) string {
		found, err := s.aws.List(t.Context(), m, o)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range found {
			all = append(all, e.Name+" "+e.Status)
		}
		return strings.Join(all, ", ")
	}
	for want, o := range map[string]operate.ListOptions{
		"run-3 FAILED, run-2 SUCCEEDED, run-1 FAILED, run-0 SUCCEEDED": {},
		"run-3 FAILED, run-1 FAILED":                                   {Statuses: operate.Unsuccessful},
		"run-3 FAILED, run-2 SUCCEEDED":                                {Limit: 2},
		"run-2 SUCCEEDED":                                              {Statuses: []types.ExecutionStatus{"SUCCEEDED"}, Limit: 1},
		"run-1 FAILED":                                                 {Prefix: "run-1"},
		"":                                                             {Since: time.Now().Add(time.Hour)},
	} {
		if got := names(o); got != want {
			t.Errorf("%+v: got %q, want %q", o, got, want)
		}
	}
}
