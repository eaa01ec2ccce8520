package risk

import (
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// findCohort looks up the object that the extraction wrote for this execution. An object that is not there ends the
// execution here, and its version goes into every record.
//
// Requirements: SRC-08, P11-10h
func (p *ClinicalRiskPipeline) findCohort() awsstepfunctions.TaskStateBase {
	bucket, key := *p.props.Cohort.Bucket.BucketName(), keyOf(p.props.Cohort.Prefix, workflow.CohortFile)
	state := awsstepfunctionstasks.CallAwsService_Jsonata(p, jsii.String(workflow.FindCohort), &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Comment:      jsii.String("Looks up the cohort that was written for this execution."),
		Service:      jsii.String("s3"),
		Action:       jsii.String("headObject"),
		Parameters:   &map[string]any{"Bucket": bucket, "Key": expression(key)},
		IamAction:    jsii.String("s3:GetObject"),
		IamResources: jsii.Strings(p.cohortARN()),
		TaskTimeout:  timeout(recordTimeout),
		Outputs: expression(`$merge([$states.input, {"` + workflow.CohortObject + `": {"bucket": "` + bucket + `", "key": ` + key +
			`, "versionId": $exists($states.result.VersionId) ? $states.result.VersionId : null}}])`),
	})
	return retrying(state, cohortRetries)
}

// scoreCohort distributes the cohort over Express children, a batch each, and adds up what they count. Every item carries
// its own index, so that a batch has the same record whenever it is scored again.
//
// Requirements: SRC-04
func (p *ClinicalRiskPipeline) scoreCohort() awsstepfunctions.DistributedMap {
	c := p.props.Cohort
	distributed := awsstepfunctions.DistributedMap_Jsonata(p, jsii.String(workflow.ScoreCohort), &awsstepfunctions.DistributedMapJsonataProps{
		Comment:          jsii.String("Scores the subjects of the cohort, batch by batch."),
		Label:            jsii.String(workflow.ScoreCohort),
		MapExecutionType: awsstepfunctions.StateMachineType_EXPRESS,
		MaxConcurrency:   jsii.Number(c.Concurrency),
		ItemReader: awsstepfunctions.NewS3JsonLItemReader(&awsstepfunctions.S3FileItemReaderProps{
			Bucket:   c.Bucket,
			Key:      jsii.String(expression(keyOf(c.Prefix, workflow.CohortFile))),
			MaxItems: jsii.Number(c.MaxSubjects + 1), // one more tells a cohort that is too large
		}),
		ItemSelector: &map[string]any{
			"index": expression("$states.context.Map.Item.Index"),
			"item":  expression("$states.context.Map.Item.Value"),
		},
		ItemBatcher: awsstepfunctions.NewItemBatcher(&awsstepfunctions.ItemBatcherProps{
			MaxItemsPerBatch:      jsii.Number(c.BatchSize),
			MaxInputBytesPerBatch: jsii.Number(c.BatchBytes),
			BatchInput: &map[string]any{
				"name":  expression("$states.context.Execution.Name"), // a child has another
				"run":   run(),
				"input": expression("$states.input." + workflow.CohortObject),
			},
		}),
		Outputs: expression(`$merge([$states.input, {"` + workflow.Counts + `": {
  "subjects": $sum($append([0], $append($states.result.scored, $states.result.failed))),
  "scored": $sum($append([0], $states.result.scored)),
  "high": $sum($append([0], $states.result.high)),
  "failed": $sum($append([0], $states.result.failed))}}])`),
	})
	distributed.ItemProcessor(p.scoreBatch(), nil)
	return retrying(distributed, readerRetries)
}

func (p *ClinicalRiskPipeline) cohortARN() string {
	return *p.props.Cohort.Bucket.ArnForObjects(jsii.String(p.props.Cohort.Prefix + "/*"))
}

// cohortStatements let an execution read cohorts.
func (p *ClinicalRiskPipeline) cohortStatements() []policy.Statement {
	if p.props.Cohort == nil {
		return nil
	}
	statements := []policy.Statement{policy.Allow(workflow.ScoreCohort, []string{p.cohortARN()}, "s3:GetObject")}
	if key := p.props.Cohort.Bucket.EncryptionKey(); key != nil {
		statements = append(statements, p.through("s3", policy.Allow(workflow.ScoreCohort+"Encryption", []string{*key.KeyArn()}, "kms:Decrypt")))
	}
	return append(statements, p.childrenStatements()...)
}

// childrenStatements let an execution start its children and redrive them:
// https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
func (p *ClinicalRiskPipeline) childrenStatements() []policy.Statement {
	executions := p.arn("states", "execution:"+p.name+"/"+workflow.ScoreCohort+":*")
	return []policy.Statement{
		policy.Allow(workflow.ScoreCohort+"Children", []string{p.machineARN()}, "states:StartExecution"),
		policy.Allow(workflow.ScoreCohort+"Redrive", []string{executions}, "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"),
	}
}

// childrenARN is the ARN under which the children are executed: the state machine's with the label of their map.
func (p *ClinicalRiskPipeline) childrenARN() string {
	return p.machineARN() + "/" + workflow.ScoreCohort
}
