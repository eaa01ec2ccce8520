package risk

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func validProps() *ClinicalRiskPipelineProps {
	return &ClinicalRiskPipelineProps{
		Extraction:   validStep,
		EndpointName: "dropout-inference",
	}
}

var validStep = EMRStep{ClusterID: "j-ABC123", Script: "s3://bucket/etl.py"}

// extracting changes the props to the valid step with one change.
func extracting(change func(*EMRStep)) func(*ClinicalRiskPipelineProps) {
	return func(p *ClinicalRiskPipelineProps) {
		step := validStep
		change(&step)
		p.Extraction = step
	}
}

func TestValidateAcceptsTheSmallestProps(t *testing.T) {
	if err := validProps().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestValidateNamesFieldRuleAndValue(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*ClinicalRiskPipelineProps)
		want   string
	}{
		"the id of a cluster is required": {
			extracting(func(s *EMRStep) { s.ClusterID = "" }),
			`Extraction.ClusterID must be "j-" and capital letters and digits, got ""`,
		},
		"a form of answers that nobody knows": {
			func(p *ClinicalRiskPipelineProps) { p.Container = &Container{Answer: "xml"} },
			`Container.Answer must be one of [ids objects numbers scores pairs csv], got "xml"`,
		},
		"a column that would end the expression": {
			func(p *ClinicalRiskPipelineProps) { p.Container = &Container{Columns: []string{"age", `a" %}`}} },
			`Container.Columns[1] must be a name without %, {, }, \ and ", got "a\" %}"`,
		},
		"a column twice": {
			func(p *ClinicalRiskPipelineProps) { p.Container = &Container{Columns: []string{"age", "age"}} },
			`Container.Columns[1] must be unique, got "age" twice`,
		},
		"the ARN of a cluster is not its id": {
			extracting(func(s *EMRStep) { s.ClusterID = "arn:aws:x:cluster/j-ABC" }),
			`Extraction.ClusterID must be "j-" and capital letters and digits, got "arn:aws:x:cluster/j-ABC"`,
		},
		"a script on the disk of the cluster may differ between nodes": {
			extracting(func(s *EMRStep) { s.Script = "/home/hadoop/etl.py" }),
			`Extraction.Script must be an S3 URI, "s3://bucket/key", got "/home/hadoop/etl.py"`,
		},
		"a bucket is not a script": {
			extracting(func(s *EMRStep) { s.Script = "s3://bucket/" }),
			`Extraction.Script must be an S3 URI, "s3://bucket/key", got "s3://bucket/"`,
		},
		"no step ends within a second": {
			extracting(func(s *EMRStep) { s.Timeout = time.Second }),
			"Extraction.Timeout must be whole seconds from 1m0s to 8760h0m0s, got 1s",
		},
		"Step Functions counts whole seconds": {
			extracting(func(s *EMRStep) { s.Timeout = time.Hour + time.Millisecond }),
			"Extraction.Timeout must be whole seconds from 1m0s to 8760h0m0s, got 1h0m0.001s",
		},
		"an extraction is required": {
			func(p *ClinicalRiskPipelineProps) { p.Extraction = nil },
			"Extraction is required: an EMRStep, an EMRServerlessJob, a GlueJob, or NoExtraction{}",
		},
		"the name of an endpoint has no underscore": {
			func(p *ClinicalRiskPipelineProps) { p.EndpointName = "dropout_inference" },
			`EndpointName must be 1 to 63 letters, digits and inner hyphens, got "dropout_inference"`,
		},
		"the name of an endpoint does not end in a hyphen": {
			func(p *ClinicalRiskPipelineProps) { p.EndpointName = "dropout-" },
			`EndpointName must be 1 to 63 letters, digits and inner hyphens, got "dropout-"`,
		},
		"a threshold of one never alerts": {
			func(p *ClinicalRiskPipelineProps) { p.Threshold = 1 },
			"Threshold must be greater than 0 and less than 1, got 1",
		},
		"a percentage is not a threshold": {
			func(p *ClinicalRiskPipelineProps) { p.Threshold = 75 },
			"Threshold must be greater than 0 and less than 1, got 75",
		},
		"a negative threshold always alerts": {
			func(p *ClinicalRiskPipelineProps) { p.Threshold = -0.75 },
			"Threshold must be greater than 0 and less than 1, got -0.75",
		},
		"the name of an environment has no spaces": {
			func(p *ClinicalRiskPipelineProps) { p.Environment = "the test lab" },
			`Environment must be 1 to 63 letters, digits, hyphens and dots, got "the test lab"`,
		},
		"a name is not an address": {
			func(p *ClinicalRiskPipelineProps) { p.AlertEmails = []string{"a@b.org", "Jane"} },
			`AlertEmails[1] must be an e-mail address, got "Jane"`,
		},
		"an address occurs once": {
			func(p *ClinicalRiskPipelineProps) { p.AlertEmails = []string{"a@b.org", "a@b.org"} },
			`AlertEmails[1] must be unique, got "a@b.org" twice`,
		},
		"an execution takes longer than its extraction": {
			func(p *ClinicalRiskPipelineProps) { p.Timeout = 4 * time.Hour },
			"Timeout must be whole seconds from 4h45m0s to 8760h0m0s, got 4h0m0s",
		},
	} {
		t.Run(reason, func(t *testing.T) {
			props := validProps()
			row.change(props)
			if err := props.Validate(); err == nil || err.Error() != row.want {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

func TestValidateReportsAllFaultsAtOnce(t *testing.T) {
	err := (&ClinicalRiskPipelineProps{Extraction: EMRStep{Script: "s3://b/k"}, Threshold: 2, Timeout: time.Second}).Validate()
	var fields []string
	for line := range strings.Lines(err.Error()) {
		fields = append(fields, strings.Fields(line)[0])
	}
	if want := []string{"Extraction.ClusterID", "EndpointName", "Threshold", "Timeout"}; !slices.Equal(fields, want) {
		t.Errorf("faults of %v, want %v", fields, want)
	}
}

func TestValidateRefusesNil(t *testing.T) {
	var props *ClinicalRiskPipelineProps
	if err := props.Validate(); err == nil || !strings.Contains(err.Error(), "props are required") {
		t.Errorf("got %v", err)
	}
}

// All attempts of InvokeModel and NotifyTeam may time out within the time that Timeout leaves after the extraction.
func TestMinimumScoringTimeCoversEveryAttempt(t *testing.T) {
	longest := Longest(invokeModelTimeout, modelRetries...) + Longest(notifyTeamTimeout, alertRetries...)
	if longest > MinimumScoringTime {
		t.Errorf("scoring and alerting may take %v, but MinimumScoringTime is %v", longest, MinimumScoringTime)
	}
}
