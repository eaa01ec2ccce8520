// Package workflow has the names that two sides of this project share: the constructs that synthesize a clinical risk
// pipeline, and the programs that run and operate it. It imports neither side.
package workflow

// The states that begin every execution.
const (
	CheckInput   = "CheckInput"   // checks the ids in the input
	InvalidInput = "InvalidInput" // fails the execution: an id or the cut date is not valid
)

// The states of the pipeline. The console, the history, the alarms and the command line show these names.
const (
	StartEMRJob           = "StartEMRJob"           // prepares the features in a step on an EMR cluster
	StartEMRServerlessJob = "StartEMRServerlessJob" // prepares them in a job on EMR Serverless
	StartGlueJob          = "StartGlueJob"          // prepares them in a job on Glue

	InvokeModel  = "InvokeModel"  // asks the SageMaker endpoint for the risk
	CheckRisk    = "CheckRisk"    // compares the risk with the threshold
	NotifyTeam   = "NotifyTeam"   // publishes the alert
	InvalidScore = "InvalidScore" // fails the execution: no usable score is never 'low risk'
	End          = "End"          // succeeds
)

// CheckTest is the state that ends a test after its alert. It exists only where something else would follow the alert.
const CheckTest = "CheckTest"

// The states that decision records add.
const (
	RecordDecision = "RecordDecision" // writes the record of a subject at high risk
	RecordLowRisk  = "RecordLowRisk"  // writes the record of a subject at low risk
	ReadRecord     = "ReadRecord"     // reads the record that already exists
	CheckRecord    = "CheckRecord"    // goes on with that record, if it is the execution's own
	RecordConflict = "RecordConflict" // fails the execution: another execution or definition wrote the record
)

// The states that features from S3 add, for one subject.
const (
	ReadFeatures    = "ReadFeatures"    // reads what the extraction wrote
	CheckFeatures   = "CheckFeatures"   // checks that they are features of the subject
	InvalidFeatures = "InvalidFeatures" // fails the execution: they are not
	FeaturesMissing = "FeaturesMissing" // fails the execution: the object does not exist
)

// The states that a cohort adds. The children of ScoreCohort execute InvokeModel and the states from CheckPredictions on,
// once for each batch.
const (
	FindCohort         = "FindCohort"         // looks up the cohort's object, and its version
	CheckCohort        = "CheckCohort"        // checks that the object has a version, which the reader then reads
	CohortMissing      = "CohortMissing"      // fails the execution: the object does not exist
	CohortNotVersioned = "CohortNotVersioned" // fails the execution: the bucket keeps no versions
	ScoreCohort        = "ScoreCohort"        // distributes the cohort over children, and adds their counts up
	CheckCoverage      = "CheckCoverage"      // checks that every subject was scored and recorded
	IncompleteScoring  = "IncompleteScoring"  // fails the execution: some subjects were not

	CheckPredictions = "CheckPredictions" // checks that the answer has a prediction for every subject of the batch
	RecordDecisions  = "RecordDecisions"  // writes the record of the batch
	ReadRecords      = "ReadRecords"      // reads the existing record of the batch, and counts it
	NotScored        = "NotScored"        // counts the subjects of a batch that could not be scored or recorded
)

// The states that a registered trial adds, whose alerts have a life.
const (
	ClaimCut          = "ClaimCut"          // claims the data cut for this execution
	AlreadyScored     = "AlreadyScored"     // fails the execution: another one claimed the data cut
	TrialNotActive    = "TrialNotActive"    // fails every execution of a trial that is planned or closed
	UpdateAlerts      = "UpdateAlerts"      // turns what the run says into transitions of alerts, and tells people of them
	UpdateAlertsAgain = "UpdateAlertsAgain" // does the same, after NotifyTeam told what is known
	CheckTransitions  = "CheckTransitions"  // asks whether anything new needs a decision
)

