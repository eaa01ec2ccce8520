package test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

// changes sets each prop to a value other than its default.
var changes = map[string]func(awscdk.Stack, *risk.ClinicalRiskPipelineProps){
	"Extraction": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) { p.Extraction = risk.NoExtraction{} },
	"EndpointName": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.EndpointName = "another"
	},
	"Container": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Container = &risk.Container{Answer: risk.AnswerNumbers}
	},
	"Cohort": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		*p = *cohortProps(stack)
	},
	"Features": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Features = featuresProps(stack).Features
	},
	"Records": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Records = audit.NewRecordStore(stack, "Records", nil)
	},
	"Threshold":   func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) { p.Threshold = 0.5 },
	"Environment": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) { p.Environment = "prod" },
	"AlertEmails": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) { p.AlertEmails = []string{"team@example.org"} },
	"Approval": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Records = audit.NewRecordStore(stack, "Records", nil)
		addApproval(stack, p)
		p.Downstream = nil
	},
	"Downstream": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		machine := awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("ReviewMachine"), jsii.String(reviewARN))
		p.Downstream = []risk.Downstream{risk.StateMachineExecution{Name: "Review", StateMachine: machine}}
	},
	"AlertTopic": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.AlertTopic = awssns.Topic_FromTopicArn(stack, jsii.String("Existing"), jsii.String(existingTopic))
	},
	"OperationsTopic": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.OperationsTopic = awssns.Topic_FromTopicArn(stack, jsii.String("Existing"), jsii.String(existingTopic))
	},
	"Key": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Key = awskms.NewKey(stack, jsii.String("Own"), nil)
	},
	"LogRetention": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.LogRetention = awslogs.RetentionDays_ONE_DAY
	},
	"RemovalPolicy": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.RemovalPolicy = awscdk.RemovalPolicy_DESTROY
	},
	"Alerts": func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		*p = *cohortProps(stack)
		addAlerts(stack, p, registeredTrial())
	},
	"Timeout": func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) { p.Timeout = 10 * time.Hour },
}

func TestEveryPropChangesTheTemplate(t *testing.T) {
	unchanged := text(smallestPipeline(t).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[risk.ClinicalRiskPipelineProps]()) {
		if field.Name == "KeyPrepared" {
			continue // see TestImportedKeys
		}
		change := changes[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
			continue
		}
		if p := synthesize(t, "prop "+field.Name, changedProps(change)); text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}

func TestWrongPropsPanicWithTheirFaults(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Wrong"), nil)
	fault := panicOf(func() {
		risk.NewClinicalRiskPipeline(stack, "Pipeline", &risk.ClinicalRiskPipelineProps{Threshold: 1.2})
	})
	err, ok := fault.(error)
	if !ok {
		t.Fatalf("panicked with %v, want an error", fault)
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 3 {
		t.Errorf("%d faults, want those of Extraction, EndpointName and Threshold:\n%v", len(lines), err)
	}
}
