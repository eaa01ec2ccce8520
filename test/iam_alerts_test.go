package test

import (
	"context"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/lambda/alerts"
	alertcloud "clinical-risk-pipeline/lambda/alerts/cloud"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/workflow/alert"
)

// registeredStack is what an environment deploys for the trial T-1, in one stack: with addresses, people, approvers and schedules.
func registeredStack(stack awscdk.Stack) {
	registered := registeredTrial()
	registered.Recipients[0].Emails = []string{"site@example.org"}
	p := recordedProps(stack)
	trail := audit.NewTrail(stack, "Trail", &audit.TrailProps{
		Records: p.Records, EndpointName: registered.Endpoint.Name, LogRetention: awslogs.RetentionDays_ONE_YEAR,
	})
	p.Cohort = &risk.Cohort{BatchSize: smallBatchSize, Prefix: "cohorts/T-1", Bucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Cohorts"), &awss3.BucketAttributes{
		BucketName: jsii.String(cohortsBucket), EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("CohortsKey"), jsii.String(cohortsKey)),
	})}
	addAlerts(stack, p, registered)
	p.Approval = approval.NewApproval(stack, "Approval", &approval.ApprovalProps{
		Approvers: []string{approverRole}, RecordBucket: p.Records.Bucket(), TrialID: registered.ID, Alerts: true, TrailLogGroup: trail.StartLogs(), TrailLogKey: trail.Key(),
	})
	p.Downstream = []risk.Downstream{review(stack)}
	pipeline := risk.NewClinicalRiskPipeline(stack, "Pipeline", p)
	monitoring.NewMonitoring(stack, "Monitoring", &monitoring.MonitoringProps{
		StateMachine: pipeline.StateMachine(), EndpointName: p.EndpointName, Alerts: pipeline.AlertTopic(), Operations: pipeline.OperationsTopic(),
		DeadLetters: p.Alerts.Undelivered(),
		Alerting:    &monitoring.Alerting{Update: p.Alerts.UpdateFunction(), Watch: p.Alerts.WatchFunction(), Act: p.Alerts.ActFunction(), Missed: p.Alerts.Missed()},
	})
	p.Alerts.RunOnSchedule(release.NewRelease(stack, "Release", &release.ReleaseProps{StateMachine: pipeline.StateMachine()}).AliasARN())

	operations := awssns.NewTopic(stack, jsii.String("OperationsTopic"), &awssns.TopicProps{MasterKey: p.Alerts.Registry().Key(), EnforceSSL: jsii.Bool(true)})
	monitoring.NewProtection(stack, "Protection", &monitoring.ProtectionProps{Trail: trail, Operations: operations})
}

// scheduleGroup is the group of the schedules, on whose behalf EventBridge Scheduler assumes their roles:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
func scheduleGroup(*deployment) string { return own("scheduler", "schedule-group/default") }

// ofOneTrial tells whether the stack is that of the trial T-1.
func (d *deployment) ofOneTrial() bool {
	return d.find("AWS::Lambda::Function", "AlertsUpdateFunction") != ""
}

// ofOneTrial marks calls that must not reach another trial.
func ofOneTrial(calls []call) []call {
	for i := range calls {
		for _, argument := range []string{"Key", "Prefix"} {
			if key, _ := calls[i].arguments[argument].(string); strings.Contains(key, "/T-1/") {
				calls[i].ofOneTrial = true
			}
		}
	}
	return calls
}

// prefixesOfOthers are prefixes below which a caller lists nothing.
func prefixesOfOthers(c call) []values {
	refused := []values{{"s3:prefix": ""}, {"s3:prefix": "neighbour/"}}
	if c.ofOneTrial {
		refused = append(refused, values{"s3:prefix": strings.Replace(c.text("Prefix"), "/T-1/", "/T-2/", 1)})
	}
	return refused
}

// isRegistry tells whether a call is about the registry of alerts.
func (d *deployment) isRegistry(c call) bool {
	id := d.find("AWS::DynamoDB::Table", "RegistryTable")
	return id != "" && d.resolver.name(id) == c.text("TableName")
}

// registryItem returns what a call of the registry needs: the key of the table, and the trial's own partition.
func (d *deployment) registryItem(c call, action string) []need {
	n := itemsOf(tableARN(c), action)
	n.context = values{"dynamodb:LeadingKeys": []string{alert.Partition("T-1")}}
	n.refused = []values{{"dynamodb:LeadingKeys": []string{alert.Partition("T-2")}}, {"dynamodb:LeadingKeys": nil}}
	return append(d.requestsKey(c), n)
}

// replaceObject writes an object that may be there already.
func (d *deployment) replaceObject(c call) []need {
	return append(d.encryption("arn:aws:s3:::"+c.text("Bucket"), "s3", "GenerateDataKey"), objectNeed(c, "PutObject"))
}

