package test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	handlers "clinical-risk-pipeline/lambda/approval"
	calls "clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
)

// world answers the calls of an execution, with faults that strike them. It remembers what happened, over all redrives of the
// execution.
type world struct {
	subjects map[string]float64 // the score of each
	trial    string             // the trial's id
	decision string             // of the approver; "" if nobody decides
	faults   []fault

	cohorts   bucket // what the extraction wrote, by attempt
	records   recordStore
	planted   map[string]bool // the records that an attacker put there, by key
	approvers *approvers
	registry  *registry // of the registered trial
	alerts    []object
	decided   string               // the last decision
	approved  map[string]bool      // the subjects whom the last decision approved; nil if nobody was asked
	reviews   map[string]reviewRun // by the name of the downstream execution
	incidents map[string]string    // the subject of each, by correlation id
	breaches  []string             // rules that calls broke
	struck    bool                 // a fault struck
	canaries  int                  // the number of requests to the endpoint with a feature
	children  []*asl.Execution     // of a Distributed Map, until they are checked
}

func newWorld(subjects map[string]float64, faults ...fault) *world {
	return &world{
		subjects: subjects, trial: "T-1", decision: "approved", faults: faults,
		cohorts: bucket{}, records: recordStore{}, planted: map[string]bool{}, approvers: &approvers{store: recordStore{}}, registry: newRegistry(), reviews: map[string]reviewRun{}, incidents: map[string]string{},
	}
}

// reviewRun is an execution of a downstream state machine.
type reviewRun struct{ subject, status string } // "" if it is about a run; "succeeded" or "failed"

// outcome is how a call ends.
type outcome struct {
	name   string
	err    *asl.Error // nil: the call returns the reply
	reply  asl.Reply
	answer string // the body of the answer of the model
	by     attack // what somebody does to the call; nil for nobody
}

// fault strikes the calls of a state: an attempt of each visit, or that attempt and all later ones.
type fault struct {
	state   string
	attempt int
	forever bool
	effect  bool // the call does its work before it fails
	outcome outcome
}

func (f fault) strikes(task *asl.Task) bool {
	return f.state == task.State && (task.Attempt == f.attempt || f.forever && task.Attempt > f.attempt)
}

func (f fault) String() string {
	kind := map[bool]string{true: "forever", false: "once"}[f.forever]
	when := map[bool]string{true: "after its work", false: "before its work"}[f.effect]
	return fmt.Sprintf("%s: %s at attempt %d, %s, %s", f.state, f.outcome.name, f.attempt, kind, when)
}

// Call implements asl.Handler.
func (w *world) Call(_ context.Context, task *asl.Task) (asl.Reply, error) {
	w.watch(task)
	if strings.Contains(w.trial, " ") {
		w.breach("an id that is not valid reached %s", task.State)
	}
	for _, f := range w.faults {
		if !f.strikes(task) {
			continue
		}
		w.struck = true
		if f.effect {
			if _, err := w.work(task); err != nil {
				return asl.Reply{}, err
			}
		}
		if task.State == "StartReview" && f.effect {
			// A task with .sync fails when its execution fails, and stops the execution when the task times out.
			name := inputOf(task)["Name"].(string)
			w.reviews[name] = reviewRun{w.reviews[name].subject, "failed"}
		}
		if f.outcome.err != nil {
			return asl.Reply{}, f.outcome.err
		}
		if f.outcome.by != nil {
			return f.outcome.by(w, task)
		}
		if f.outcome.answer != "" {
			return model(f.outcome.answer)(task)
		}
		return f.outcome.reply, nil
	}
	for _, f := range w.faults {
		if f.state == task.State && task.Attempt < f.attempt { // earlier attempts must fail, or the attempt never comes
			return asl.Reply{}, failure(passing(task.Resource)).err
		}
	}
	return w.work(task)
}

// watch looks for a feature in a call. Only the endpoint may get it.
func (w *world) watch(task *asl.Task) {
	carried := strings.Contains(asl.Encode(task.Input), canary)
	if carried && task.State == "InvokeModel" {
		w.canaries++
	} else if carried {
		w.breach("a feature reached %s of %s", task.State, task.Resource)
	}
}

