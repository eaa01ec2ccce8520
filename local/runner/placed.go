package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// extractions are the integrations whose jobs write a cohort.
var extractions = []string{"elasticmapreduce:addStep.sync", "emr-serverless:startJobRun.sync", "glue:startJobRun.sync"}

// place puts the cohort where the pipeline looks for it, unless a job of the pipeline does, or nobody is scored: in a trial that is not
// active. On AWS another system puts it there before the execution starts.
func (p *Pipeline) place(ctx context.Context, file *intake.File, input any, options asl.Options) error {
	for _, integration := range extractions {
		if strings.Contains(string(p.stateMachine.Definition), integration) {
			return nil
		}
	}
	if p.ScoresNobody() {
		return nil
	}
	bucket, key, err := p.sought(ctx, input, options)
	if err != nil {
		return err
	}
	object, err := p.objects.Create(ctx, bucket, key)
	if err != nil {
		return err
	}
	return errors.Join(file.WriteLines(object), object.Close())
}

// ScoresNobody reports whether the definition is that of a trial that is not active.
func (p *Pipeline) ScoresNobody() bool {
	return field(p.definition, "States", workflow.TrialNotActive) != nil && field(p.definition, "States", workflow.ScoreCohort) == nil
}

// sought returns the object that FindCohort looks for. A state machine with a single state evaluates its arguments.
func (p *Pipeline) sought(ctx context.Context, input any, options asl.Options) (bucket, key string, err error) {
	definition, err := json.Marshal(map[string]any{
		"QueryLanguage": "JSONata", "StartAt": workflow.FindCohort,
		"States": map[string]any{workflow.FindCohort: map[string]any{
			"Type": "Pass", "Output": field(p.definition, "States", workflow.FindCohort, "Arguments"), "End": true,
		}},
	})
	if err != nil {
		return "", "", err
	}
	machine, err := asl.Load(definition)
	if err != nil {
		return "", "", err
	}
	execution, err := machine.Run(ctx, input, options)
	if err != nil {
		return "", "", err
	}
	bucket, _ = field(execution.Output, "Bucket").(string)
	key, _ = field(execution.Output, "Key").(string)
	if bucket == "" || key == "" {
		return "", "", fmt.Errorf("no job of the pipeline writes the cohort, and state %s does not say where to find it: its arguments must have Bucket and Key", workflow.FindCohort)
	}
	return bucket, key, nil
}
