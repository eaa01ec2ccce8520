package workflow

import "strings"

// The ids of an environment's stacks, below its stage. They are part of the names of deployed resources: never change them.
const (
	SubjectStack = "ClinicalRisk" // scores one subject per execution
	CohortStack  = "CohortRisk"   // scores a cohort per execution
	RecordStack  = "TrialRecords" // has what the registered trials share: record store, trail, registry. Each has a stack of its id
)

// LiveAlias is the output of every stack with a pipeline with the ARN of the alias that starts its released version.
const LiveAlias = "LiveAliasArn"

// ActFunction is the output of a trial's stack with the ARN of the function with which people see and act on alerts.
const ActFunction = "ActFunctionArn"

// RecordBucket is the output of [RecordStack] and of [CohortStack] with the name of the record store's bucket.
const RecordBucket = "RecordBucket"

// DecisionFunction is the output of [CohortStack] with the ARN of the function that approvers invoke to decide.
const DecisionFunction = "DecisionFunctionArn"

// SettingPrefix is the name prefix of the environment variables that set a value of an environment or of the promotion, such as
// CLINICAL_RISK_PROD_ACCOUNT.
const SettingPrefix = "CLINICAL_RISK_"

// StageID returns the id of an environment's stage: its name with a capital letter, "Prod" for "prod".
func StageID(environment string) string {
	return strings.ToUpper(environment[:1]) + environment[1:]
}

// StackName returns the name of an environment's stack: "Prod-CohortRisk" for [CohortStack] in "prod".
func StackName(environment, stack string) string { return StageID(environment) + "-" + stack }
