package serve_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"clinical-risk-pipeline/asl/serve"
)

// withoutPrefix keeps a client of the SDK for Go from adding "sync-" to the host of some operations. docs/serve.md shows it.
func withoutPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("WithoutPrefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
}

// sdk is a client of the SDK for Go, with a server in virtual time.
func sdk(t *testing.T) (context.Context, *sfn.Client) {
	t.Helper()
	server, err := serve.New(serve.Config{Time: serve.Virtual})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() { web.Close(); _ = server.Close() })
	client := sfn.New(sfn.Options{BaseEndpoint: &web.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		APIOptions: []func(*middleware.Stack) error{withoutPrefix}})
	return t.Context(), client
}

// create creates a state machine with a version and returns both ARNs.
func create(ctx context.Context, t *testing.T, client *sfn.Client, name string, kind types.StateMachineType, definition string) (machine, version *string) {
	t.Helper()
	made, err := client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: &name, Definition: &definition, Type: kind, Publish: true,
		RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
	if err != nil {
		t.Fatal(err)
	}
	return made.StateMachineArn, made.StateMachineVersionArn
}

// ends waits for the end of an execution.
func ends(ctx context.Context, t *testing.T, client *sfn.Client, execution *string) *sfn.DescribeExecutionOutput {
	t.Helper()
	for {
		x, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: execution})
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != types.ExecutionStatusRunning {
			return x
		}
	}
}

func TestTheSDKRunsAndRedrives(t *testing.T) {
	ctx, client := sdk(t)
	activity, err := client.CreateActivity(ctx, &sfn.CreateActivityInput{Name: aws.String("work")})
	if err != nil {
		t.Fatal(err)
	}
	machine, version := create(ctx, t, client, "m", types.StateMachineTypeStandard, `{"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 31000000, "Next": "Work"},
		"Work": {"Type": "Task", "Resource": "`+*activity.ActivityArn+`", "HeartbeatSeconds": 600, "End": true}}}`)
	alias, err := client.CreateStateMachineAlias(ctx, &sfn.CreateStateMachineAliasInput{Name: aws.String("live"),
		RoutingConfiguration: []types.RoutingConfigurationListItem{{StateMachineVersionArn: version, Weight: 100}}})
	if err != nil {
		t.Fatal(err)
	}
	started, err := client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: alias.StateMachineAliasArn, Name: aws.String("x"), Input: aws.String(`{"n": 1}`)})
	if err != nil {
		t.Fatal(err)
	}
	for _, fails := range []bool{true, false} { // The second worker takes the task of the redrive.
		work, err := client.GetActivityTask(ctx, &sfn.GetActivityTaskInput{ActivityArn: activity.ActivityArn, WorkerName: aws.String("w")})
		if err != nil || aws.ToString(work.Input) != `{"n":1}` {
			t.Fatalf("work %+v, %v", work, err)
		}
		if _, err := client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: work.TaskToken}); err != nil {
			t.Fatal(err)
		}
		if !fails {
			if _, err := client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: work.TaskToken, Output: aws.String(`{"done": true}`)}); err != nil {
				t.Fatal(err)
			}
			break
		}
		if _, err := client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: work.TaskToken, Error: aws.String("Busy"), Cause: aws.String("later")}); err != nil {
			t.Fatal(err)
		}
		if x := ends(ctx, t, client, started.ExecutionArn); x.Status != types.ExecutionStatusFailed || aws.ToString(x.Error) != "Busy" {
			t.Fatalf("%s %s", x.Status, aws.ToString(x.Error))
		}
		if _, err := client.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: started.ExecutionArn}); err != nil {
			t.Fatal(err)
		}
	}
	x := ends(ctx, t, client, started.ExecutionArn)
	if x.Status != types.ExecutionStatusSucceeded || aws.ToString(x.Output) != `{"done":true}` || *x.RedriveCount != 1 || aws.ToString(x.StateMachineAliasArn) != *alias.StateMachineAliasArn {
		t.Errorf("%s %s, redriven %d times, through %s", x.Status, aws.ToString(x.Output), *x.RedriveCount, aws.ToString(x.StateMachineAliasArn))
	}
	if days := x.StopDate.Sub(*x.StartDate).Hours() / 24; days < 358 { // and it took no time
		t.Errorf("it stopped after %v days", days)
	}
	events := 0
	for pages := sfn.NewGetExecutionHistoryPaginator(client, &sfn.GetExecutionHistoryInput{ExecutionArn: started.ExecutionArn, MaxResults: 3}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		events += len(page.Events)
	}
	if events < 12 {
		t.Errorf("the history has %d events", events)
	}
	if _, err := client.DeleteStateMachineVersion(ctx, &sfn.DeleteStateMachineVersionInput{StateMachineVersionArn: version}); !is[*types.ConflictException](err) {
		t.Errorf("a version of an alias can be deleted: %v", err)
	}
	if _, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(*started.ExecutionArn + "y")}); !is[*types.ExecutionDoesNotExist](err) {
		t.Errorf("an unknown execution: %v", err)
	}
	if _, err := client.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: machine}); err != nil {
		t.Error(err)
	}
}

// is reports whether an error has the type of an exception.
func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// StartSyncExecution and TestState are the operations for which clients add "sync-" to the host.
func TestTheSDKReachesWhatIsAtSync(t *testing.T) {
	ctx, client := sdk(t)
	machine, _ := create(ctx, t, client, "fast", types.StateMachineTypeExpress, `{"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"n": 2}, "End": true}}}`)
	ran, err := client.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: machine})
	if err != nil || ran.Status != types.SyncExecutionStatusSucceeded || aws.ToString(ran.Output) != `{"n":2}` {
		t.Errorf("%+v, %v", ran, err)
	}
	tested, err := client.TestState(ctx, &sfn.TestStateInput{Definition: aws.String(`{"Type": "Pass", "Parameters": {"b.$": "$.a"}, "End": true}`), Input: aws.String(`{"a": 7}`),
		RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
	if err != nil || tested.Status != types.TestExecutionStatusSucceeded || aws.ToString(tested.Output) != `{"b":7}` {
		t.Errorf("%+v, %v", tested, err)
	}
}

// The definition of many tutorials calls an integration that does not exist: CreateStateMachine refuses it and says so.
func TestTheSDKHearsWhyADefinitionIsRefused(t *testing.T) {
	ctx, client := sdk(t)
	definition := `{"StartAt": "InvokeModel", "States": {"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::sagemaker:invokeEndpoint.sync", "End": true}}}`
	_, err := client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: aws.String("ClinicalRiskPipeline"), Definition: &definition, RoleArn: aws.String("arn:aws:iam::123456789012:role/r")})
	if fault, ok := errors.AsType[*types.InvalidDefinition](err); !ok || fault.ErrorMessage() == "" {
		t.Fatal(err)
	}
	valid, err := client.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{Definition: &definition})
	if err != nil || valid.Result != types.ValidateStateMachineDefinitionResultCodeFail || len(valid.Diagnostics) != 1 {
		t.Errorf("%+v, %v", valid, err)
	}
}
