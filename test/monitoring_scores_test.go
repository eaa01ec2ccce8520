package test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/monitoring"
	study "clinical-risk-pipeline/workflow/trial"
)

// watchedScores monitors a registered trial.
func watchedScores(t *testing.T, name string, registered *study.Trial) *pipeline {
	return synthesizeMonitoring(t, name, func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		own := constructs.NewConstruct(stack, jsii.String("Trial"))
		life := addAlertsTo(own, cohortProps(stack), registered).Alerts
		p.Alerting = &monitoring.Alerting{Update: life.UpdateFunction(), Watch: life.WatchFunction(), Act: life.ActFunction(), Missed: life.Missed(), Trial: registered}
	})
}

// The alarm watches the metric that lambda/alerts logs: TestEachRunReportsItsScoresAsMetrics has the same names.
//
// Requirements: SRC-25
func TestAJumpOfTheShareAtHighRiskRaisesAnAlarm(t *testing.T) {
	p := watchedScores(t, "scores", registeredTrial())
	alarm, there := p.alarms()["HighRiskJump"]
	if !there {
		t.Fatal("no alarm")
	}
	if description := alarm["AlarmDescription"].(string); !strings.Contains(description, "more than 0.1 from its mean in the last 7 runs") {
		t.Errorf("the alarm says %q", description)
	}
	got := maps.Clone(alarm)
	delete(got, "AlarmActions")
	delete(got, "AlarmDescription")
	if diff := cmp.Diff(watching("ClinicalRisk", "ShareAtHighRiskJump", "Maximum", dimensions("Trial", "T-1", "Model", "dropout-inference"), 1), got); diff != "" {
		t.Error(diff)
	}
	if body := text(p.template); !strings.Contains(body, "Scores of the runs") || !strings.Contains(body, "ShareAtHighRisk") {
		t.Error("the dashboard does not show the scores")
	}
}

func TestATrialWithoutALimitHasNoAlarmOnItsScores(t *testing.T) {
	registered := registeredTrial()
	registered.Outcomes = &study.Outcomes{MinimumSubjects: 50, MostAlerts: 10}
	p := watchedScores(t, "scores without a limit", registered)
	if _, there := p.alarms()["HighRiskJump"]; there {
		t.Error("there is an alarm")
	}
	if !strings.Contains(text(p.template), "Scores of the runs") {
		t.Error("the dashboard does not show the scores")
	}
}
