package test

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"clinical-risk-pipeline/asl"
	lifecycle "clinical-risk-pipeline/constructs/alerts"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/alerts/memory"
	handlers "clinical-risk-pipeline/lambda/approval"
	calls "clinical-risk-pipeline/services"
	"clinical-risk-pipeline/stages"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	study "clinical-risk-pipeline/workflow/trial"
)

// registeredTrial is the trial T-1 of the worlds, with the default threshold. Its people read in the file that the project brings.
func registeredTrial() *study.Trial {
	t := *stages.RegisteredTrials()[0]
	t.ID, t.Endpoint.Name, t.Threshold.Value = "T-1", "dropout-inference", workflow.DefaultThreshold
	t.Bands = []study.Band{{Name: "high", From: workflow.DefaultThreshold}, {Name: "very-high", From: 0.85}}
	return &t
}

// addAlerts registers the trial of a pipeline that scores cohorts.
func addAlerts(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps, t *study.Trial) *risk.ClinicalRiskPipelineProps {
	return addAlertsTo(stack, p, t)
}

// addAlertsTo is addAlerts in another scope of the stack.
func addAlertsTo(stack constructs.Construct, p *risk.ClinicalRiskPipelineProps, t *study.Trial) *risk.ClinicalRiskPipelineProps {
	p.EndpointName, p.Threshold = t.Endpoint.Name, t.Threshold.Value
	p.Alerts = lifecycle.NewAlerts(stack, "Alerts", &lifecycle.AlertsProps{
		Trial: t, Registry: lifecycle.NewRegistry(stack, "Registry", nil), Records: p.Records,
		CohortBucket: p.Cohort.Bucket, CohortPrefix: cmp.Or(p.Cohort.Prefix, "cohorts"),
		People: map[string][]string{"site-monitor": {approverUser}, "medical-monitor": {approverRole}},
	})
	p.AlertTopic, p.AlertEmails = p.Alerts.Topic(), nil
	return p
}

// registeredPipeline is the pipeline of a registered trial, with everything that can follow an alert, in small batches.
func registeredPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "trial", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := addAlerts(stack, addApprovalOf(stack, cohortProps(stack), companyTrail(stack), nil, registeredTrial()), registeredTrial())
		p.Cohort.BatchSize = smallBatchSize
		p.Downstream = append(p.Downstream, incident(stack))
		return p
	})
}

// registry is what a world has where the trial is registered: the claims of data cuts, and the functions' own world.
type registry struct {
	*memory.World
	claims map[string]string  // the execution by data cut
	news   []handlers.Decided // the subjects and alerts that the last update opened or made worse
	rules  alert.Rules
}

func newRegistry() *registry {
	return &registry{World: memory.New(), claims: map[string]string{}, rules: alert.Rules{Trial: registeredTrial(), List: "clinicalrisk alerts open"}}
}

// claim answers the state that claims a data cut by a conditional write.
func (r *registry) claim(task *asl.Task) (asl.Reply, error) {
	input := inputOf(task)
	text := func(item any, name string) string { return item.(object)[name].(object)["S"].(string) }
	cut, execution := text(input["Item"], alert.RegistrySort), text(input["Item"], "execution")
	owner, claimed := r.claims[cut]
	own := text(input["ExpressionAttributeValues"], ":execution") == owner
	condition, _ := input["ConditionExpression"].(string)
	free := strings.HasPrefix(condition, "attribute_not_exists(pk)") && !claimed || strings.Contains(condition, "execution = :execution") && own
	if !free {
		return asl.Reply{}, &asl.Error{Name: calls.DynamoDBConditionFailed, Cause: "The conditional request failed"}
	}
	r.claims[cut] = execution
	return asl.Reply{Output: object{}}, nil
}

// update answers the states that update the alerts: with the function itself, which reads the world's records and cohort.
func (r *registry) update(w *world, task *asl.Task) (asl.Reply, error) {
	payload := inputOf(task)["Payload"]
	for key, record := range w.records {
		r.AddRecord(key, []byte(record))
	}
	cohort := payload.(object)["cohort"].(object)
	key := cohort["key"].(string)
	r.AddCohort(alert.Object{Bucket: cohort["bucket"].(string), Key: key, VersionID: cohort["versionId"].(string)}, []byte(w.cohorts[key]))
	function := &alerts.Updater{
		Store:   alerts.Store{Registry: r.World, Events: r.Events(), Rules: r.rules},
		Cohorts: r.World, Teller: r.World, Worklists: r.Worklists(), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	answer, err := function.Handle(context.Background(), []byte(asl.Encode(payload)))
	if err != nil {
		return asl.Reply{}, &asl.Error{Name: workflow.AlertsNotUpdatedError, Cause: err.Error()}
	}
	r.news = nil
	for _, n := range answer.News {
		r.news = append(r.news, handlers.Decided{Subject: n.Subject, Alert: n.Alert})
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return asl.Reply{}, err
	}
	var output any
	if err := json.Unmarshal(body, &output); err != nil {
		return asl.Reply{}, err
	}
	return asl.Reply{Output: object{"Payload": output, "StatusCode": 200.0}, Duration: 5 * time.Second}, nil
}

// wrongUpdates are answers of the function that say nothing that the execution could decide by.
var wrongUpdates = []any{object{}, nil, "done", object{"changed": 0.0, "explained": 0.0}, object{"changed": "1", "explained": 0.0, "unexplained": 0.0, "news": []any{}}, object{"changed": 1.0, "explained": 0.0, "unexplained": 0.0}, object{"changed": -1.0, "explained": 0.0, "unexplained": 0.0, "news": []any{}}}
