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

// The fields of an execution's input and of the data that travels between the states.
const (
	Subject             = "subject"              // the subject's pseudonymous id, a string
	TrialID             = "trialId"              // the trial's id, a string
	TransformedFeatures = "transformed_features" // the model's input, an object
	Features            = "features"             // the field of the request that carries them to the endpoint
	Inference           = "inference"            // the endpoint's answer, parsed
	RiskScore           = "risk_score"           // the field of the answer: the risk of dropout, a number from 0 to 1
)

// AlertSubject is the subject line of every alert.
const AlertSubject = "Trial Risk Alert"

// DefaultThreshold is the risk of dropout above which a subject is at high risk, exclusive.
const DefaultThreshold = 0.75

// InvalidScoreError is the error name with which an execution fails that got no usable score.
const InvalidScoreError = "InvalidScore"