// work answers a call without a fault.
func (w *world) work(task *asl.Task) (asl.Reply, error) {
	input := inputOf(task)
	switch task.State {
	case "StartEMRJob", "StartEMRServerlessJob", "StartGlueJob":
		w.writeCohort(input)
		return asl.Reply{Output: object{}, Duration: 10 * time.Minute}, nil
	case "FindCohort":
		if _, ok := w.cohorts[input["Key"].(string)]; !ok {
			return asl.Reply{}, &asl.Error{Name: calls.S3NoSuchKey, Cause: "Not Found"}
		}
		return asl.Reply{Output: object{"VersionId": "v-1"}}, nil
	case "ReadFeatures":
		body, ok := w.cohorts[input["Key"].(string)]
		if !ok {
			return asl.Reply{}, &asl.Error{Name: calls.S3NoSuchKey, Cause: "Not Found"}
		}
		return asl.Reply{Output: object{"Body": body}}, nil
	case "InvokeModel":
		return w.score(input["Body"].(object))
	case "RecordDecision", "RecordLowRisk", "RecordDecisions":
		if _, exists := w.records[input["Key"].(string)]; exists && input["IfNoneMatch"] != "*" {
			w.breach("the record %s was replaced", input["Key"])
		}
		return w.records.put(task)
	case "ReadRecord", "ReadRecords":
		return w.records.get(task)
	case "ReadApproval":
		return w.approvers.version(task)
	case "NotifyTeam":
		message := input["Message"].(object)
		w.alerts = append(w.alerts, message)
		return asl.Reply{Output: object{"MessageId": "m"}}, nil
	case workflow.ClaimCut:
		return w.registry.claim(task)
	case workflow.UpdateAlerts, workflow.UpdateAlertsAgain:
		return w.registry.update(w, task)
	case "EscalateApproval":
		return asl.Reply{Output: object{"MessageId": "m"}}, nil
	case "RequestApproval":
		if w.decision == "" {
			return asl.Reply{Hangs: true}, nil
		}
		w.decided = w.decision
		w.approvers.cases = w.cases(input["Payload"].(object)["subjects"])
		reply, err := w.approvers.deciding(w.decision)(task)
		w.approved = map[string]bool{}
		for _, said := range w.approvers.recordOf(w.decision, 1).Verdicts {
			w.approved[said.Subject] = said.Verdict == handlers.Approve
		}
		return reply, err
	case "StartReview":
		return w.review(input)
	case "FindIncident":
		return w.findIncident(input)
	case "OpenIncident":
		return w.openIncident(input)
	}
	return asl.Reply{}, fmt.Errorf("nobody answers %s", task.State)
}

// writeCohort writes the cohort where the job is told to, if it is told. An attempt must not touch the object of another one.
func (w *world) writeCohort(job object) {
	key := outputOf(job)
	if _, exists := w.cohorts[key]; exists {
		w.breach("the extraction wrote %s twice", key)
	}
	for earlier := range w.cohorts {
		w.cohorts[earlier] = "written late: nobody may read this\n"
	}
	w.cohorts[key] = w.lines()
	if strings.HasSuffix(key, "/features.json") {
		w.cohorts[key] = asl.Encode(object{"subject": "S-0", "features": featuresOf("S-0")})
	}
}

// outputArgument is the --output of a job and its value, as a list or an object has them.
var outputArgument = regexp.MustCompile(`"--output"[,:] ?"s3://[^/"]+/([^"]+)"`)

// outputOf is the key in the --output of a job; "" without one.
func outputOf(job object) string {
	if found := outputArgument.FindStringSubmatch(asl.Encode(job)); found != nil {
		return found[1]
	}
	return ""
}

