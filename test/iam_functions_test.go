package test

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/workflow/alert"
)

// operations returns what a call of an approval function needs from the function's role, by service and operation.
var operations = map[string]func(d *deployment, c call) []need{
	"DynamoDB:GetItem": func(d *deployment, c call) []need { return d.item(c, "GetItem") },
	"DynamoDB:PutItem": func(d *deployment, c call) []need { return d.item(c, "PutItem") },
	"SNS:Publish":      func(d *deployment, c call) []need { return d.publish(c.text("TopicArn")) },
	"DynamoDB:Scan":    func(d *deployment, c call) []need { return d.item(c, "Scan") },
	"DynamoDB:Query": func(d *deployment, c call) []need {
		if d.isRegistry(c) {
			return d.registryItem(c, "Query")
		}
		return append(d.requestsKey(c), itemsOf(tableARN(c)+"/index/"+c.text("IndexName"), "Query"))
	},
	"S3:GetObject": func(d *deployment, c call) []need { return d.readObject(c) },
	"S3:PutObject": func(d *deployment, c call) []need {
		if c.arguments["IfNoneMatch"] == nil {
			return d.replaceObject(c)
		}
		return d.writeObject(c)
	},
	"S3:ListObjectsV2": func(_ *deployment, c call) []need {
		bucket := "arn:aws:s3:::" + c.text("Bucket")
		return []need{{
			actions: actions("s3", "ListBucket"), resource: bucket, others: renamed(bucket),
			context: values{"s3:prefix": c.text("Prefix")}, refused: prefixesOfOthers(c),
		}}
	},
	"SFN:SendTaskSuccess": func(d *deployment, _ call) []need {
		machine := d.arn("AWS::StepFunctions::StateMachine", "Pipeline")
		return []need{{actions: actions("states", "SendTaskSuccess"), resource: machine, others: renamed(machine)}}
	},
	// The history is encrypted with the state machine's key:
	// https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
	"SFN:GetExecutionHistory": func(d *deployment, c call) []need {
		execution := c.text("ExecutionArn")
		machine := d.find("AWS::StepFunctions::StateMachine", "Pipeline")
		others := []string{own("states", "execution:neighbour:run-1"), own("states", "execution:"+d.resolver.name(machine)+"-2:run-1")}
		needs := []need{{actions: actions("states", "GetExecutionHistory"), resource: execution, others: others}}
		if encryption, ok := d.resources[machine]["EncryptionConfiguration"].(object); ok {
			key := encryption["KmsKeyId"].(string)
			needs = append(needs, need{
				actions: actions("kms", "Decrypt"), resource: key, others: renamed(key),
				context: viaService("states").with(machineContext, d.resolver.arn(machine)),
				refused: []values{{"kms:ViaService": "none"}, viaService("states").with(machineContext, d.resolver.arn(machine)+"-2")},
			})
		}
		return needs
	},
	"CloudWatch Logs:FilterLogEvents": func(d *deployment, c call) []need {
		// The policy names the group with ":*": https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
		group := own("logs", "log-group:"+c.text("LogGroupName"))
		needs := []need{{
			actions: actions("logs", "FilterLogEvents"), resource: group + ":log-stream:",
			others: []string{own("logs", "log-group:neighbour:log-stream:"), group + "-2:log-stream:"},
		}}
		return append(needs, d.encryption(group+":*", "logs", "Decrypt")...)
	},
}

func tableARN(c call) string { return own("dynamodb", "table/"+c.text("TableName")) }

func itemsOf(resource, action string) need {
	return need{actions: actions("dynamodb", action), resource: resource, others: renamed(resource)}
}

func (d *deployment) item(c call, action string) []need {
	if d.isRegistry(c) {
		return d.registryItem(c, action)
	}
	return append(d.requestsKey(c), itemsOf(tableARN(c), action))
}

// requestsKey returns what DynamoDB needs from the callers of an encrypted table:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
func (d *deployment) requestsKey(c call) []need {
	return d.encryption(tableARN(c), "dynamodb", "Decrypt DescribeKey Encrypt GenerateDataKey ReEncryptFrom ReEncryptTo")
}

// functionNeeds returns what the functions of the approval need.
func (d *deployment) functionNeeds(t *testing.T) []claim {
	t.Helper()
	if d.find("AWS::DynamoDB::Table", "ApprovalRequests") == "" {
		return nil
	}
	var needs []claim
	all := d.functionCalls(t)
	maps.Copy(all, d.alertCalls())
	for role, calls := range all {
		who, logs := d.role(role), strings.TrimSuffix(role, "Role")+"Logs"
		for _, c := range calls {
			row := operations[c.integration]
			if row == nil {
				t.Fatalf("%s calls %s, which operations does not list", role, c.integration)
			}
			for _, n := range row(d, c) {
				needs = append(needs, claim{who, c.integration, n})
			}
		}
		needs = append(needs, claim{who, "logs", need{
			actions: actions("logs", "CreateLogStream PutLogEvents"), resource: d.logStream(logs, "2026/11/22/1"),
			others: []string{d.logStream("PipelineLogs", "2026/11/22/1")},
		}})
	}
	return needs
}

