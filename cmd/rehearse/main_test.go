package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// logOf returns a server with a log.
func logOf(t *testing.T, text string) *server {
	t.Helper()
	name := filepath.Join(t.TempDir(), "server.log")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &server{log: name}
}

func TestUnsupportedTypesAreInTheLog(t *testing.T) {
	got, err := logOf(t, "No Moto CloudFormation support for AWS::SNS::TopicPolicy\n"+
		"127.0.0.1 - - \"POST / HTTP/1.1\" 200 -\n"+
		"No Moto CloudFormation support for AWS::Lambda::Url\nNo Moto CloudFormation support for AWS::SNS::TopicPolicy\n").unsupported()
	if want := []string{"AWS::Lambda::Url", "AWS::SNS::TopicPolicy"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestFailuresAreInTheLog(t *testing.T) {
	got, err := logOf(t, "Error on request:\nTraceback (most recent call last):\n  File \"x.py\", line 1, in f\n    f()\nKeyError: 'TagKey'\n").failure()
	if err != nil || got != "KeyError: 'TagKey'" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := logOf(t, "127.0.0.1 - - \"POST / HTTP/1.1\" 400 -\n").failure(); err != nil || got != "" {
		t.Errorf("a client error is not a failure: got %q, %v", got, err)
	}
}

func TestLocalEnvironmentHidesAWSAndProxies(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("https_proxy", "http://proxy.example.com")
	t.Setenv("CDK_DEFAULT_ACCOUNT", "999999999999")
	for _, variable := range localEnvironment() {
		for _, secret := range []string{"production", "proxy.example.com", "999999999999"} {
			if strings.Contains(variable, secret) {
				t.Errorf("the environment contains %s", variable)
			}
		}
	}
}

// Leftovers of an earlier synthesis, such as the same stacks in a promotion, do not belong to the assembly.
func TestTemplatesAreReadByStackName(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../local/assembly/testdata/cdk.out")); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(dir, "assembly-Promotion-Dev")
	if err := os.CopyFS(stale, os.DirFS(filepath.Join(dir, "assembly-Dev"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stale, "Risk.template.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	templates, err := readTemplates(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Dev-Risk", "Empty-Risk", "Full-Cohort", "Full-Risk", "Network", "Prod-Risk", "Single", "Twins-Risk"}
	if got := slices.Sorted(maps.Keys(templates)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := templates["Dev-Risk"].Resources["Pipeline"].Type; got != "AWS::StepFunctions::StateMachine" {
		t.Errorf("Pipeline of Dev-Risk is %q", got)
	}
}

func TestFaultyAssemblies(t *testing.T) {
	risk := `{"type": "aws:cloudformation:stack", "properties": {"templateFile": "Risk.template.json", "stackName": "Dev-Risk"}}`
	for _, row := range []struct{ reason, manifest, template, want string }{
		{"a missing template", `{"artifacts": {"A": ` + risk + `}}`, "", "Risk.template.json"},
		{"a damaged template", `{"artifacts": {"A": ` + risk + `}}`, "{", "Risk.template.json"},
		{"a stack that a promotion contains, too", `{"artifacts": {"A": ` + risk + `, "B": ` + risk + `}}`, "{}", "stack Dev-Risk occurs twice in the assembly"},
		{"no manifest", "", "{}", "manifest.json"},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"manifest.json": row.manifest, "Risk.template.json": row.template} {
			if text == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := readTemplates(dir); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want it to contain %q", row.reason, err, row.want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	for _, row := range []struct {
		reason    string
		arguments []string
		code      int
		want      string
	}{
		{"help", []string{"--help"}, program.ExitOK, "--stacks"},
		{"an argument", []string{"Dev/*"}, program.ExitUsage, "unexpected argument Dev/*"},
		{"no Python", nil, program.ExitOK, "rehearsed nothing: Python 3.10"},
	} {
		var out bytes.Buffer
		code := newProgram().Run(t.Context(), row.arguments, program.Streams{Out: &out, Err: &out})
		if code != row.code || !strings.Contains(out.String(), row.want) {
			t.Errorf("%s: exit code %d, output %q, want %d and %q", row.reason, code, out.String(), row.code, row.want)
		}
	}
}
