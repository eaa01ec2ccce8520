package retrace

import (
	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/workflow"
)

// digestIn returns the digest that a definition writes into its records, "" without records.
func digestIn(definition []byte) string {
	decoded, _ := asl.Decode(definition) // StateMachine says what is wrong.
	for _, state := range operate.RecordStates {
		if digest := operate.StateOf(decoded, state).Object("Arguments").Object("Body").Object("run").Text("definition"); digest != "" {
			return digest
		}
	}
	return ""
}

// model names the endpoint of the definition.
func (r *retracing) model() string {
	decoded, _ := asl.Decode(r.machine.Definition)
	if name := operate.StateOf(decoded, workflow.InvokeModel).Object("Arguments").Text("EndpointName"); name != "" {
		return "the SageMaker endpoint " + name
	}
	return "an endpoint that the definition does not name"
}

// bucket is the bucket of the decision records, "" if the definition has none.
func (r *retracing) bucket() string {
	decoded, _ := asl.Decode(r.machine.Definition)
	for _, state := range operate.RecordStates {
		if bucket := operate.StateOf(decoded, state).Object("Arguments").Text("Bucket"); bucket != "" {
			return bucket
		}
	}
	return ""
}
