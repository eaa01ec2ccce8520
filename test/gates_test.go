package test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/gates"
	"clinical-risk-pipeline/stages"
)

// acceptedFindings is the number of accepted findings, each a rule at a resource. Change it only on purpose.
const acceptedFindings = 182

// TestGates synthesizes behind the gates, in a process of its own: they take seconds, and the CDK's kernel reads the switch from
// the environment that it starts in.
//
// Requirements: P11-10a, SRC-16
func TestGates(t *testing.T) {
	if !gates.On() {
		var output bytes.Buffer
		var code int
		inBackground(t, func() { code = rerun([]string{"-test.run=^TestGates$"}, "true", &output, &output) })
		if code != 0 {
			t.Fatal(output.String())
		}
		return
	}
	t.Run("findings stop a synthesis", testGatesStop)
	t.Run("no findings", testNothingFound)
	t.Run("suppressions", testSuppressions)
	t.Run("rules", testRules)
	t.Run("every rule is tried", testRulesTried)
}

// behindGates synthesizes an application behind the gates. Findings do not stop it, as under the command line.
func behindGates(t *testing.T, dir string, build func(awscdk.App)) {
	t.Helper()
	orFatal(t, func() {
		app := newApp(dir)
		app.Node().SetContext(jsii.String("@aws-cdk/core:failSynthOnValidationErrors"), false) // as the command line sets it
		build(app)
		gates.Synth(app)
	})
}

// behindAllGates synthesizes the environments and a promotion behind the gates, once.
func behindAllGates(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch, "gated")
	if _, err := os.Stat(dir); err != nil {
		behindGates(t, dir, func(app awscdk.App) {
			for _, environment := range slices.Concat(stages.Environments(), extremeEnvironments()) {
				stages.NewStage(app, environment)
			}
			stages.NewPromotion(app, promotionProps(t))
		})
	}
	return dir
}

// testNothingFound fails on any finding of any gate, including warnings.
func testNothingFound(t *testing.T) {
	dir := behindAllGates(t)
	for _, finding := range reportedFindings(t, dir) {
		t.Error(finding)
	}
	if output, code := synthesizeBy(t, dir); code != 0 {
		t.Errorf("cdk synth: exit code %d: %s", code, output)
	}
	looked := []string{"Promotion"}
	for _, environment := range slices.Concat(stages.Environments(), extremeEnvironments()) {
		for _, stack := range slices.Concat(stacksOf(environment), trialStacksOf(environment)) {
			looked = append(looked, environment.StageID()+"-"+stack)
		}
	}
	for _, pack := range gates.Packs() { // a pack that checks nothing finds nothing
		for _, stack := range looked {
			if rows := nagReport(t, filepath.Join(dir, pack+"-"+stack+"-NagReport.csv")); len(rows) == 0 {
				t.Errorf("%s did not check %s", pack, stack)
			}
		}
	}
}

// testGatesStop breaks a rule of each gate and runs the CDK's command line on the result.
func testGatesStop(t *testing.T) {
	dir := filepath.Join(scratch, "broken")
	behindGates(t, dir, func(app awscdk.App) {
		stack := awscdk.NewStack(awscdk.NewStage(app, jsii.String("Dev"), nil), jsii.String("Broken"), nil)
		awssns.NewTopic(stack, jsii.String("Topic"), nil)
		awssqs.NewCfnQueue(stack, jsii.String("Queue"), &awssqs.CfnQueueProps{DelaySeconds: jsii.Number(100000)})
	})
	output, code := synthesizeBy(t, dir)
	if code != 1 {
		t.Errorf("cdk synth: exit code %d", code)
	}
	for gate, want := range map[string]string{
		"the CDK's validator": "100000", "a rule of ours": "GxP-TopicKey", "AwsSolutions": "AwsSolutions-SNS3",
		"HIPAA": "HIPAA.Security-SNSEncryptedKMS", "NIST": "NIST.800.53.R5-SNSEncryptedKMS", "PCI": "PCI.DSS.321-SNSEncryptedKMS",
		"the place": "Dev/Broken/Topic/Resource",
	} {
		if !strings.Contains(output, want) {
			t.Errorf("%s: the output of cdk synth does not contain %q: %s", gate, want, output)
		}
	}
	for _, plugin := range readJSON(t, filepath.Join(dir, "validation-report.json"))["pluginReports"].([]any) {
		if report := plugin.(object); report["conclusion"] != "failure" { // a report with warnings only stops no synthesis
			t.Errorf("the conclusion of %v is %v, want failure", report["pluginName"], report["conclusion"])
		}
	}
	if fault := panicOf(func() {
		app := newApp(filepath.Join(scratch, "broken alone"))
		awssns.NewTopic(awscdk.NewStack(app, jsii.String("Broken"), nil), jsii.String("Topic"), nil)
		gates.Synth(app)
	}); fault == nil {
		t.Error("without the command line, a finding does not stop the synthesis")
	}
}

