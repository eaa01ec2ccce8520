package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/workflow"
)

// Probe sends one input to a model as the pipeline's state InvokeModel does, and tells whether the pipeline could use the answer. It
// executes that state alone, without its retries.
func (p *Pipeline) Probe(ctx context.Context, m model.Model, input intake.Input) (usable bool, err error) {
	cohort := p.stateMachine.Form() != assembly.OneSubject
	states := []string{"States", workflow.InvokeModel}
	data := input.Value
	if cohort {
		states = []string{"States", workflow.ScoreCohort, "ItemProcessor", "States", workflow.InvokeModel}
		item := value.NewObject(2).With("index", 0.0).With("item", input.Value)
		batch := value.NewObject(3).With("folder", "").With("run", value.NewObject(0)).With("input", value.NewObject(0))
		data = value.NewObject(2).With("Items", []any{item}).With("BatchInput", batch)
	}
	machine, err := p.alone(states...)
	if err != nil {
		return false, err
	}
	execution, err := machine.Run(ctx, data, asl.Options{
		Handler: local.New(local.SageMaker{Model: m}), Name: "probe", Type: asl.Standard, RoleARN: p.stateMachine.RoleARN,
		ARN: p.stateMachine.ARN + ":probe", StateMachine: asl.StateMachine{ARN: p.stateMachine.ARN, Name: p.stateMachine.Name},
	})
	if err != nil || execution.Status != asl.Succeeded {
		return false, err
	}
	if cohort {
		scored, _ := field(execution.Output, "subjects").([]any)
		return len(scored) == 1, nil
	}
	score, isNumber := field(execution.Output, workflow.Inference, workflow.RiskScore).(float64)
	return isNumber && score >= 0 && score <= 1, nil
}

// alone returns a state machine that has one state of the definition, without retries and catchers.
func (p *Pipeline) alone(path ...string) (*asl.Machine, error) {
	state, ok := field(p.definition, path...).(*value.Object)
	if !ok {
		return nil, fmt.Errorf("the definition has no state %s", workflow.InvokeModel)
	}
	last := state.Clone()
	for _, name := range []string{"Retry", "Catch", "Next"} {
		last.Delete(name)
	}
	last.Set("End", true)
	language, _ := field(p.definition, "QueryLanguage").(string)
	definition, err := json.Marshal(map[string]any{
		"QueryLanguage": cmp.Or(language, "JSONPath"), "StartAt": workflow.InvokeModel, "States": map[string]any{workflow.InvokeModel: last},
	})
	if err != nil {
		return nil, err
	}
	return asl.Load(definition)
}
