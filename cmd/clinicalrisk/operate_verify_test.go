package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/program"
)

// A report says what is found and what nobody can say, on the terminal and in files.
func TestVerifyAnExecution(t *testing.T) {
	d := deploy(t, answerTasks)
	was := newPorts
	newPorts = func(context.Context, *verifyCommand, aws.Config, pipelineOf) proof.Ports { return proof.Ports{} }
	t.Cleanup(func() { newPorts = was })
	d.operate("start", "--name", "one", "--wait", write(t, "in.jsonl", input("S-1")))
	dir := filepath.Join(t.TempDir(), "file")
	code, stdout, stderr := d.operate("verify", "--assembly", testAssembly, "--out", dir, executionPrefix+"one")
	d.want(code, program.ExitFailed, stdout, stderr, "found           outcome", "message id m-1", "not verifiable  model", "the state machine has the tag definition-digest of the assembly",
		"clinicalrisk: one: 8 found, 0 missing, 6 not verifiable\n")
	for _, ending := range []string{".html", ".json"} {
		text, err := os.ReadFile(filepath.Join(dir, "verify-one"+ending))
		if err != nil || !strings.Contains(string(text), "message id m-1") || strings.Contains(string(text), "secret") {
			t.Errorf("%s: %v\n%s", ending, err, text)
		}
	}
	code, stdout, stderr = d.operate("verify", "--json", "--assembly", t.TempDir(), executionPrefix+"one")
	d.want(code, program.ExitFailed, stdout, stderr, "there is no assembly to compare it with")
	var report proof.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Result != proof.Unverifiable {
		t.Errorf("%v, report %s", err, stdout)
	}
	code, stdout, stderr = d.operate("verify", executionPrefix+"nobody")
	d.want(code, program.ExitUsage, stdout, stderr, "no such execution in this account and region")
}

// With the clients of AWS, what AWS refuses is not verifiable, and nothing is printed of what it says.
func TestVerifyWithTheClientsOfAWS(t *testing.T) {
	d := deploy(t, answerTasks)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	d.operate("start", "--name", "one", "--wait", write(t, "in.jsonl", input("S-1")))
	code, stdout, stderr := d.operate("verify", "--assembly", testAssembly, "--trail-logs", "trail", executionPrefix+"one")
	d.want(code, program.ExitFailed, stdout, stderr, "EMR DescribeStep", "CloudWatch Logs FilterLogEvents", "found           alert")
	if strings.Contains(stdout, "missing") {
		t.Errorf("missing is what AWS refused:\n%s", stdout)
	}
}