// score answers with the score of each subject, which its features name, and echoes a feature.
func (w *world) score(body object) (asl.Reply, error) {
	scoreOf := func(features any) any {
		return object{"risk_score": w.subjects[features.(object)["id"].(string)], "echo": canary}
	}
	if features, ok := body["features"]; ok {
		return model(asl.Encode(scoreOf(features)))(nil)
	}
	predictions := []any{}
	for _, i := range body["instances"].([]any) {
		prediction := scoreOf(i.(object)["features"]).(object)
		prediction["id"] = i.(object)["id"]
		predictions = append(predictions, prediction)
	}
	return model(asl.Encode(object{"predictions": predictions}))(nil)
}

// review starts the downstream execution of a name once, as Step Functions does.
func (w *world) review(input object) (asl.Reply, error) {
	name := input["Name"].(string)
	about, _ := input["Input"].(object)["subject"].(string) // none of a run
	w.downstreamIsDue("the review", about)
	for other, r := range w.reviews {
		if other != name && r.subject == about && r.status != "failed" {
			w.breach("a second review started while another one is %s", r.status)
		}
	}
	w.reviews[name] = reviewRun{about, "succeeded"}
	return asl.Reply{Output: object{"ExecutionArn": "arn:review"}, Duration: time.Minute}, nil
}

func (w *world) findIncident(input object) (asl.Reply, error) {
	incidents := []any{}
	id := strings.TrimPrefix(input["QueryParameters"].(object)["sysparm_query"].(string), "correlation_id=")
	if _, open := w.incidents[id]; open {
		incidents = append(incidents, object{"number": "INC1"})
	}
	return asl.Reply{Output: object{"ResponseBody": object{"result": incidents}}}, nil
}

func (w *world) openIncident(input object) (asl.Reply, error) {
	body := input["RequestBody"].(object)
	subject := subjectLine.FindStringSubmatch(body["description"].(string))
	about := ""
	if subject != nil {
		about = subject[1]
	}
	w.downstreamIsDue("the incident", about)
	id := body["correlation_id"].(string)
	if _, open := w.incidents[id]; open {
		w.breach("the incident was opened twice")
	}
	for other, subject := range w.incidents {
		if other != id && subject == about {
			w.breach("a second incident was opened under another correlation id")
		}
	}
	w.incidents[id] = about
	return asl.Reply{Output: object{"ResponseBody": object{"result": object{"number": "INC1"}}}}, nil
}

// subjectLine is the line of an alert's text that names a subject.
var subjectLine = regexp.MustCompile(`\nSubject: (.+)`)

// cases are the subjects that a request asks about: its own, or those at high risk in the records, or the new alerts of the registry.
func (w *world) cases(subjects any) []handlers.Decided {
	if id, one := subjects.(string); one {
		return []handlers.Decided{{Subject: id}}
	}
	if len(w.registry.news) > 0 {
		return w.registry.news
	}
	var cases []handlers.Decided
	for _, key := range slices.Sorted(maps.Keys(w.records)) {
		for _, s := range w.records.record(key)["subjects"].([]any) {
			if s.(object)["branch"] == "alert" {
				cases = append(cases, handlers.Decided{Subject: s.(object)["subject"].(string)})
			}
		}
	}
	return cases
}

// downstreamIsDue checks that the alert came first and that a person approved the subject.
func (w *world) downstreamIsDue(what, subject string) {
	if !w.told() {
		w.breach("%s came before the alert", what)
	}
	if w.decided != "not asked" && !w.approved[subject] {
		w.breach("%s about %q came without an approval", what, subject)
	}
}

// told reports whether people heard of an alert: by NotifyTeam, or by a message about the transitions of a run.
func (w *world) told() bool { return w.toldSince(0) }

func (w *world) breach(format string, values ...any) {
	w.breaches = append(w.breaches, fmt.Sprintf(format, values...))
}

func (w *world) ids() []string {
	ids := []string{}
	for id := range w.subjects {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func featuresOf(id string) object { return object{"id": id, "secret": canary} }

func (w *world) input() object {
	return object{"subject": "S-0", "trialId": w.trial, "transformed_features": featuresOf("S-0")}
}

func (w *world) lines() string {
	var b strings.Builder
	for _, id := range w.ids() {
		b.WriteString(asl.Encode(object{"subject": id, "features": featuresOf(id)}) + "\n")
	}
	return b.String()
}
