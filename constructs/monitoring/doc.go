// Package monitoring has the construct [Monitoring]: alarms on what a clinical risk pipeline does and on what it fails to
// do, and a dashboard.
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
//	ExpiringApprovals    requests for approval are about to expire with Approvals ClinicalRisk
//
// Every alarm reaches the operations topic, whose policy and key are extended for that. Metrics are delivered at best effort
// (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html), which is why the pipeline also reports
// executions that did not succeed through EventBridge.
//
// How a metric without data is taken decides whether an alarm can be trusted. A counter without data has counted nothing:
// there, missing data is no breach, so that an alarm falls back to OK and goes off again for the next failure. For a run that
// is due, and for the count of requests that are about to expire, missing data is the breach itself. No alarm names a unit:
// one that differs from the metric's own would never see data.
package monitoring
