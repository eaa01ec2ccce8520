package risk

import (
	"fmt"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// The variables of the states that read a record.
const (
	foundRecord  = "found"    // the text of the record
	readInRound  = "redrives" // how often the execution had been redriven when it came to the state
	currentRound = "$states.context.Execution.RedriveCount"
)

// readRecordRetries read a record again. The batch has less time: see [Cohort].
var (
	readRecordRetries = []Retry{
		{Errors: append([]string{services.QueryEvaluation}, services.GetObject.Permanent...)},
		{Errors: anyError, Attempts: 6, Interval: time.Second, MaxDelay: 30 * time.Second},
	}
	batchReadRetries = []Retry{
		{Errors: append([]string{services.QueryEvaluation}, services.GetObject.Permanent...)},
		{Errors: anyError, Attempts: 1, Interval: time.Second, MaxDelay: 2 * time.Second},
	}
)

// ownRecord is the JSONata expression of whether a record, a text, is this execution's own, by this definition, and meets a test. It
// parses no text that does not name the execution: the text may be anything.
func ownRecord(text, execution, startedAt, definition, test string) string {
	return strings.NewReplacer("TEXT", text, "EXECUTION", execution, "STARTED", startedAt, "DEFINITION", definition, "TEST", test).Replace(
		`$contains(TEXT, EXECUTION) ? ( $record := $parse(TEXT); $record.run.execution = EXECUTION and $record.run.startedAt = STARTED and ` +
			`$record.run.definition = DEFINITION and TEST ) : false`)
}

// alreadyRecorded is what follows where the record of a subject could not be written. S3 has one name for a record that exists and for
// everything else, so the execution looks:
//
//	RecordDecision, RecordLowRisk ─ S3.S3Exception ─→ ReadRecord → CheckRecord ─ its own ─→ high or low, as recorded
//	                                                        │                  └ another ─→ RecordConflict
//	                                                        └─ after a redrive ─→ again, which decides as before
//
// The first record wins. If no record exists, the execution ends in ReadRecord with the error of S3, and a redrive writes the record again.
//
// Requirements: P11-10e
func (p *ClinicalRiskPipeline) alreadyRecorded(high, low, again awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	conflict := awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.RecordConflict), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("The record in this place is not this execution's."),
		Error:   jsii.String(workflow.RecordConflictError),
		Cause:   jsii.String(expression(`"Another execution or definition wrote the record " & $states.input.` + workflow.Record + ` & "."`)),
	})
	when := func(branch string) awsstepfunctions.Condition {
		own := ownRecord("$"+foundRecord, "$states.context.Execution.Id", "$states.context.Execution.StartTime", `"${`+definitionDigest+`}"`,
			`$record.subjects[0].branch = "`+branch+`"`)
		return awsstepfunctions.Condition_Jsonata(jsii.String(expression(own)))
	}
	check := awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckRecord), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Did this execution write the record?"),
	}).
		When(when(workflow.AlertBranch), high, because("it did: "+workflow.AlertBranch)).
		When(when(workflow.NoAlertBranch), low, because("it did: "+workflow.NoAlertBranch)).
		Otherwise(conflict)
	read := p.readRecord()
	read.AddCatch(again, &awsstepfunctions.CatchProps{Errors: jsii.Strings(services.QueryEvaluation), Outputs: expression("$states.input")})
	return read.Next(check)
}

// readRecord reads the record of a subject. After a redrive it fails, so that the execution writes the record again first.
func (p *ClinicalRiskPipeline) readRecord() awsstepfunctions.TaskStateBase {
	key := recordKey(workflow.RecordFile)
	first := fmt.Sprintf(`%s > $%s ? $error("The execution was redriven: write the record first.") : %s`, currentRound, readInRound, key)
	p.allowReadRecords(workflow.ReadRecord)
	return WithRetries(p.callService(workflow.ReadRecord, services.GetObject, arguments{
		comment:    "Reads the record that already exists.",
		parameters: ofObject(p.props.Records.Bucket(), first, nil),
		timeout:    recordTimeout,
		assign:     map[string]any{foundRecord: expression(`$exists($states.result.Body) ? $states.result.Body : ""`)},
		output:     p.withRecord(key),
	}), readRecordRetries...)
}

// allowReadRecords lets the executions read decision records, through S3 alone.
func (p *ClinicalRiskPipeline) allowReadRecords(state string) {
	records := p.recordsBelow(workflow.RecordFolder + "/")
	p.scope.Allow(policy.Allow(state, []string{records}, services.GetObject.Operation.Action))
	p.allowDecryptRecords()
}

// allowDecryptRecords lets the executions use the key of the record store to read.
func (p *ClinicalRiskPipeline) allowDecryptRecords() {
	p.scope.Allow(p.scope.Through("s3", policy.Allow("RecordsDecryption", []string{*p.props.Records.Key().KeyArn()}, "kms:Decrypt")))
}

// countRecorded is the JSONata expression that counts the existing record of a batch if it is of the same execution,
// definition, version of the cohort and place in it. Another record is a conflict.
const countRecorded = `(
  $input := $states.input;
  $own := OWN;
  $recorded := $own ? $parse($states.result.Body) : {};
  $own ? {
    "scored": $count($recorded.subjects),
    "high": $count($recorded.subjects[branch = "ALERT"]),
    "failed": $count($recorded.notScored)
  } : {"scored": 0, "high": 0, "failed": $input.size, "CONFLICTS": 1}
)`

// readRecords reads the existing record of a batch: children run at least once, and a retried or redriven map starts them
// again.
//
// Requirements: P11-10e
func (p *ClinicalRiskPipeline) readRecords() awsstepfunctions.TaskStateBase {
	p.allowReadRecords(workflow.ReadRecord)
	own := ownRecord("$states.result.Body", "$input.run.execution", "$input.run.startedAt", "$input.run.definition",
		`$record.input.bucket = $input.input.bucket and $record.input.key = $input.input.key and $record.input.versionId = $input.input.versionId and `+
			`$record.input.firstIndex = $input.input.firstIndex and $count($record.subjects) + $count($record.notScored) = $input.size`)
	counts := strings.NewReplacer("OWN", own, "ALERT", workflow.AlertBranch, "CONFLICTS", workflow.Conflicts).Replace(countRecorded)
	return WithRetries(p.callService(workflow.ReadRecords, services.GetObject, arguments{
		comment:    "Reads the existing record of the batch.",
		parameters: ofObject(p.props.Records.Bucket(), batchKey, nil),
		timeout:    recordTimeout,
		output:     expression(counts),
	}), batchReadRetries...)
}
