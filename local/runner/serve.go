package runner

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/workflow"
)

// StateMachine is the state machine of the pipeline.
func (p *Pipeline) StateMachine() *assembly.StateMachine { return p.stateMachine }

// Objects are the objects of S3.
func (p *Pipeline) Objects() asl.Objects { return p.objects }

// Perform performs a task of an execution that something else runs, such as a server. input is that of the execution: a job extracts its
// features.
func (p *Pipeline) Perform(ctx context.Context, task *asl.Task, input any) (asl.Reply, error) {
	if object, ok := input.(*value.Object); ok && object.Has(workflow.TransformedFeatures) {
		ctx = local.WithFeatures(ctx, object.Text(workflow.Subject), object.Value(workflow.TransformedFeatures))
	}
	return p.services.Call(ctx, task)
}
