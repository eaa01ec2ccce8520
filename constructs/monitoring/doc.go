// Package monitoring has the construct [Monitoring]: alarms on what a clinical risk pipeline does and fails to do, and a
// dashboard.
//
//	id                   goes off when                                            source
//	FailedExecutions     an execution failed                                      AWS/States
//	TimedOutExecutions   an execution timed out                                   AWS/States
//	AbortedExecutions    somebody stopped an execution                            AWS/States
//	ThrottledExecutions  Step Functions held executions up                        AWS/States
//	ModelClientErrors    the model refused requests                               AWS/SageMaker
//	ModelServerErrors    the model failed                                         AWS/SageMaker
//	ModelLatency         the model answers slowly                                 AWS/SageMaker
//	FailedDeliveries     an alert could not be delivered                          AWS/SNS
//	UndeliveredAlerts    the dead-letter queue holds alerts      with DeadLetters AWS/SQS
//	OverdueRun           no execution started when one was due   with RunEvery    AWS/States
//	FailingAlerts        the daily watch over alerts failed        with Alerting  AWS/Lambda
//	MissingWatch         the daily watch over alerts did not run   with Alerting  AWS/Lambda
//	MissedSchedules      a schedule could not start something      with Alerting  AWS/SQS
//	HighRiskJump         the share at high risk jumped             with a limit   ClinicalRisk
//	ExpiringApprovals    requests for approval are about to expire with Approvals ClinicalRisk
//	RefusedSignatures    somebody may not sign, or a record is wrong with Approvals ClinicalRisk
//	KeyChanges           a key of records or trail is at risk      with Trail     ClinicalRisk
//	TrailChanges         somebody changed or stopped the trail     with Trail     ClinicalRisk
//	BucketChanges        a guard of a bucket of records changed    with Trail     ClinicalRisk
//
// Every alarm publishes to the operations topic: the construct extends the policies of the topic and of its key. CloudWatch
// delivers metrics at best effort (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html). Therefore
// the pipeline also reports executions that did not succeed through EventBridge.
//
// An alarm is as reliable as its treatment of missing data. A counter without data has counted nothing: its alarm treats
// missing data as OK, returns to OK, and goes off again for the next failure. For a run that is due, and for the count of
// requests that expire soon, missing data is the breach itself: these two alarms go off after their first deployment, and return
// to OK with the first run and the first count. If they do not, nothing starts or nothing counts. No alarm names a unit: with a unit other than the metric's
// own it would never see data.
package monitoring