// The fields of an execution's input and of the data between the states.
const (
	Subject             = "subject"              // the subject's pseudonymous id, a string
	TrialID             = "trialId"              // the trial's id, a string
	Site                = "site"                 // the site of a subject in the line of a cohort
	CutDate             = "cutDate"              // the last day whose data count, YYYY-MM-DD
	TransformedFeatures = "transformed_features" // the model's input, an object
	Features            = "features"             // the model's input in a request to the endpoint
	Test                = "test"                 // true marks a test of a deployment, in an execution named TestExecution…
	Inference           = "inference"            // the endpoint's answer, parsed
	Variant             = "variant"              // the variant of the endpoint that answered
	Record              = "record"               // the place of the decision record, an S3 URI
	CohortObject        = "cohort"               // the object with the cohort: bucket, key, versionId
	Extracted           = "extracted"            // the object with the features of one subject: bucket, key
	Approval            = "approval"             // the decision: decision, approvalId, signer, record, recordVersion, reviewed, requestId, recorded, approved
	Downstream          = "downstream"           // what each downstream system answered, by its name; of a cohort, for each alert
	AlertID             = "alertId"              // the id of one alert, while downstream systems are told of it
	Counts              = "counts"               // the counts of a cohort's subjects: subjects, scored, high, failed
	Conflicts           = "conflicts"            // the number of batches in whose place there is a record of another execution
	Alerts              = "alerts"               // what the run changed: changed, explained, unexplained, open, messages, news
	RiskScore           = "risk_score"           // the field of the answer: the risk of dropout, a number from 0 to 1
)

// TrialFile is the name of the file of a registered trial in the layer of the functions of its alerts.
const TrialFile = "trial.json"

// AlertSubject is the subject line of every alert. A test puts TestSubject and a space before it.
const (
	// Requirements: SRC-03
	AlertSubject = "Trial Risk Alert"
	TestSubject  = "[TEST]"
)

// TestExecution is the name prefix of smoke-test executions. Their input also has the field Test set to true.
const TestExecution = "smoke-"

// DefaultThreshold is the default threshold: a subject with a higher risk of dropout is at high risk.
//
// Requirements: SRC-02
const DefaultThreshold = 0.75

// The states that an approval adds.
const (
	RequestApproval  = "RequestApproval"  // asks the approvers and waits for their decision
	ReadApproval     = "ReadApproval"     // reads the record of their decision
	CheckApproval    = "CheckApproval"    // branches on their decision
	EscalateApproval = "EscalateApproval" // tells operations that nobody decided in time
	NotApproved      = "NotApproved"      // skips the downstream systems

	ApprovalNotRecorded = "ApprovalNotRecorded" // fails the execution: no record confirms the decision
)

// The beginnings of the names of the states that tell a downstream system of each alert of a cohort. Its name follows.
const (
	ForEach = "ForEach" // tells it of the alerts
	Told    = "Told"    // ends an iteration with what it answered
)

// The names of the errors with which the pipeline itself fails.
const (
	InvalidScoreError      = "InvalidScore"      // the endpoint's answer has no usable score
	IncompleteScoringError = "IncompleteScoring" // not every subject of the cohort was scored and recorded

	InvalidFeaturesError     = "InvalidFeatures"     // the extracted object has no usable features of the subject
	FeaturesMissingError     = "FeaturesMissing"     // the extraction wrote no object where it was told to
	CohortMissingError       = "CohortMissing"       // the extraction wrote no object where it was told to
	CohortNotVersionedError  = "CohortNotVersioned"  // the cohort's bucket keeps no versions, so that its object might change
	InvalidInputError        = "InvalidInput"        // an id or the cut date in the input is not valid
	RecordConflictError      = "RecordConflict"      // another execution or definition wrote a record in the place of this one's
	AlreadyScoredError       = "AlreadyScored"       // another execution claimed the data cut
	TrialNotActiveError      = "TrialNotActive"      // the trial is planned or closed
	AlertsNotUpdatedError    = "AlertsNotUpdated"    // the function could not update the alerts: it failed under this name
	ApprovalNotRecordedError = "ApprovalNotRecorded" // no record in the store confirms the decision that the execution heard
)

// The fields of a cohort's batch, in a request to the endpoint and in its answer.
const (
	Instances   = "instances"   // the id and the features of each subject
	Predictions = "predictions" // an object with the id and the risk score of each subject
	InstanceID  = "id"          // the index of a subject's line in the cohort, a string; never the subject's own id
)

// The places in S3 of what an execution reads and writes. A cohort is below a folder named after the execution, records are below
// [RecordsOf].
const (
	FeaturesFile = "features.json" // the features of one subject
	CohortFile   = "cohort.jsonl"  // a cohort, one JSON object per line
	RecordFolder = "decisions"     // the decision records
	RecordFile   = "record.json"   // the record of one subject
)

// The branches that a decision record names.
const (
	AlertBranch   = "alert"    // above the threshold
	NoAlertBranch = "no alert" // not above it
)
