package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// project is the files of a module with everything that evidence needs: a requirement, code, a test that executes a scenario, and
// a synthesized environment.
var project = map[string]string{
	"go.mod":       "module example.org/m\n\ngo 1.26\n",
	"package.json": `{"devDependencies": {"aws-cdk": "2.1148.1"}}`,
	".gitignore":   "out/\n",
	"docs/requirements.yaml": `requirements:
  - {id: SRC-01, title: Alert, clause: "Source 1", requirement: "<b>Tell</b> somebody.", answer: NotifyTeam., answeredBy: design, criticality: high, acceptance: [{criterion: Somebody hears., tests: [TestNotify]}]}
  - {id: P11-10i, title: Training, clause: 21 CFR 11.10(i), requirement: Train., answer: Records., answeredBy: procedure, criticality: low}
` + annex11(),
	"alert/alert.go": "package alert\n\n// Notify tells.\n//\n// Requirements: SRC-01\nfunc Notify() {}\n",
	"alert/alert_test.go": `package alert

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

// Requirements: SRC-01
func TestNotify(t *testing.T) {
	dir := os.Getenv("EVIDENCE_SCENARIOS")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(dir, "TestNotify.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	compressed := gzip.NewWriter(file)
	compressed.Write([]byte("{\"test\": \"TestNotify\", \"variant\": \"v\", \"definition\": \"8481da60d811338db335c6d6331d0d42a16c72d0eecc984713570e04a8ac3fa6\", \"first\": {\"status\": \"SUCCEEDED\"}, \"history\": []}\n"))
	compressed.Close()
	file.Close()
}
`,
	"cdk.out/manifest.json": `{"artifacts": {"Risk": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Risk.template.json"}}}}`,
	"cdk.out/Risk.template.json": `{"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
		"DefinitionString": "{\"StartAt\":\"End\",\"States\":{\"End\":{\"Type\":\"Succeed\"}}}", "RoleArn": "arn:aws:iam::111111111111:role/r"}}}}`,
}

// annex11 are the clauses of Annex 11 in a list of requirements.
func annex11() string {
	text := "annex11:\n"
	for i := range 17 {
		text += fmt.Sprintf("  - {clause: %d, title: Clause, answeredBy: procedure, note: Yours.}\n", i+1)
	}
	return text
}

