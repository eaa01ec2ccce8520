// Package risk has the heart of the project, the L3 construct [ClinicalRiskPipeline]: a Step Functions state machine that
// prepares features with Spark, asks a SageMaker endpoint for the risk of dropout, and alerts the team when it is above a
// threshold.
//
// One subject, whose features the execution's input carries:
//
//	CheckInput ─ valid ids ─→ StartEMRJob → InvokeModel → CheckRisk ─ above the threshold ─→ RecordDecision → NotifyTeam → follow-up → End
//	           └ InvalidInput                                       ├ a number from 0 to 1 ─→ RecordLowRisk → End
//	                                                                └ anything else ────────→ InvalidScore
//
// A cohort, which the extraction writes to S3:
//
//	CheckInput → StartEMRJob → FindCohort → CheckCohort → ScoreCohort → CheckRisk ─ high > 0 ─→ NotifyTeam → follow-up → CheckCoverage ─ all ─→ End
//	                                                                └ none ────────────────────────────────↑  ├ IncompleteScoring
//	                                                                                                          └ RecordConflict
//
// With a record store the pipeline writes records, once each: read_record.go says what follows where there is one already. The
// follow-up is an approval, if there is one, and then each downstream system:
//
//	RequestApproval → ReadApproval → CheckApproval ─ approved and recorded ─→ StartName, OpenName …
//
// pipeline.go is the table of contents. Each state has a file of its own, with its retriers and the statements that it needs.
// A system of a team's own implements [Extraction] or [Downstream] and sees a [Scope]. The definition's query language is
// JSONata.
package risk
