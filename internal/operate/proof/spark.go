package proof

import (
	"context"
	"errors"
	"strings"

	"clinical-risk-pipeline/workflow"
)

// extractions are the states that prepare the features.
var extractions = []string{workflow.StartEMRJob, workflow.StartEMRServerlessJob, workflow.StartGlueJob}

// job is a Spark step or job.
type job struct{ state, id, of string }

// job returns the step or job of the execution.
func (c *verification) job() job {
	state := c.visited(extractions...)
	result, parameters := c.results[state], c.parameters[state]
	switch state {
	case workflow.StartEMRJob:
		id := result.Object("Step").Text("Id")
		if id == "" {
			id = result.Text("StepId")
		}
		return job{state, id, parameters.Text("ClusterId")}
	case workflow.StartEMRServerlessJob:
		id := result.Object("JobRun").Text("JobRunId")
		if id == "" {
			id = result.Text("JobRunId")
		}
		return job{state, id, parameters.Text("ApplicationId")}
	case workflow.StartGlueJob:
		id := result.Text("Id")
		if id == "" {
			id = result.Text("JobRunId")
		}
		return job{state, id, parameters.Text("JobName")}
	}
	return job{}
}

// spark checks the state of the step or job.
func (c *verification) spark(ctx context.Context) {
	state, ok := c.reached("Spark step", "Spark step or job", extractions...)
	if !ok {
		return
	}
	s := &said{}
	defer func() { c.add("Spark step", s) }()
	j := c.job()
	switch {
	case j.id == "":
		s.missing("the history has no id of the step or job that %s started", state)
		return
	case !c.exited(state):
		s.missing("%s %s of %s: the execution ended in %s", noun(state), j.id, j.of, state)
		return
	case state != workflow.StartEMRJob:
		s.found("job run %s of %s succeeded, as the history says", j.id, j.of)
		return
	case c.Steps == nil:
		s.unknown("step %s of the cluster %s: EMR is not read", j.id, j.of)
		return
	}
	now, _, err := c.Steps.Step(ctx, j.of, j.id)
	switch {
	case errors.Is(err, ErrAbsent):
		s.missing("step %s of the cluster %s does not exist", j.id, j.of)
	case err != nil:
		s.unknown("step %s of the cluster %s: %v", j.id, j.of, err)
	case now != "COMPLETED":
		s.missing("step %s of the cluster %s is %s", j.id, j.of, now)
	default:
		s.found("step %s of the cluster %s is COMPLETED", j.id, j.of)
	}
}

func noun(state string) string {
	if state == workflow.StartEMRJob {
		return "step"
	}
	return "job run"
}

// The groups of Glue's logs: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
const glueLogs = "/aws-glue/jobs/output"

// stepLog checks that the step or job has a log, and says where.
func (c *verification) stepLog(ctx context.Context) {
	j := c.job()
	if j.id == "" {
		return // The line before says so.
	}
	s := &said{}
	defer func() { c.add("log of the Spark step", s) }()
	switch j.state {
	case workflow.StartGlueJob:
		c.logIn(ctx, s, glueLogs, j.id)
		return
	case workflow.StartEMRServerlessJob:
		configured := c.parameters[j.state].Object("ConfigurationOverrides").Object("MonitoringConfiguration").Object("S3MonitoringConfiguration").Text("LogUri")
		if configured == "" {
			s.unknown("the job writes no log to S3: EMR Serverless keeps its own for 30 days, in the application %s", j.of)
			return
		}
		c.logBelow(ctx, s, strings.TrimSuffix(configured, "/")+"/applications/"+j.of+"/jobs/"+j.id+"/")
		return
	}
	if c.Steps == nil {
		s.unknown("EMR is not read")
		return
	}
	_, place, err := c.Steps.Step(ctx, j.of, j.id)
	switch {
	case err != nil:
		s.unknown("step %s: %s", j.id, because(err))
	case place == "":
		s.missing("the cluster %s keeps no logs: set its LogUri", j.of)
	default:
		c.logBelow(ctx, s, place)
	}
}

// logBelow looks for a log in S3.
func (c *verification) logBelow(ctx context.Context, s *said, place string) {
	_, rest, _ := strings.Cut(place, "://") // EMR may say s3n.
	bucket, prefix, _ := strings.Cut(rest, "/")
	if c.Objects == nil {
		s.unknown("S3 is not read: look at %s", place)
		return
	}
	switch there, err := c.Objects.Any(ctx, bucket, prefix); {
	case err != nil:
		s.unknown("%s: %v", place, err)
	case !there:
		s.missing("no log is below %s", place)
	default:
		s.found("logs are below %s", place)
	}
}

// logIn looks for a log in CloudWatch Logs.
func (c *verification) logIn(ctx context.Context, s *said, group, streams string) {
	where := "the log group " + group
	if streams != "" {
		where += ", streams " + streams + "…"
	}
	if c.Logs == nil {
		s.unknown("CloudWatch Logs is not read: look at %s", where)
		return
	}
	from, to := c.window()
	switch there, err := c.Logs.Any(ctx, group, streams, from, to); {
	case errors.Is(err, ErrAbsent):
		s.missing("%s does not exist", where)
	case err != nil:
		s.unknown("%s: %v", where, err)
	case !there:
		s.missing("%s has no event %s", where, c.inWindow())
	default:
		s.found("%s has events %s", where, c.inWindow())
	}
}
