package test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	faults "clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/constructs/risk"
)

// processingJob is an extraction of a team's own: a SageMaker Processing job, some time after the start.
type processingJob struct {
	Image   string
	Invalid error              // what Validate returns besides
	More    []policy.Statement // what AddStates asks for besides
}

const processingLimit = 3 * time.Hour

var processingRetry = risk.Retry{
	Errors: []string{"SageMaker.ResourceLimitExceededException"}, Attempts: 3, Interval: 10 * time.Second, MaxDelay: time.Minute,
}

func (j processingJob) Validate() error {
	var list faults.List
	if j.Image == "" {
		list.Add("Image", "is required")
	}
	return errors.Join(list.Err(), j.Invalid)
}

func (j processingJob) TimeLimit() time.Duration { return processingLimit }

// AddStates follows https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html.
func (j processingJob) AddStates(scope *risk.Scope) awsstepfunctions.IChainable {
	jobs := scope.ARN("sagemaker", "processing-job/*")
	scope.Allow(
		policy.Allow("StartProcessingJob", []string{jobs}, "sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob",
			"sagemaker:StopProcessingJob"),
		policy.PassRole("StartProcessingJobRole", jobRole, "sagemaker.amazonaws.com"),
	)
	scope.Allow(j.More...)
	scope.AllowManagedRule("StartProcessingJob", "StepFunctionsGetEventsForSageMakerProcessingJobsRule")

	wait := awsstepfunctions.Wait_Jsonata(scope.Construct(), jsii.String("AwaitTransfer"), &awsstepfunctions.WaitJsonataProps{
		Time: awsstepfunctions.WaitTime_Duration(awscdk.Duration_Minutes(jsii.Number(10))),
	})
	return wait.Next(risk.WithRetries(scope.NewTask("StartProcessingJob", risk.Task{
		Comment:     "Prepares the features with SageMaker Processing.",
		Integration: "sagemaker:createProcessingJob.sync",
		Timeout:     processingLimit,
		Arguments: map[string]any{
			"ProcessingJobName": "{% " + scope.Correlation("Features") + " %}",
			"RoleArn":           jobRole,
			"AppSpecification":  map[string]any{"ImageUri": j.Image, "ContainerArguments": scope.RunArguments()},
		},
		Output: scope.RunOutput(),
	}), processingRetry))
}

// webhook is a downstream system of a team's own: an HTTPS endpoint.
type webhook struct {
	Name       string
	Connection awsevents.IConnection
	Invalid    error
}

const (
	webhookURL   = "https://hooks.example.org/risk"
	webhookLimit = 30 * time.Minute
)

var webhookRetries = []risk.Retry{
	{Errors: []string{"States.Http.StatusCode.400"}},
	{Errors: []string{"States.TaskFailed", "States.Timeout"}, Attempts: 2, Interval: 5 * time.Second, MaxDelay: 20 * time.Second},
}

func (w webhook) ID() string { return w.Name }

func (w webhook) Validate() error { return w.Invalid }

func (w webhook) TimeLimit() time.Duration { return webhookLimit }

// AddStates follows https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html.
func (w webhook) AddStates(scope *risk.Scope, next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	state := "Call" + w.Name
	scope.Allow(policy.Allow(state, []string{scope.MachineARN()}, "states:InvokeHTTPEndpoint").
		If("StringEquals", "states:HTTPEndpoint", webhookURL))
	return risk.WithRetries(scope.NewTask(state, risk.Task{
		Comment:     "Tells the data team.",
		Integration: "http:invoke",
		Timeout:     time.Minute,
		Arguments: map[string]any{
			"ApiEndpoint": webhookURL, "Method": "POST",
			"Authentication": map[string]any{"ConnectionArn": *w.Connection.ConnectionArn()},
			"RequestBody":    "{% " + scope.Finding() + " %}",
		},
		Output: scope.WithAnswer(w.Name, `{"status": $states.result.StatusCode}`),
	}), webhookRetries...).Next(next)
}

// ownStatesPipeline scores one subject with an extraction and a downstream system of a team's own.
func ownStatesPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "own states", changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Extraction = processingJob{Image: "features:1"}
		p.Downstream = []risk.Downstream{webhook{Name: "DataTeam", Connection: incident(stack).Connection}}
	}))
}

// ownServices answer the states of a team's own, too. The job answers with something that must not replace the input.
func ownServices() services {
	return healthyServices("0.9").
		with("StartProcessingJob", answering(object{"ProcessingJobStatus": "Completed"})).
		with("CallDataTeam", answering(object{"StatusCode": 202.0}))
}

const ownPath = "CheckInput AwaitTransfer StartProcessingJob InvokeModel CheckRisk NotifyTeam CheckTest CallDataTeam End"

