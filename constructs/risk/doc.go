// Package risk has the heart of the project, the L3 construct [ClinicalRiskPipeline]: a Step Functions state machine that
// prepares a subject's features with Spark, asks a SageMaker endpoint for the risk of dropout, and alerts the team when the
// risk is above a threshold.
//
//	StartEMRJob → InvokeModel → CheckRisk ─ above the threshold ─→ NotifyTeam → End
//	                                      ├ a number from 0 to 1 ─→ End
//	                                      └ anything else ────────→ InvalidScore
//
// pipeline.go is the table of contents. Each state stands in a file of its own, with its retries in retries.go and its
// permissions in permissions.go. The definition's query language is JSONata.
package risk
