// Package workflow holds what the two sides of this project agree on: the constructs that synthesize a clinical risk
// pipeline, and the programs that run and operate it. It imports neither side.
package workflow

// The states of the pipeline, by the names that the console, the history, the alarms and the command line show.
const (
	StartEMRJob           = "StartEMRJob"           // prepares the features: a step on an EMR cluster,
	StartEMRServerlessJob = "StartEMRServerlessJob" // or a job on EMR Serverless,
	StartGlueJob          = "StartGlueJob"          // or a job on Glue

	InvokeModel  = "InvokeModel"  // asks the SageMaker endpoint for the risk
	CheckRisk    = "CheckRisk"    // compares the risk with the threshold
	NotifyTeam   = "NotifyTeam"   // publishes the alert
	InvalidScore = "InvalidScore" // fails the execution: no usable score is never 'low risk'
	End          = "End"          // succeeds
)

// CheckTest is the state that lets nothing follow the alert of a test, where something else would.
const CheckTest = "CheckTest"

// The states that decision records add.
const (
	RecordDecision = "RecordDecision" // writes the record of a subject at high risk
	RecordLowRisk  = "RecordLowRisk"  // writes the record of a subject at low risk
)

// The states that a cohort adds. Those from CheckPredictions on, and InvokeModel, are executed by the children of
// ScoreCohort, once a batch.
const (
	FindCohort        = "FindCohort"        // looks up the cohort's object, and its version
	ScoreCohort       = "ScoreCohort"       // distributes the cohort over children, and adds their counts up
	CheckCoverage     = "CheckCoverage"     // asks whether every subject was scored and recorded
	IncompleteScoring = "IncompleteScoring" // fails the execution: some were not

	CheckPredictions = "CheckPredictions" // asks whether there is a prediction for every subject of the batch
	RecordDecisions  = "RecordDecisions"  // writes the record of the batch
	NotScored        = "NotScored"        // counts the subjects of a batch that could not be scored or recorded
)

// The fields of an execution's input and of the data that travels between the states.
const (
	Subject             = "subject"              // the subject's pseudonymous id, a string
	TrialID             = "trialId"              // the trial's id, a string
	TransformedFeatures = "transformed_features" // the model's input, an object
	Features            = "features"             // the field of the request that carries them to the endpoint
	Test                = "test"                 // true, in an execution named TestExecution…, marks one that tests a deployment
	Inference           = "inference"            // the endpoint's answer, parsed
	Variant             = "variant"              // the variant of the endpoint that answered
	Record              = "record"               // the place of the decision record, an S3 URI
	CohortObject        = "cohort"               // the object that holds the cohort: bucket, key, versionId
	Approval            = "approval"             // what was decided: decision, approvalId, signer, record, recordVersion
	Downstream          = "downstream"           // what each downstream system answered, by its name
	Counts              = "counts"               // of a cohort's subjects: subjects, scored, high, failed
	RiskScore           = "risk_score"           // the field of the answer: the risk of dropout, a number from 0 to 1
)

// AlertSubject is the subject line of every alert. That of a test has TestSubject and a space before it.
const (
	// Requirements: SRC-03
	AlertSubject = "Trial Risk Alert"
	TestSubject  = "[TEST]"
)

// TestExecution is what the name of an execution begins with that tests a deployment, besides an input whose field Test is true.
const TestExecution = "smoke-"

// DefaultThreshold is the risk of dropout above which a subject is at high risk, exclusive.
//
// Requirements: SRC-02
const DefaultThreshold = 0.75

// The states that an approval adds.
const (
	RequestApproval  = "RequestApproval"  // asks the approvers and waits for their decision
	CheckApproval    = "CheckApproval"    // asks what they decided
	EscalateApproval = "EscalateApproval" // tells operations that nobody decided in time
	NotApproved      = "NotApproved"      // goes on without what was not approved
)

// The names of the errors that the pipeline itself fails with.
const (
	InvalidScoreError      = "InvalidScore"      // the endpoint's answer has no usable score
	IncompleteScoringError = "IncompleteScoring" // not every subject of the cohort was scored and recorded
)

// The fields of a batch of a cohort, in a request to the endpoint and in its answer.
const (
	Instances   = "instances"   // the features of each subject
	Predictions = "predictions" // an object with the risk score of each, in the same order
)

// The places of what an execution reads and writes in S3, each below a folder that is named after the execution.
const (
	CohortFile   = "cohort.jsonl" // a cohort, one JSON object a line
	RecordFolder = "decisions"    // the decision records
	RecordFile   = "record.json"  // the record of one subject
)

// The branches that a decision record says a subject went.
const (
	AlertBranch   = "alert"    // above the threshold
	NoAlertBranch = "no alert" // not above it
)
