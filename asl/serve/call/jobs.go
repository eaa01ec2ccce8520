package call

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// job is a job that a .sync integration started.
type job struct {
	started  any // what the service answered
	describe func(ctx context.Context) (result *value.Object, state string, err error)
	good     []string // the states of a job that succeeded
	bad      []string // and of one that did not
}

// jobs start the jobs of .sync integrations.
var jobs = map[string]func(ctx context.Context, r *request) (*job, error){
	"elasticmapreduce:addStep":   startStep,
	"emr-serverless:startJobRun": startServerlessJob,
	"glue:startJobRun":           startGlueJob,
}

// job starts a job and waits for its end. The job goes on when the task ends before.
func (r *request) job(ctx context.Context, submitted func(any)) (any, error) {
	start := jobs[r.name+":"+r.action]
	if start == nil {
		return nil, fmt.Errorf("calls %s:%s.%s, which this server cannot follow: give the result with --stubs", r.name, r.action, r.pattern)
	}
	r.optimized = true
	j, err := start(ctx, r)
	if err != nil {
		return nil, err
	}
	submitted(j.started)
	for {
		result, state, err := j.describe(ctx)
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(j.good, state):
			return result, nil
		case slices.Contains(j.bad, state):
			return nil, &asl.Error{Name: asl.ErrTaskFailed, Cause: asl.Encode(result)}
		}
		wait := time.NewTimer(r.e.Poll)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil, context.Cause(ctx)
		}
	}
}

// follow makes the description of a job by an operation of a service that speaks JSON. member has the job.
func (r *request) follow(operation string, parameters any, state func(*value.Object) string) func(ctx context.Context) (*value.Object, string, error) {
	return func(ctx context.Context) (*value.Object, string, error) {
		body, err := json.Marshal(parameters)
		if err != nil {
			return nil, "", err
		}
		result, err := r.json(ctx, operation, body)
		if err != nil {
			return nil, "", err
		}
		return result, state(result), nil
	}
}

// at returns the text at a path of members, or "".
func at(v any, path ...string) string {
	for _, name := range path {
		members, _ := v.(*value.Object)
		v = members.Value(name)
	}
	text, _ := v.(string)
	return text
}

func startGlueJob(ctx context.Context, r *request) (*job, error) {
	started, err := r.json(ctx, "StartJobRun", []byte(r.parameters))
	if err != nil {
		return nil, err
	}
	var parameters struct{ JobName string }
	if err := r.read(&parameters); err != nil {
		return nil, err
	}
	describe := r.follow("GetJobRun", map[string]any{"JobName": parameters.JobName, "RunId": started.Value("JobRunId")},
		func(result *value.Object) string { return at(result, "JobRun", "JobRunState") })
	return &job{started: started, good: []string{"SUCCEEDED"}, bad: []string{"FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"},
		describe: func(ctx context.Context) (*value.Object, string, error) {
			result, state, err := describe(ctx)
			return result.Object("JobRun"), state, err // The task's result is the run itself.
		}}, nil
}

// performEMR calls EMR. Only addStep differs from the API: its parameters and its result are of one step.
func performEMR(ctx context.Context, r *request) (any, error) {
	if r.action != "addStep" {
		return performJSON(ctx, r)
	}
	_, id, err := r.addStep(ctx)
	return map[string]any{"StepId": id}, err
}

// addStep adds the step of a task.
func (r *request) addStep(ctx context.Context) (cluster, step string, err error) {
	var parameters struct {
		ClusterID        string `json:"ClusterId"`
		Step             json.RawMessage
		ExecutionRoleArn string `json:",omitempty"`
	}
	if err := r.read(&parameters); err != nil {
		return "", "", err
	}
	request := map[string]any{"JobFlowId": parameters.ClusterID, "Steps": []any{parameters.Step}}
	if parameters.ExecutionRoleArn != "" {
		request["ExecutionRoleArn"] = parameters.ExecutionRoleArn
	}
	body, err := json.Marshal(request)
	if err != nil {
		return "", "", err
	}
	added, err := r.json(ctx, "AddJobFlowSteps", body)
	if err != nil {
		return "", "", err
	}
	ids, _ := added.Value("StepIds").([]any)
	if len(ids) != 1 {
		return "", "", fmt.Errorf("added one step, and the service answered %s", asl.Encode(added.Value("StepIds")))
	}
	step, _ = ids[0].(string)
	return parameters.ClusterID, step, nil
}

func startStep(ctx context.Context, r *request) (*job, error) {
	cluster, step, err := r.addStep(ctx)
	if err != nil {
		return nil, err
	}
	return &job{started: map[string]any{"StepId": step}, good: []string{"COMPLETED"}, bad: []string{"CANCELLED", "FAILED", "INTERRUPTED"},
		describe: r.follow("DescribeStep", map[string]any{"ClusterId": cluster, "StepId": step},
			func(result *value.Object) string { return at(result, "Step", "Status", "State") })}, nil
}

// performEMRServerless calls the operations of EMR Serverless that tasks of jobs need.
func performEMRServerless(ctx context.Context, r *request) (any, error) {
	if r.action != "startJobRun" {
		return nil, r.fault("SdkClientException", "Only startJobRun is supported, got "+r.action)
	}
	return r.startServerless(ctx)
}

func (r *request) startServerless(ctx context.Context) (*value.Object, error) {
	parameters, err := object([]byte(r.parameters))
	if err != nil {
		return nil, err
	}
	if parameters.Value("ClientToken") == nil {
		parameters.Set("ClientToken", fmt.Sprintf("asl-%d", time.Now().UnixNano()))
	}
	body := value.Append(nil, recased(parameters, unicode.ToLower))
	return r.serverless(ctx, http.MethodPost, at(parameters, "ApplicationId"), "", body)
}

// serverless sends a request about the job runs of an application.
func (r *request) serverless(ctx context.Context, method, application, run string, body []byte) (*value.Object, error) {
	a, err := r.send(ctx, method, "/applications/"+url.PathEscape(application)+"/jobruns"+run, http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return nil, err
	}
	return r.result(a)
}

func startServerlessJob(ctx context.Context, r *request) (*job, error) {
	started, err := r.startServerless(ctx)
	if err != nil {
		return nil, err
	}
	application, run := at(started, "ApplicationId"), at(started, "JobRunId")
	return &job{started: started, good: []string{"SUCCESS"}, bad: []string{"FAILED", "CANCELLED"},
		describe: func(ctx context.Context) (*value.Object, string, error) {
			result, err := r.serverless(ctx, http.MethodGet, application, "/"+url.PathEscape(run), nil)
			return result, at(result, "JobRun", "State"), err
		}}, nil
}