// functionCalls returns the calls of the two functions of the approval, by the logical ids of their roles. Each function makes
// every call of its ports, with the clients of the SDK.
func (d *deployment) functionCalls(t *testing.T) map[string][]call {
	t.Helper()
	execution := own("states", "execution:"+d.resolver.name(d.find("AWS::StepFunctions::StateMachine", "Pipeline"))+":run-1")
	table := d.resolver.name(d.find("AWS::DynamoDB::Table", "ApprovalRequests"))
	bucket := d.resolver.name(d.find("AWS::S3::Bucket", "RecordsBucket"))
	ctx := context.Background()

	var request []call
	config := recordingConfig(&request)
	store := cloud.Store{Client: dynamodb.NewFromConfig(config), Table: table}
	_, _ = store.Get(ctx, "ap-1")
	_ = store.Put(ctx, &approval.Approval{})
	_ = cloud.Notifier{Client: sns.NewFromConfig(config), Topic: d.arn("AWS::SNS::Topic", "ApprovalApproversTopic")}.Notify(ctx, approval.Message{})

	var decide []call
	config = recordingConfig(&decide)
	store.Client = dynamodb.NewFromConfig(config)
	_, _ = store.Get(ctx, "ap-1")
	_ = store.Put(ctx, &approval.Approval{})
	_, _ = store.List(ctx, true)
	_, _ = store.List(ctx, false)
	objects := cloud.Objects{Client: s3.NewFromConfig(config), Bucket: bucket}
	decisions, approvals := "decisions/run-1/", approval.ApprovalsPrefix
	folders := []string{decisions, approvals}
	if d.ofOneTrial() {
		decisions, approvals = "decisions/T-1/run-1/", approvals+"T-1/"
		folders = []string{decisions, approvals, alert.Folder + "T-1/line/"}
	}
	for _, folder := range folders {
		_, _ = objects.List(ctx, folder)
		_, _, _ = objects.Read(ctx, folder+"ap-1.json") // a refused read also lists
	}
	_, _ = objects.Create(ctx, approvals+"ap-1.json", nil)
	tasks := cloud.Tasks{Client: sfn.NewFromConfig(config)}
	_ = tasks.Succeed(ctx, "token", nil)
	_, _ = tasks.Completed(ctx, execution, []byte("{}"))
	_, _ = cloud.Starts{
		Client: cloudwatchlogs.NewFromConfig(config), History: sfn.NewFromConfig(config), Group: d.resolver.name(d.find("AWS::Logs::LogGroup", "TrailLogs")), Now: time.Now,
	}.Starters(ctx, &approval.Request{Execution: execution, StartedAt: time.Now()})
	if d.ofOneTrial() {
		request, decide = ofOneTrial(request), ofOneTrial(decide)
	}
	return map[string][]call{"ApprovalRequestFunctionRole": request, "ApprovalDecideFunctionRole": decide}
}

// recordingConfig configures clients that note their calls and refuse each of them.
func recordingConfig(calls *[]call) aws.Config {
	note := middleware.InitializeMiddlewareFunc("note", func(ctx context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		arguments := object{}
		text, err := json.Marshal(in.Parameters)
		if err == nil {
			err = json.Unmarshal(text, &arguments)
		}
		*calls = append(*calls, call{integration: awsmiddleware.GetServiceID(ctx) + ":" + awsmiddleware.GetOperationName(ctx), arguments: arguments})
		if err == nil {
			err = &smithy.GenericAPIError{Code: "AccessDenied"}
		}
		return middleware.InitializeOutput{}, middleware.Metadata{}, err
	})
	return aws.Config{Region: ownRegion, APIOptions: []func(*middleware.Stack) error{
		func(stack *middleware.Stack) error { return stack.Initialize.Add(note, middleware.After) },
	}}
}

// TestEveryOperationOfTheFunctionsIsKnown compares operations with the interfaces through which the functions call AWS.
func TestEveryOperationOfTheFunctionsIsKnown(t *testing.T) {
	known := map[string]bool{}
	for service, client := range map[string]reflect.Type{
		"DynamoDB": reflect.TypeFor[cloud.DynamoDB](), "S3": reflect.TypeFor[cloud.S3](), "SNS": reflect.TypeFor[cloud.SNS](),
		"SFN": reflect.TypeFor[cloud.StepFunctions](), "CloudWatch Logs": reflect.TypeFor[cloudwatchlogs.FilterLogEventsAPIClient](),
	} {
		for method := range client.Methods() {
			known[service+":"+method.Name] = true
			if operations[service+":"+method.Name] == nil {
				t.Errorf("the functions may call %s:%s, which operations does not list", service, method.Name)
			}
		}
	}
	for name := range operations {
		if !known[name] {
			t.Errorf("no function can call %s", name)
		}
	}
}
