package test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	faults "clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/constructs/risk"
)

func TestOwnTimeLimitsCountIntoTheTimeoutOfTheExecution(t *testing.T) {
	limits := processingLimit + webhookLimit
	if got, want := ownStatesPipeline(t).definition["TimeoutSeconds"], (limits + 2*time.Hour).Seconds(); got != want {
		t.Errorf("an execution may take %v seconds, want %v", got, want)
	}
	props := smallestProps(nil)
	props.Extraction, props.Downstream = processingJob{Image: "features:1"}, []risk.Downstream{webhook{Name: "DataTeam"}}
	props.Timeout = limits
	want := "Timeout must be whole seconds from 4h15m0s to 8760h0m0s, got 3h30m0s"
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// keepingJob is an extraction that does not say where it wrote the cohort.
type keepingJob struct{ processingJob }

func (keepingJob) AddStates(scope *risk.Scope) awsstepfunctions.IChainable {
	return scope.NewTask("StartProcessingJob", risk.Task{Timeout: time.Hour, Output: "$states.input"})
}

// Requirements: SRC-08
func TestAnExtractionThatKeepsTheAddressOfTheCohortIsRefused(t *testing.T) {
	fault := panicOf(func() {
		app := awscdk.NewApp(nil)
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		props := cohortProps(stack)
		props.Extraction = keepingJob{processingJob{Image: "features:1"}}
		risk.NewClinicalRiskPipeline(stack, "Pipeline", props)
	})
	want := "Extraction must hand the address of its output on: the Output of the state that has Scope.RunArguments is Scope.RunOutput"
	if got := fmt.Sprint(fault); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFaultsOfOwnStatesAreUnderTheirField(t *testing.T) {
	url := faults.List{{Path: "URL", Rule: "must begin with https://", Got: `"http://a"`}}
	for reason, row := range map[string]struct {
		change func(*risk.ClinicalRiskPipelineProps)
		want   string
	}{
		"a list of an extraction": {
			func(p *risk.ClinicalRiskPipelineProps) { p.Extraction = processingJob{} }, "Extraction.Image is required",
		},
		"a plain error of an extraction": {
			func(p *risk.ClinicalRiskPipelineProps) {
				p.Extraction = processingJob{Image: "features:1", Invalid: errors.New("needs an image of this account")}
			},
			"Extraction needs an image of this account",
		},
		"both of them, joined": {
			func(p *risk.ClinicalRiskPipelineProps) {
				p.Extraction = processingJob{Invalid: errors.New("needs an image of this account")}
			},
			"Extraction.Image is required\nExtraction needs an image of this account",
		},
		"a list of a downstream system": {
			func(p *risk.ClinicalRiskPipelineProps) {
				p.Downstream = []risk.Downstream{webhook{Name: "DataTeam", Invalid: url}}
			},
			`Downstream[0].URL must begin with https://, got "http://a"`,
		},
		"a plain error of the second downstream system": {
			func(p *risk.ClinicalRiskPipelineProps) {
				p.Downstream = []risk.Downstream{webhook{Name: "DataTeam"}, webhook{Name: "Safety", Invalid: errors.New("must have a connection")}}
			},
			"Downstream[1] must have a connection",
		},
		"the pipeline's own rules for a name": {
			func(p *risk.ClinicalRiskPipelineProps) { p.Downstream = []risk.Downstream{webhook{Name: "data team"}} },
			`Downstream[0].Name must be 1 to 40 letters and digits that begin with a capital, got "data team"`,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			props := smallestProps(nil)
			row.change(props)
			if err := props.Validate(); err == nil || err.Error() != row.want {
				t.Errorf("got\n%v\nwant\n%s", err, row.want)
			}
		})
	}
}

func TestStatementsThatShareANameMustAllowTheSame(t *testing.T) {
	build := func(more policy.Statement) any {
		stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Statements"), nil)
		props := smallestProps(stack)
		props.Extraction = processingJob{Image: "features:1", More: []policy.Statement{more}}
		return panicOf(func() { risk.NewClinicalRiskPipeline(stack, "Pipeline", props) })
	}
	for _, name := range []string{"StartProcessingJob", "NotifyTeam"} { // one of its own, and one of the pipeline
		err, _ := build(policy.Allow(name, []string{"*"}, "sagemaker:AddTags")).(error)
		if want := `two statements named "` + name + `" have different actions or conditions`; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	same := policy.PassRole("StartProcessingJobRole", jobRole+"-2", "sagemaker.amazonaws.com")
	if fault := build(same); fault != nil {
		t.Errorf("another resource of the same statement is refused: %v", fault)
	}
}
