package test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/monitoring"
)

// monitoringChanges sets each prop to a value other than its default.
var monitoringChanges = map[string]monitoringChange{
	"StateMachine": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.StateMachine = awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Other"), jsii.String(watchedMachine+"2"))
	},
	"EndpointName": func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.EndpointName = "another" },
	"VariantName":  func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.VariantName = "blue" },
	"Alerts": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Alerts = awssns.Topic_FromTopicArn(stack, jsii.String("Other"), jsii.String(existingTopic+"2"))
	},
	"Operations": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Operations = awssns.Topic_FromTopicArn(stack, jsii.String("Other"), jsii.String(existingTopic))
	},
	"DeadLetters": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.DeadLetters = awssqs.Queue_FromQueueArn(stack, jsii.String("DeadLetters"), jsii.String(deadLetters))
	},
	"RunEvery": func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.RunEvery = time.Hour },
	"Approvals": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Approvals = &monitoring.Approvals{
			Requests: awsdynamodb.Table_FromTableArn(stack, jsii.String("Requests"), jsii.String(requestTable)), Deadline: 48 * time.Hour,
		}
	},
	"Trail": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Trail = audit.NewTrail(stack, "Audit", &audit.TrailProps{
			Records: audit.NewRecordStore(stack, "Records", nil), EndpointName: "dropout-inference", LogRetention: awslogs.RetentionDays_ONE_YEAR,
		})
	},
	"Alerting": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		own := constructs.NewConstruct(stack, jsii.String("Trial")) // Alerts is the id of a topic here
		life := addAlertsTo(own, cohortProps(stack), registeredTrial()).Alerts
		p.Alerting = &monitoring.Alerting{Update: life.UpdateFunction(), Watch: life.WatchFunction(), Act: life.ActFunction(), Missed: life.Missed()}
	},
	"Throttles":    func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.Throttles = 100 },
	"ModelErrors":  func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.ModelErrors = 5 },
	"ModelLatency": func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.ModelLatency = time.Second },
}

func TestEveryMonitoringPropChangesTheTemplate(t *testing.T) {
	unchanged := text(synthesizeMonitoring(t, "none", nil).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[monitoring.MonitoringProps]()) {
		change := monitoringChanges[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
			continue
		}
		if p := synthesizeMonitoring(t, "prop "+field.Name, change); text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}