// alertCalls returns the calls of the functions of the alerts, by the logical ids of their roles.
func (d *deployment) alertCalls() map[string][]call {
	if !d.ofOneTrial() {
		return nil
	}
	ctx, lists := context.Background(), []string{"trial/worklist.html", "sites/S01/worklist.html"}
	table, records := d.resolver.name(d.find("AWS::DynamoDB::Table", "RegistryTable")), d.resolver.name(d.find("AWS::S3::Bucket", "RecordsBucket"))
	common := func(calls *[]call) (cloud.Objects, s3.Client) {
		config := recordingConfig(calls)
		registry := alertcloud.Registry{Client: dynamodb.NewFromConfig(config), Table: table, Trial: "T-1"}
		_, _ = registry.Get(ctx, "HEAD#m")
		_ = registry.Put(ctx, alerts.Entry{Key: "HEAD#m", Body: []byte("{}")})
		for _, err := range registry.List(ctx, "ITEM#m#") {
			if err != nil { // every call is refused
				break
			}
		}
		client := s3.NewFromConfig(config)
		events := cloud.Objects{Client: client, Bucket: records}
		_, _, _ = events.Read(ctx, "alerts/T-1/line/000001.json") // a refused read also lists
		_, _ = events.Create(ctx, "alerts/T-1/line/000001.json", nil)
		for _, list := range lists {
			_ = alertcloud.Worklists{Client: client, Bucket: d.resolver.name(d.find("AWS::S3::Bucket", "AlertsWorklists"))}.Put(ctx, list, "text/html", nil)
		}
		return events, *client
	}
	tell := func(calls *[]call) {
		_ = alertcloud.Teller{Notifier: cloud.Notifier{Client: sns.NewFromConfig(recordingConfig(calls)), Topic: d.arn("AWS::SNS::Topic", "AlertsTopic")}}.Tell(ctx, alert.Message{})
	}
	var update, watch, act []call
	events, client := common(&update)
	_, _ = events.List(ctx, "decisions/T-1/run-1/")
	_, _, _ = events.Read(ctx, "decisions/T-1/run-1/a.json")
	_, _, _ = events.Read(ctx, "exclusions/T-1/run-1.json")
	_, _ = events.Create(ctx, "exclusions/T-1/run-1.json", nil)
	cohorts := alertcloud.Cohorts{Client: &client}
	_, _ = cohorts.Open(ctx, alert.Object{Bucket: cohortsBucket, Key: "cohorts/T-1/run-1/cohort.jsonl", VersionID: "v-1"})
	_, _ = cohorts.Open(ctx, alert.Object{Bucket: cohortsBucket, Key: "cohorts/T-1/run-1/excluded.jsonl"})
	tell(&update)
	_, _ = common(&watch)
	tell(&watch)
	_, _ = common(&act)
	return map[string][]call{
		"AlertsUpdateFunctionRole": ofOneTrial(update), "AlertsWatchFunctionRole": ofOneTrial(watch), "AlertsActFunctionRole": ofOneTrial(act),
	}
}

// alertPeopleNeeds are what people, schedules and operations need of the alerts of a trial.
func (d *deployment) alertPeopleNeeds() []claim {
	if !d.ofOneTrial() {
		return nil
	}
	act, watch := d.arn("AWS::Lambda::Function", "AlertsActFunction"), d.arn("AWS::Lambda::Function", "AlertsWatchFunction")
	bucket, missed := d.arn("AWS::S3::Bucket", "AlertsWorklists"), d.arn("AWS::SQS::Queue", "AlertsMissed")
	alias := d.arn("AWS::StepFunctions::StateMachineAlias", "Release")
	monitor, other := session(approverRole), session(approverRole+"-2")
	user := actor{name: "monitor", principal: approverUser, context: values{"aws:PrincipalArn": approverUser, "aws:PrincipalAccount": ownAccount}}
	invoke := need{actions: actions("lambda", "InvokeFunction"), resource: act}
	read := need{actions: actions("s3", "GetObject"), resource: bucket + "/sites/S01/worklist.html"}
	never := func(n need) need { n.never = true; return n }
	needs := []claim{
		{monitor, "acts", invoke}, {user, "acts", invoke}, {other, "acts", never(invoke)},
		{monitor, "reads a worklist", read}, {user, "reads a worklist", read}, {other, "reads a worklist", never(read)},
		{d.role("AlertsWatchDailyRole"), "watches", need{actions: actions("lambda", "InvokeFunction"), resource: watch, others: []string{act, watch + "-2"}}},
		{d.role("AlertsRunRole"), "starts a run", need{
			actions: actions("states", "StartExecution"), resource: alias, others: []string{alias + "-2", d.arn("AWS::StepFunctions::StateMachine", "Pipeline")},
		}},
	}
	for _, role := range []string{"AlertsWatchDailyRole", "AlertsRunRole"} {
		needs = append(needs, claim{d.role(role), "keeps what it missed", need{actions: actions("sqs", "SendMessage"), resource: missed, others: renamed(missed)}})
		for _, n := range d.encryption(missed, "sqs", "Decrypt GenerateDataKey") {
			needs = append(needs, claim{d.role(role), "keeps what it missed", n})
		}
	}
	for _, who := range []actor{monitor, user} {
		for _, n := range d.encryption(bucket, "s3", "Decrypt") {
			n.others = nil
			needs = append(needs, claim{who, "reads a worklist", n})
		}
	}
	table := d.arn("AWS::DynamoDB::Table", "RegistryTable")
	for _, n := range d.encryption(table, "dynamodb", "CreateGrant") {
		needs = append(needs, claim{byDeployment, "makes the registry", n})
	}
	needs = append(needs, d.readers("operations read what was missed", missed, "sqs", "Decrypt GenerateDataKey")...)
	return append(needs, d.readers("an auditor reads a worklist", bucket, "s3", "Decrypt")...)
}
