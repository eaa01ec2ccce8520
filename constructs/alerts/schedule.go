package alerts

import (
	"encoding/json"
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/jsii-runtime-go"
)

// startExecution is the universal target of EventBridge Scheduler that starts an execution:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
const startExecution = "scheduler:::aws-sdk:sfn:startExecution"

// The retries of a schedule. A run that starts hours late is better than none; the data cut of the next day is another one.
const (
	retryFor      = 6 * time.Hour
	retryAttempts = 100
)

// addSchedule invokes the watch once a day in the trial's time zone.
func (a *Alerts) addSchedule() {
	input, err := json.Marshal(map[string]string{"trialId": a.trial()})
	if err != nil {
		panic(err) // texts only
	}
	a.schedule(watchDailyID, fmt.Sprintf("cron(0 %d * * ? *)", a.props.WatchAt), "Tells people what is overdue, and sends digests.",
		a.watch.ARN, string(input), policy.Allow("Watch", []string{a.watch.ARN}, "lambda:InvokeFunction"))
}

// StarterARN returns the ARN of the role with which the schedule starts runs: an approval lists it as a machine, with the service
// scheduler.amazonaws.com. It does not refer to a resource.
func (a *Alerts) StarterARN() string { return a.in.Role(a.nameOf(runID)) }

// Scheduled reports whether the trial's file has a schedule, and the trial is active.
func (a *Alerts) Scheduled() bool { return a.props.Trial.Schedule != "" && a.props.Trial.IsActive() }

// RunOnSchedule starts executions of a state machine by the schedule of the trial's file. The ARN is that of an alias, so that a schedule
// starts what is released. It does nothing where the trial has no schedule, or is not active.
func (a *Alerts) RunOnSchedule(aliasARN string) {
	if !a.Scheduled() {
		return
	}
	input, err := json.Marshal(map[string]string{workflow.TrialID: a.trial()})
	if err != nil {
		panic(err) // texts only
	}
	start, err := json.Marshal(map[string]string{"StateMachineArn": aliasARN, "Input": string(input)})
	if err != nil {
		panic(err)
	}
	a.schedule(runID, a.props.Trial.Schedule, "Starts the run of the trial.", "arn:"+a.in.Partition+":"+startExecution, string(start),
		policy.Allow("Start", []string{aliasARN}, "states:StartExecution"))
}

// schedule adds a schedule with a role that may do one thing. What it could not start in time goes to the queue of what was missed.
func (a *Alerts) schedule(id, expression, description, target, input string, allowed policy.Statement) {
	role := policy.NewRole(a, id+"Role", &policy.RoleProps{
		Name: a.nameOf(id), Description: "Assumed by a schedule of the trial " + a.trial() + ".", PolicyDescription: description, AssumedBy: "scheduler.amazonaws.com",
		// https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
		Conditions: map[string]any{"StringEquals": map[string]any{
			"aws:SourceAccount": a.in.Account, "aws:SourceArn": a.in.ARN("scheduler", "schedule-group/default"),
		}},
		Statements: []policy.Statement{
			allowed,
			policy.Allow("Missed", []string{*a.missed.QueueArn()}, "sqs:SendMessage"),
			a.in.Through("sqs", policy.Allow("MissedEncryption", []string{*a.key.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")),
		},
	})
	awsscheduler.NewCfnSchedule(a, &id, &awsscheduler.CfnScheduleProps{
		Description:                &description,
		ScheduleExpression:         &expression,
		ScheduleExpressionTimezone: &a.props.Trial.TimeZone,
		FlexibleTimeWindow:         &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
		State:                      jsii.String("ENABLED"),
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn: &target, RoleArn: role.RoleArn(), Input: &input,
			RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(retryFor.Seconds()), MaximumRetryAttempts: jsii.Number(retryAttempts),
			},
			DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: a.missed.QueueArn()},
		},
	})
}

// Key returns the key that encrypts topic, worklists, queue and logs.
func (a *Alerts) Key() awskms.IKey { return a.key }