// testSuppressions fails on suppressions that accept nothing, and when the number of accepted findings changes.
func testSuppressions(t *testing.T) {
	rows := map[string][]string{} // the reasons of accepted findings, by rule and resource
	files, err := filepath.Glob(filepath.Join(behindAllGates(t), "*-NagReport.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, row := range nagReport(t, file) {
			if row[2] == "Suppressed" {
				key := row[0] + " " + strings.TrimSuffix(row[1], "/Resource")
				rows[key] = append(rows[key], row[3])
			}
		}
	}
	count := 0
	for _, s := range gates.Suppressions() {
		for _, rule := range s.Rules {
			for _, place := range s.Paths {
				count++
				if len(acceptedAt(rows, rule, place, s.Reason)) == 0 {
					t.Errorf("%s at %s accepts nothing: remove it", rule, place)
				}
			}
			for _, finding := range s.Findings {
				if !slices.ContainsFunc(s.Paths, func(place string) bool {
					return slices.ContainsFunc(acceptedAt(rows, rule, place, s.Reason), func(reason string) bool { return isOf(finding, reason) })
				}) {
					t.Errorf("%s[%s] accepts nothing: remove it", rule, finding)
				}
			}
		}
	}
	if count != acceptedFindings {
		t.Errorf("%d findings are accepted, want %d", count, acceptedFindings)
	}
}

// acceptedAt returns the reasons of the accepted findings of a rule at a place, in any environment.
func acceptedAt(rows map[string][]string, rule, place, reason string) []string {
	var found []string
	for key, reasons := range rows {
		id, resource, _ := strings.Cut(key, " ")
		ids := strings.Split(resource, "/")
		depth := strings.Count(place, "/") + 1
		if id != rule || len(ids) < depth {
			continue
		}
		if matched, err := path.Match(place, strings.Join(ids[len(ids)-depth:], "/")); err != nil || !matched {
			continue
		}
		for _, r := range reasons {
			if strings.HasSuffix(r, reason) {
				found = append(found, r)
			}
		}
	}
	return found
}

// isOf tells whether a reason, "[Resource::*] Because", belongs to a finding.
func isOf(finding, reason string) bool {
	pattern, isPattern := strings.CutPrefix(strings.TrimSuffix(finding, "/"), "/")
	if !isPattern {
		return strings.HasPrefix(reason, "["+finding+"] ")
	}
	what, _, _ := strings.Cut(strings.TrimPrefix(reason, "["), "] ")
	return regexp.MustCompile(strings.ReplaceAll(pattern, `\/`, "/")).MatchString(what)
}

// reportedFindings returns the findings in the report of a cloud assembly, each with its place.
func reportedFindings(t *testing.T, dir string) []string {
	t.Helper()
	var findings []string
	for _, plugin := range readJSON(t, filepath.Join(dir, "validation-report.json"))["pluginReports"].([]any) {
		violations, _ := plugin.(object)["violations"].([]any)
		for _, v := range violations {
			violation := v.(object)
			for _, place := range violation["violatingConstructs"].([]any) {
				findings = append(findings, fmt.Sprintf("%v: %v: %v", place.(object)["constructPath"], violation["ruleName"], violation["description"]))
			}
		}
	}
	return findings
}

// nagReport returns the rows of a pack's report about a stack: rule, resource, outcome, reason.
func nagReport(t *testing.T, file string) [][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// synthesizeBy runs the CDK's command line on a cloud assembly, as if it had synthesized it itself.
func synthesizeBy(t *testing.T, dir string) (output string, code int) {
	t.Helper()
	command := exec.Command(filepath.Join("node_modules", ".bin", "cdk"), "synth", "--quiet", "--app", dir)
	command.Dir = ".."
	text, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(text), command.ProcessState.ExitCode()
}
