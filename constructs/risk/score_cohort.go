package risk

import (
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// readerRetries read the cohort again from the start: its batches have the same records as before.
var readerRetries = Retry{Errors: services.ReadItems.Transient, Attempts: 3, Interval: 5 * time.Second, MaxDelay: time.Minute}

// scoreCohort distributes the cohort over Express children, a batch each, and adds up their counts. Every item has its index,
// so that a batch that is scored again has the same record.
//
// Requirements: SRC-04
func (p *ClinicalRiskPipeline) scoreCohort() awsstepfunctions.DistributedMap {
	c := p.props.Cohort
	p.allowChildren()
	distributed := awsstepfunctions.DistributedMap_Jsonata(p, jsii.String(workflow.ScoreCohort), &awsstepfunctions.DistributedMapJsonataProps{
		Comment:          jsii.String("Scores the subjects of the cohort, batch by batch."),
		Label:            jsii.String(workflow.ScoreCohort),
		MapExecutionType: awsstepfunctions.StateMachineType_EXPRESS,
		MaxConcurrency:   jsii.Number(c.Concurrency),
		ItemReader:       newCohortReader(c),
		ItemSelector: &map[string]any{
			"index": expression("$states.context.Map.Item.Index"),
			"item":  expression("$states.context.Map.Item.Value"),
		},
		ItemBatcher: awsstepfunctions.NewItemBatcher(&awsstepfunctions.ItemBatcherProps{
			MaxItemsPerBatch:      jsii.Number(c.BatchSize),
			MaxInputBytesPerBatch: jsii.Number(c.BatchBytes),
			BatchInput: &map[string]any{
				"folder": expression(recordFolder), // a child has another name
				"run":    p.run(),
				"input":  expression("$states.input." + workflow.CohortObject),
			},
		}),
		Outputs: expression(`$merge([$states.input, {"` + workflow.Counts + `": {
  "subjects": $sum($append([0], $append($states.result.scored, $states.result.failed))),
  "scored": $sum($append([0], $states.result.scored)),
  "high": $sum($append([0], $states.result.high)),
  "failed": $sum($append([0], $states.result.failed))},
  "` + workflow.Conflicts + `": $sum($append([0], $states.result.` + workflow.Conflicts + `))}])`),
	})
	distributed.ItemProcessor(p.scoreBatch(), nil)
	return WithRetries(distributed, readerRetries)
}

// allowChildren lets an execution start its children and redrive them. AWS's policy describes executions of the state machine,
// not of its map; the children's own ARNs have the label of the map:
// https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
func (p *ClinicalRiskPipeline) allowChildren() {
	execution := func(machine string) []string { return []string{p.scope.ARN("states", "execution:"+machine+":*")} }
	children := execution(p.name + "/" + workflow.ScoreCohort)
	p.scope.Allow(
		policy.Allow(workflow.ScoreCohort+"Children", []string{p.MachineARN()}, "states:StartExecution"),
		policy.Allow(workflow.ScoreCohort+"Describe", execution(p.name), "states:DescribeExecution"),
		policy.Allow(workflow.ScoreCohort+"Redrive", children, "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"),
	)
}

// childrenARN is the ARN of the children's state machine: the pipeline's with the label of their map.
func (p *ClinicalRiskPipeline) childrenARN() string {
	return p.MachineARN() + "/" + workflow.ScoreCohort
}
