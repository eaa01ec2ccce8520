package test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
)

// approvalChanges sets each prop to a value other than its default.
var approvalChanges = map[string]approvalChange{
	"Approvers": func(_ awscdk.Stack, p *approval.ApprovalProps) { p.Approvers = []string{approverUser} },
	"RecordBucket": func(stack awscdk.Stack, p *approval.ApprovalProps) {
		p.RecordBucket = awss3.Bucket_FromBucketName(stack, jsii.String("Other"), jsii.String("others"))
	},
	"RecordPrefix": func(_ awscdk.Stack, p *approval.ApprovalProps) { p.RecordPrefix = "trial/records/" },
	"Topic": func(stack awscdk.Stack, p *approval.ApprovalProps) {
		p.Topic = awssns.Topic_FromTopicArn(stack, jsii.String("Existing"), jsii.String(existingTopic))
	},
	"TrialID":      func(_ awscdk.Stack, p *approval.ApprovalProps) { p.TrialID = "T-1" },
	"Alerts":       func(_ awscdk.Stack, p *approval.ApprovalProps) { p.TrialID, p.Alerts = "T-1", true },
	"SessionNames": func(_ awscdk.Stack, p *approval.ApprovalProps) { p.SessionNames = `[a-z.]+@example\.com` },
	"Machines": func(_ awscdk.Stack, p *approval.ApprovalProps) {
		p.Machines = []approval.Machine{{Principal: "arn:aws:iam::123456789012:role/Nightly", Service: "scheduler.amazonaws.com"}}
	},
	"TrailLogGroup": func(stack awscdk.Stack, p *approval.ApprovalProps) {
		p.TrailLogGroup = awslogs.LogGroup_FromLogGroupName(stack, jsii.String("OtherTrail"), jsii.String("other/trail"))
	},
	"TrailLogKey": func(stack awscdk.Stack, p *approval.ApprovalProps) {
		p.TrailLogKey = awskms.Key_FromKeyArn(stack, jsii.String("TrailKey"), jsii.String(existingKey))
	},
	"Roster": func(_ awscdk.Stack, p *approval.ApprovalProps) { p.Roster = map[string]string{"jane": "Jane Doe"} },
	"Key": func(stack awscdk.Stack, p *approval.ApprovalProps) {
		p.Key, p.KeyPrepared = awskms.Key_FromKeyArn(stack, jsii.String("Existing"), jsii.String(existingKey)), true
	},
	"LogRetention":  func(_ awscdk.Stack, p *approval.ApprovalProps) { p.LogRetention = awslogs.RetentionDays_ONE_DAY },
	"RemovalPolicy": func(_ awscdk.Stack, p *approval.ApprovalProps) { p.RemovalPolicy = awscdk.RemovalPolicy_DESTROY },
}

func TestEveryApprovalPropChangesTheTemplate(t *testing.T) {
	unchanged := text(synthesizeApproval(t, "smallest", nil).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[approval.ApprovalProps]()) {
		if field.Name == "Deadline" || field.Name == "KeyPrepared" {
			continue // Deadline is the timeout of the state, see TestApprovalDeadline; for KeyPrepared see TestImportedKeys
		}
		change := approvalChanges[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
			continue
		}
		if p := synthesizeApproval(t, "prop "+field.Name, change); text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}

func TestApprovalDeadline(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Deadline"), nil)
	for deadline, want := range map[time.Duration]time.Duration{0: 72 * time.Hour, time.Hour: time.Hour} {
		a := approval.NewApproval(stack, "Approval"+want.String(), approvalProps(awscdk.NewStack(stack, jsii.String(want.String()), nil),
			func(_ awscdk.Stack, p *approval.ApprovalProps) { p.Deadline = deadline }))
		if a.Deadline() != want {
			t.Errorf("deadline %v, want %v", a.Deadline(), want)
		}
	}
}

func TestApprovalWithoutAStateMachineIsRefused(t *testing.T) {
	app := newApp(t.TempDir())
	stack := awscdk.NewStack(app, jsii.String("Unconnected"), nil)
	approval.NewApproval(stack, "Approval", approvalProps(stack, nil))
	fault := panicOf(func() { app.Synth(nil) })
	if fault == nil || !strings.Contains(fmt.Sprint(fault), "call ConnectTo") {
		t.Errorf("an approval without a state machine: got %v", fault)
	}
}

func TestApprovalWithWrongPropsPanicsWithTheirFaults(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Wrong"), nil)
	fault := panicOf(func() { approval.NewApproval(stack, "Approval", &approval.ApprovalProps{}) })
	err, ok := fault.(error)
	if !ok || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("panicked with %v, want the faults of Approvers, RecordBucket and TrailLogGroup", fault)
	}
}

func TestApprovalRefusesTheTrailOfAnotherRegion(t *testing.T) {
	app := newApp(t.TempDir())
	elsewhere := awscdk.NewStack(app, jsii.String("Elsewhere"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("us-east-1")}})
	stack := awscdk.NewStack(app, jsii.String("Here"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-central-1")}})
	fault := panicOf(func() {
		approval.NewApproval(stack, "Approval", approvalProps(stack, func(_ awscdk.Stack, p *approval.ApprovalProps) { p.TrailLogGroup = companyTrail(elsewhere) }))
	})
	if want := "TrailLogGroup must be in the stack's region, eu-central-1, got us-east-1"; fault == nil || fmt.Sprint(fault) != want {
		t.Errorf("panicked with %v, want %s", fault, want)
	}
}
