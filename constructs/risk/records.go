package risk

import (
	"fmt"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// recordTimeout bounds one attempt to write a record; S3 answers within a second.
const recordTimeout = 10 * time.Second

// recordRetries write a record again. Where an earlier attempt succeeded after all, S3 refuses the next one under the name of
// [services.S3Other], and the execution reads what is there. A batch has less time: see [Cohort].
var (
	recordRetries      = Retry{Errors: anyError, Attempts: 6, Interval: time.Second, MaxDelay: 30 * time.Second}
	batchRecordRetries = Retry{Errors: anyError, Attempts: 2, Interval: time.Second, MaxDelay: 5 * time.Second}
)

// run is the part of a record that says which execution decided, by which definition, for which trial, and whether it was a
// test. Records of a registered trial have the digest of its file.
func (p *ClinicalRiskPipeline) run() map[string]any {
	run := map[string]any{
		"execution":    expression("$states.context.Execution.Id"),
		"startedAt":    expression("$states.context.Execution.StartTime"),
		"stateMachine": expression("$states.context.StateMachine.Id"),
		"definition":   "${" + definitionDigest + "}",
		"trialId":      inputText(workflow.TrialID),
		"test":         expression(isTest),
	}
	if data := dataOf(p.props.Extraction); data != nil {
		run["landmarkDays"], run["cutDate"] = data.landmark(), expression(data.cutDate())
	}
	if t := p.trial(); t != nil {
		run["trialFile"], run["cutDate"] = t.Digest(), expression("$states.input."+workflow.CutDate)
	}
	return run
}

// timeSource says whose clock gave the times of a record: AWS keeps its clocks by the Amazon Time Sync Service.
const timeSource = "AWS Step Functions"

// record is a decision record: docs/decision-record.schema.json. Records of a subject and of a batch differ in the fields.
//
// Requirements: SRC-19, P11-10b
func (p *ClinicalRiskPipeline) record(fields map[string]any) map[string]any {
	record := map[string]any{
		"schemaVersion": 1,
		"recordedAt":    expression("$now()"),
		"timeSource":    timeSource,
		"threshold":     p.props.Threshold,
		"model":         map[string]any{"endpoint": p.props.EndpointName, "variant": inputText(workflow.Variant)},
	}
	for name, value := range fields {
		record[name] = value
	}
	return record
}

// recordSubject writes the record of one subject with the branch that the execution takes, and notes the record's place in the
// data.
//
// Requirements: P11-10e
func (p *ClinicalRiskPipeline) recordSubject(state, branch string) awsstepfunctions.TaskStateBase {
	key := recordKey(workflow.RecordFile)
	record := p.record(map[string]any{
		"run":       p.run(),
		"subjects":  []any{expression(decided(branch))},
		"notScored": []any{},
	})
	return WithRetries(p.putRecord(state, key, record, p.withRecord(key)), recordRetries)
}

// decided is the JSONata expression of the decision about one subject, with the reasons that the endpoint gave.
func decided(branch string) string {
	return strings.NewReplacer("WHY", reasons, "SUBJECT", textOf(workflow.Subject), "INFERENCE", "$states.input."+workflow.Inference,
		"RISK_SCORE", workflow.RiskScore, "BRANCH", branch).Replace(`( $why := function($p) { WHY }; $reasons := $why(INFERENCE);
  $merge([{"subject": SUBJECT, "score": INFERENCE.RISK_SCORE, "branch": "BRANCH"}, $count($reasons) > 0 ? {"reasons": $reasons} : {}]) )`)
}

// withRecord is the expression of the state's input with the place of the record.
func (p *ClinicalRiskPipeline) withRecord(key string) string {
	return expression(`$merge([$states.input, {"` + workflow.Record + `": "s3://` + p.recordBucket() + `/" & ` + key + `}])`)
}

// putRecord writes a record as JSON, where there is none. S3 demands a checksum for an object that it locks. Nothing lets an execution
// delete or replace a record.
func (p *ClinicalRiskPipeline) putRecord(state, key string, record map[string]any, output any) awsstepfunctions.TaskStateBase {
	records := p.recordsBelow(workflow.RecordFolder + "/")
	p.scope.Allow(
		policy.Allow(workflow.RecordDecision, []string{records}, services.PutObject.Operation.Action),
		p.scope.Through("s3", policy.Allow(workflow.RecordDecision+"Encryption", []string{*p.props.Records.Key().KeyArn()}, "kms:GenerateDataKey")),
	)
	return p.callService(state, services.PutObject, arguments{
		comment: "Writes the decision record before anybody is told.",
		parameters: ofObject(p.props.Records.Bucket(), key, map[string]any{
			"Body":              record,
			"IfNoneMatch":       "*",
			"ContentType":       "application/json",
			"ChecksumAlgorithm": "SHA256",
		}),
		timeout: recordTimeout,
		output:  output,
	})
}

func (p *ClinicalRiskPipeline) recordBucket() string { return *p.props.Records.Bucket().BucketName() }

// recordPlace is the JSONata expression of the folder that holds the records of an execution.
func (p *ClinicalRiskPipeline) recordPlace() string {
	return `"s3://` + p.recordBucket() + `/" & ` + recordFolder
}

// recordFolder is the JSONata expression of [workflow.RecordsOf] for the execution.
var recordFolder = fmt.Sprintf(`"%s/" & (%s) & "/" & $substring($hash($states.context.Execution.Id & "/" & $states.context.Execution.StartTime, "SHA-256"), 0, %d) & "/"`,
	workflow.RecordFolder, textOf(workflow.TrialID), workflow.RunHash)

// recordKey is the JSONata expression of the key of a file in that folder.
func recordKey(file string) string { return recordFolder + ` & "` + file + `"` }