// Requirements: SRC-06, SRC-22
func TestOwnStatesRunInTheirPlaceAndHandTheirInputOn(t *testing.T) {
	var job, model, told object
	note := func(into *object, answer func(*asl.Task) (asl.Reply, error)) func(*asl.Task) (asl.Reply, error) {
		return func(task *asl.Task) (asl.Reply, error) {
			*into = inputOf(task)
			return answer(task)
		}
	}
	s := ownServices()
	for state, into := range map[string]*object{"StartProcessingJob": &job, "InvokeModel": &model, "CallDataTeam": &told} {
		s = s.with(state, note(into, s[state]))
	}
	got := execute(t, ownStatesPipeline(t), oneSubject, s)
	if path := join(got.Path()); path != ownPath || got.Status != asl.Succeeded {
		t.Fatalf("went %s and ended as %s: %s %s\nwant %s", path, got.Status, got.Error, got.Cause, ownPath)
	}
	if diff := cmp.Diff([]any{"--trial-id", "T-1", "--run-id", "run-1"}, job["AppSpecification"].(object)["ContainerArguments"]); diff != "" {
		t.Errorf("the job is started with other arguments: %s", diff)
	}
	if diff := cmp.Diff(any(object{"features": oneSubject["transformed_features"]}), model["Body"]); diff != "" {
		t.Errorf("the model gets something else than the features: %s", diff)
	}
	want := object{"message": "High dropout risk detected", "environment": "default", "trialId": "T-1", "threshold": 0.75,
		"execution": got.ARN, "subject": "S-001", "test": false}
	if diff := cmp.Diff(any(want), told["RequestBody"]); diff != "" {
		t.Errorf("the webhook gets something else than the finding: %s", diff)
	}
	output := resultOf(got)
	if diff := cmp.Diff(any(object{"DataTeam": object{"status": 202.0}}), output["downstream"]); diff != "" {
		t.Errorf("the answer of the webhook: %s", diff)
	}
	for field, value := range oneSubject {
		if !cmp.Equal(output[field], value) {
			t.Errorf("the field %s is %v at the end, was %v", field, output[field], value)
		}
	}
}

// Requirements: SRC-21
func TestOwnStatesAreRetriedAsGiven(t *testing.T) {
	p := ownStatesPipeline(t)
	for state, want := range map[string][]any{
		"StartProcessingJob": {retrier(3, 10, 60, "SageMaker.ResourceLimitExceededException")},
		"CallDataTeam":       {never("States.Http.StatusCode.400"), retrier(2, 5, 20, "States.TaskFailed", "States.Timeout")},
	} {
		if diff := cmp.Diff(any(want), p.state(t, state)["Retry"]); diff != "" {
			t.Errorf("%s: %s", state, diff)
		}
	}
	for _, row := range []struct {
		reason, state, err string
		times, attempts    int
		status             asl.Status
	}{
		{"the error passes within the attempts", "StartProcessingJob", "SageMaker.ResourceLimitExceededException", 3, 4, asl.Succeeded},
		{"the error outlives the attempts", "StartProcessingJob", "SageMaker.ResourceLimitExceededException", 99, 4, asl.Failed},
		{"no retrier has the error", "StartProcessingJob", "States.TaskFailed", 99, 1, asl.Failed},
		{"the first retrier that has the error decides", "CallDataTeam", "States.Http.StatusCode.400", 99, 1, asl.Failed},
		{"the second retrier has the other errors", "CallDataTeam", "States.Http.StatusCode.503", 99, 3, asl.Failed},
	} {
		t.Run(row.reason, func(t *testing.T) {
			attempts, s := 0, ownServices()
			answer := sometimes(row.times, failing(row.err, "The data centre is dark."), s[row.state])
			got := execute(t, p, oneSubject, s.with(row.state, func(task *asl.Task) (asl.Reply, error) {
				attempts++
				return answer(task)
			}))
			if attempts != row.attempts || got.Status != row.status {
				t.Errorf("%d attempts, ended as %s, want %d, %s", attempts, got.Status, row.attempts, row.status)
			}
			if got.Status == asl.Succeeded {
				return
			}
			if path := got.Path(); path[len(path)-1] != row.state || got.Error != row.err || got.Cause != "The data centre is dark." {
				t.Errorf("ended with %q, %q in %s, want %q in %s", got.Error, got.Cause, path[len(path)-1], row.err, row.state)
			}
		})
	}
}

// Requirements: SRC-13, P11-10d
func TestOwnStatesGetTheirStatementsAndNoOthers(t *testing.T) {
	p := ownStatesPipeline(t)
	_, own := p.one(t, "AWS::IAM::ManagedPolicy", "PipelinePermissions")
	var names []string
	for _, s := range own["PolicyDocument"].(object)["Statement"].([]any) {
		names = append(names, s.(object)["Sid"].(string))
	}
	if !slices.IsSorted(names) {
		t.Errorf("the statements are not sorted: %v", names)
	}
	wantStatements(t, p, map[string]object{
		"StartProcessingJob": allow("StartProcessingJob", arn("sagemaker", "processing-job/*"),
			[]any{"sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"}),
		"StartProcessingJobRole": with(allow("StartProcessingJobRole", jobRole, "iam:PassRole"),
			object{"StringEquals": object{"iam:PassedToService": "sagemaker.amazonaws.com"}}),
		"StartProcessingJobEvents": allow("StartProcessingJobEvents",
			arn("events", "rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule"), manageRule),
		"CallDataTeam": with(allow("CallDataTeam", machineARN(""), "states:InvokeHTTPEndpoint"),
			object{"StringEquals": object{"states:HTTPEndpoint": webhookURL}}),
	})
}
