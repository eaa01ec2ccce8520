package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"clinical-risk-pipeline/internal/program"
)

// served runs `clinicalrisk serve` until the test ends, and returns a client and the aliases by the names of their state machines.
func served(t *testing.T, arguments ...string) (*sfn.Client, map[string]string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		arguments := append([]string{"serve", "--address", "127.0.0.1:0", "--assembly", testAssembly, "--out", filepath.Join(t.TempDir(), "out")}, arguments...)
		ended <- newProgram().Run(ctx, arguments, program.Streams{In: strings.NewReader(""), Out: writer, Err: io.Discard})
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != program.ExitOK {
			t.Errorf("exit code %d", code)
		}
	})
	line := make([]byte, 200)
	n, err := reader.Read(line)
	address, _, _ := strings.Cut(strings.TrimPrefix(string(line[:n]), "Step Functions at "), ". ")
	if err != nil || !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("%q, %v", line[:n], err)
	}
	client := sfn.New(sfn.Options{BaseEndpoint: &address, Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	machines, err := client.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	if err != nil {
		t.Fatal(err)
	}
	aliases := map[string]string{}
	for _, m := range machines.StateMachines {
		found, err := client.ListStateMachineAliases(t.Context(), &sfn.ListStateMachineAliasesInput{StateMachineArn: m.StateMachineArn})
		if err != nil {
			t.Fatal(err)
		}
		for _, alias := range found.StateMachineAliases {
			aliases[*m.Name] = *alias.StateMachineAliasArn
		}
	}
	return client, aliases
}

// ended starts an execution and waits for its end.
func ended(t *testing.T, client *sfn.Client, machine, input string) *sfn.DescribeExecutionOutput {
	t.Helper()
	started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	if err != nil {
		t.Fatal(err)
	}
	for {
		x, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != types.ExecutionStatusRunning {
			return x
		}
		time.Sleep(5 * time.Millisecond) // a poll, as every client of the API does it
	}
}

// entered returns the names of the states that an execution entered.
func entered(t *testing.T, client *sfn.Client, execution *string) (states []string) {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(client, &sfn.GetExecutionHistoryInput{ExecutionArn: execution})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			if e.StateEnteredEventDetails != nil {
				states = append(states, *e.StateEnteredEventDetails.Name)
			}
		}
	}
	return states
}

func TestServeRunsTheEnvironmentsPipelines(t *testing.T) {
	client, aliases := served(t)
	if len(aliases) != 1 {
		t.Fatalf("the aliases are %v, want one", aliases)
	}
	for _, alias := range aliases {
		if !strings.HasSuffix(alias, ":live") {
			t.Errorf("the alias is %s", alias)
		}
		x := ended(t, client, alias, `{"subject": "S-1", "trialId": "T-1", "transformed_features": {"site_discontinued_share": 0.9, "medical_history_count": 3, "depression_score": 40}}`)
		if x.Status != types.ExecutionStatusSucceeded || aws.ToString(x.StateMachineAliasArn) != alias || aws.ToString(x.StateMachineVersionArn) == "" {
			t.Errorf("%s %s %s through %v", x.Status, aws.ToString(x.Error), aws.ToString(x.Cause), x.StateMachineAliasArn)
		}
		if states := strings.Join(entered(t, client, x.ExecutionArn), " "); !strings.Contains(states, "InvokeModel CheckRisk") {
			t.Errorf("the execution entered %s", states)
		}
		if x := ended(t, client, alias, `{"subject": "S-1"}`); x.Status != types.ExecutionStatusFailed {
			t.Errorf("an input without features: %s", x.Status)
		}
	}
}

func TestServeRunsACohort(t *testing.T) {
	file := write(t, "cohort.jsonl", `{"subject": "S-1", "features": {"site_discontinued_share": 0.9, "medical_history_count": 3, "depression_score": 40}}`+"\n")
	client, aliases := served(t, "--environment", "full", "--cohort", file, "--approve", "all")
	found := false
	for name, alias := range aliases {
		if !strings.Contains(name, "Cohort") {
			continue
		}
		found = true
		x := ended(t, client, alias, `{}`)
		if states := strings.Join(entered(t, client, x.ExecutionArn), " "); x.Status != types.ExecutionStatusSucceeded || !strings.Contains(states, "ScoreCohort") {
			t.Errorf("%s %s %s by %s", x.Status, aws.ToString(x.Error), aws.ToString(x.Cause), states)
		}
		runs, err := client.ListMapRuns(t.Context(), &sfn.ListMapRunsInput{ExecutionArn: x.ExecutionArn})
		if err != nil || len(runs.MapRuns) != 1 {
			t.Errorf("map runs %v, %v", runs, err)
		}
	}
	if !found {
		t.Errorf("no cohort pipeline in %v", aliases)
	}
}

func TestServeFaults(t *testing.T) {
	for want, arguments := range map[string][]string{
		`no environment "moon"`:              {"--environment", "moon"},
		"approvals must be":                  {"--approve", "nobody.json"},
		"no such file":                       {"--cohort", "missing.csv"},
		"use 127.0.0.1, or add --any-client": {"--address", "0.0.0.0:0"},
	} {
		code, _, stderr := clinicalrisk(t, "", append([]string{"serve", "--assembly", testAssembly, "--out", filepath.Join(t.TempDir(), "out")}, arguments...)...)
		if code != program.ExitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d, %s", arguments, code, stderr)
		}
	}
}
