package risk

import (
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// cohortRetries look the cohort up again. S3 is consistent: an object that is missing after the extraction stays missing.
var cohortRetries = []Retry{
	{Errors: services.HeadObject.Permanent},
	{Errors: anyError, Attempts: 6, Interval: time.Second, MaxDelay: 30 * time.Second},
}

// readerRetries read the cohort again from the start: its batches have the same records as before.
var readerRetries = Retry{Errors: services.ReadItems.Transient, Attempts: 3, Interval: 5 * time.Second, MaxDelay: time.Minute}

// cohortKey is the JSONata expression of the key of the cohort's object, once the data has it.
const cohortKey = "$states.input." + workflow.CohortObject + ".key"

// findCohort looks up the object that the extraction wrote for this execution, and its version for the records. A missing
// object ends the execution here. Without an extraction, the object is where the execution's name says.
//
// Requirements: SRC-08, P11-10h
func (p *ClinicalRiskPipeline) findCohort() awsstepfunctions.TaskStateBase {
	bucket, key := *p.props.Cohort.Bucket.BucketName(), cohortKey
	if !p.scope.handedOn {
		key = keyOf(p.props.Cohort.Prefix, workflow.CohortFile)
	}
	p.allowReadCohort()
	return WithRetries(p.callService(workflow.FindCohort, services.HeadObject, arguments{
		comment:    "Looks up the cohort that was written for this execution.",
		parameters: map[string]any{"Bucket": bucket, "Key": expression(key)},
		timeout:    recordTimeout,
		output: expression(`$merge([$states.input, {"` + workflow.CohortObject + `": {"bucket": "` + bucket + `", "key": ` + key +
			`, "versionId": $exists($states.result.VersionId) ? $states.result.VersionId : null}}])`),
	}), cohortRetries...)
}

// scoreCohort distributes the cohort over Express children, a batch each, and adds up their counts. Every item has its index,
// so that a batch that is scored again has the same record.
//
// Requirements: SRC-04
func (p *ClinicalRiskPipeline) scoreCohort() awsstepfunctions.DistributedMap {
	c := p.props.Cohort
	p.allowReadCohort()
	p.allowChildren()
	distributed := awsstepfunctions.DistributedMap_Jsonata(p, jsii.String(workflow.ScoreCohort), &awsstepfunctions.DistributedMapJsonataProps{
		Comment:          jsii.String("Scores the subjects of the cohort, batch by batch."),
		Label:            jsii.String(workflow.ScoreCohort),
		MapExecutionType: awsstepfunctions.StateMachineType_EXPRESS,
		MaxConcurrency:   jsii.Number(c.Concurrency),
		ItemReader: awsstepfunctions.NewS3JsonLItemReader(&awsstepfunctions.S3FileItemReaderProps{
			Bucket:   c.Bucket,
			Key:      jsii.String(expression(cohortKey)),
			MaxItems: jsii.Number(c.MaxSubjects + 1), // one more shows that a cohort is too large
		}),
		ItemSelector: &map[string]any{
			"index": expression("$states.context.Map.Item.Index"),
			"item":  expression("$states.context.Map.Item.Value"),
		},
		ItemBatcher: awsstepfunctions.NewItemBatcher(&awsstepfunctions.ItemBatcherProps{
			MaxItemsPerBatch:      jsii.Number(c.BatchSize),
			MaxInputBytesPerBatch: jsii.Number(c.BatchBytes),
			BatchInput: &map[string]any{
				"folder": expression(recordFolder), // a child has another name
				"run":    run(),
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

// allowReadCohort lets an execution read cohorts.
func (p *ClinicalRiskPipeline) allowReadCohort() {
	cohorts := *p.props.Cohort.Bucket.ArnForObjects(jsii.String(p.props.Cohort.Prefix + "/*"))
	p.scope.Allow(policy.Allow(workflow.ScoreCohort, []string{cohorts}, services.ReadItems.Operation.Action))
	if key := p.props.Cohort.Bucket.EncryptionKey(); key != nil {
		p.scope.Allow(p.scope.Through("s3", policy.Allow(workflow.ScoreCohort+"Encryption", []string{*key.KeyArn()}, "kms:Decrypt")))
	}
}

// allowChildren lets an execution start its children and redrive them. AWS's policy describes executions of the state machine,
// not of its map; the children's own ARNs have the label of the map:
// https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
func (p *ClinicalRiskPipeline) allowChildren() {
	execution := func(machine string) []string { return []string{p.scope.ARN("states", "execution:"+machine+":*")} }
	children := execution(p.name + "/" + workflow.ScoreCohort)
	p.scope.Allow(
		policy.Allow(workflow.ScoreCohort+"Children", []string{p.machineARN()}, "states:StartExecution"),
		policy.Allow(workflow.ScoreCohort+"Describe", execution(p.name), "states:DescribeExecution"),
		policy.Allow(workflow.ScoreCohort+"Redrive", children, "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"),
	)
}

// childrenARN is the ARN of the children's state machine: the pipeline's with the label of their map.
func (p *ClinicalRiskPipeline) childrenARN() string {
	return p.machineARN() + "/" + workflow.ScoreCohort
}