// place writes the project with changed files, commits it, and makes it the working directory. An empty text removes a file.
func place(t *testing.T, changes map[string]string) {
	t.Helper()
	root := t.TempDir()
	for name, text := range project {
		if changed, ok := changes[name]; ok {
			text = changed
		}
		write(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	t.Chdir(root)
	for _, arguments := range [][]string{
		{"init", "-q"}, {"add", "."}, {"-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "m"},
	} {
		if output, err := exec.Command("git", arguments...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", arguments, err, output)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if text == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command runs the command line and returns its exit code and output.
func command(t *testing.T, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = newProgram().Run(t.Context(), arguments, program.Streams{Out: &out, Err: &diagnostics})
	return code, out.String(), diagnostics.String()
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEvidence(t *testing.T) {
	place(t, nil)
	code, stdout, stderr := command(t)
	if code != program.ExitOK || stderr != "" || !strings.Contains(stdout, "Evidence: out/evidence/evidence.html") {
		t.Fatalf("exit code %d, output %q, diagnostics %q", code, stdout, stderr)
	}
	page := read(t, "out/evidence/evidence.html")
	for _, want := range []string{
		"All 1 requirements", "verification by the supplier", "no operational qualification", "Somebody hears.", "17 Clause", "&lt;b&gt;Tell&lt;/b&gt;", "alert/alert.go:6", "alert/alert_test.go:11, passed", "cdk.out/Risk.template.json",
		"npm aws-cdk 2.1148.1", "TestNotify.jsonl.gz",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	var found struct {
		Passed bool
		Stamp  struct {
			Commit      string
			Templates   []struct{ SHA256 string }
			Definitions []struct{ LogicalID, SHA256 string }
		}
		Matrix []struct {
			ID, Result string
			Tests      []struct{ Declaration, Status string }
		}
		Verification struct{ Scenarios int }
	}
	if err := json.Unmarshal([]byte(read(t, "out/evidence/evidence.json")), &found); err != nil {
		t.Fatal(err)
	}
	if !found.Passed || len(found.Stamp.Commit) != 40 || len(found.Stamp.Templates[0].SHA256) != 64 || found.Stamp.Definitions[0].LogicalID != "Machine" ||
		found.Matrix[0].Result != "shown" || found.Matrix[0].Tests[0].Status != "pass" || found.Matrix[1].Result != "procedure" || found.Verification.Scenarios != 1 {
		t.Errorf("found %+v", found)
	}
}

func TestAllFindingsAreReported(t *testing.T) {
	place(t, map[string]string{
		"docs/requirements.yaml": strings.Replace(project["docs/requirements.yaml"], "annex11:\n", ""+
			"  - {id: SRC-02, title: Log, clause: c, requirement: r, answer: a, answeredBy: design, criticality: high, acceptance: [{criterion: Somebody hears., tests: [TestNotify]}]}\n"+
			"  - {id: SRC-01, title: Again, clause: c, requirement: r, answer: a, answeredBy: design, criticality: high, acceptance: [{criterion: Somebody hears., tests: [TestNotify]}]}\n"+
			"annex11:\n", 1),
		"alert/alert.go":      "package alert\n\n// Notify tells.\n//\n// Requirements: SRC-01, SRC-98\nfunc Notify() {}\n",
		"alert/alert_test.go": "package alert\n\nimport \"testing\"\n\n// Requirements: SRC-01, SRC-99\nfunc TestNotify(t *testing.T) { t.Error(\"silence\") }\n\n// Requirements: SRC-01\nfunc TestLater(t *testing.T) { t.Skip() }\n",
	})
	write(t, "notes.txt", "not committed")
	code, stdout, stderr := command(t, "--json")
	if code != program.ExitFailed {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{
		"requirements.yaml:5: SRC-01 occurs twice, first on line 2", "alert.go:6: Notify names SRC-98", "alert_test.go:6: TestNotify names SRC-99",
		"no code names SRC-02 (Log)", "no test names SRC-02 (Log)", `TestNotify is a test of the criterion "Somebody hears.", and does not name SRC-02`, "TestNotify failed in alert",
		"TestLater names requirements but was skipped", "no test executed a scenario",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("diagnostics lack %s:\n%s", want, stderr)
		}
	}
	var found summary
	if err := json.Unmarshal([]byte(stdout), &found); err != nil || found.Passed || found.Changed != 1 || len(found.Findings) != 9 {
		t.Errorf("%v, summary %+v", err, found)
	}
	page := read(t, "out/evidence/evidence.html")
	for _, want := range []string{"0 of 3 requirements", "9 findings", "silence", "not about a commit", "notes.txt", "No test names it."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// If files change while the tests run, the results are valid for neither version.
func TestChangesDuringTheTestsAreReported(t *testing.T) {
	test := project["alert/alert_test.go"]
	place(t, map[string]string{"alert/alert_test.go": test + "func init() { os.WriteFile(\"alert.go\", []byte(\"package alert\\n\"), 0o600) }\n"})
	if code, stdout, stderr := command(t); code != program.ExitOK || !strings.Contains(stdout, "1 files differ from commit") {
		t.Errorf("a file: exit code %d, output %q, diagnostics %q", code, stdout, stderr)
	}
	committing := `"git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "--allow-empty", "-m", "n"`
	place(t, map[string]string{
		"alert/alert_test.go": strings.Replace(test, `"os"`, "\"os\"\n\t\"os/exec\"", 1) + "func init() { exec.Command(" + committing + ").Run() }\n",
	})
	if code, _, stderr := command(t); code != program.ExitFailed || !strings.Contains(stderr, "while the tests ran") {
		t.Errorf("a commit: exit code %d, diagnostics %q", code, stderr)
	}
}

// The templates may be older than the definitions that the tests executed.
func TestDeployedDefinitionsMustBeExecuted(t *testing.T) {
	other := strings.Replace(project["cdk.out/Risk.template.json"], `"States`, `"Comment\":\"other\",\"States`, 1)
	other = strings.Replace(other, `{"Machine"`, `{"Watch": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": "{}", "StateMachineType": "EXPRESS"}}, "Machine"`, 1)
	place(t, map[string]string{"cdk.out/Risk.template.json": other})
	code, _, stderr := command(t)
	if code != program.ExitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "no scenario executed the definition of Machine in Risk.template.json") {
		t.Errorf("exit code %d, diagnostics %q", code, stderr)
	}
}

func TestCheckRunsNothing(t *testing.T) {
	place(t, map[string]string{"alert/alert_test.go": "", "package.json": ""})
	code, stdout, stderr := command(t, "--check")
	if code != program.ExitFailed || !strings.Contains(stderr, "no test names SRC-01") || !strings.Contains(stdout, "2 requirements, 2 findings") {
		t.Errorf("exit code %d, output %q, diagnostics %q", code, stdout, stderr)
	}
	if _, err := os.Stat("out"); err == nil {
		t.Error("the command wrote evidence")
	}
}

func TestUsageAndInput(t *testing.T) {
	for _, row := range []struct {
		reason    string
		changes   map[string]string
		arguments []string
		want      string
	}{
		{"an unknown flag", nil, []string{"--output", "x"}, "unknown flag --output"},
		{"invalid YAML", map[string]string{"docs/requirements.yaml": "requirements:\n  - id: [\n"}, nil, "docs/requirements.yaml:2: "},
		{"an unknown field", map[string]string{"docs/requirements.yaml": "requirements:\n  - risk: 1\n"}, []string{"--check"}, `docs/requirements.yaml:2: unknown field "risk"`},
		{"no requirements", map[string]string{"docs/requirements.yaml": ""}, nil, "docs/requirements.yaml"},
		{"nothing synthesized", map[string]string{"cdk.out/Risk.template.json": ""}, nil, "`make synth`"},
		{"a foreign folder", nil, []string{"--out", "docs"}, "contains files other than evidence"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			place(t, row.changes)
			code, stdout, stderr := command(t, row.arguments...)
			if code != program.ExitUsage || stdout != "" || !strings.Contains(stderr, row.want) {
				t.Errorf("exit code %d, output %q, diagnostics %q, want %q", code, stdout, stderr, row.want)
			}
			if _, err := os.Stat("out/evidence"); err == nil {
				t.Error("the folder for the evidence exists")
			}
		})
	}
}

func TestAnInterruptedRunKeepsTheLastEvidence(t *testing.T) {
	place(t, nil)
	if code, _, stderr := command(t); code != program.ExitOK {
		t.Fatal(stderr)
	}
	before := read(t, "out/evidence/evidence.json")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, diagnostics bytes.Buffer
	if code := newProgram().Run(ctx, nil, program.Streams{Out: &out, Err: &diagnostics}); code != program.ExitInterrupted || !strings.Contains(diagnostics.String(), "interrupted") {
		t.Errorf("exit code %d, diagnostics %s", code, diagnostics.String())
	}
	left, err := os.ReadDir("out")
	if err != nil || len(left) != 1 || read(t, "out/evidence/evidence.json") != before {
		t.Errorf("%v in out, %v", left, err)
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := command(t, "--help")
	for _, want := range []string{"--requirements", "--assembly", "--out", "--check", "--json", "Exit codes", "// Requirements: SRC-02"} {
		if code != program.ExitOK || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, help without %s:\n%s", code, want, stdout)
		}
	}
}
