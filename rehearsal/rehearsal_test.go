package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func logOf(t *testing.T, text string) *server {
	t.Helper()
	name := filepath.Join(t.TempDir(), "server.log")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &server{log: name}
}

func TestTheServerSaysWhatItDoesNotCreate(t *testing.T) {
	got, err := logOf(t, "No Moto CloudFormation support for AWS::SNS::TopicPolicy\n"+
		"127.0.0.1 - - \"POST / HTTP/1.1\" 200 -\n"+
		"No Moto CloudFormation support for AWS::Lambda::Url\nNo Moto CloudFormation support for AWS::SNS::TopicPolicy\n").unsupported()
	if want := []string{"AWS::Lambda::Url", "AWS::SNS::TopicPolicy"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestAFailureOfTheServerIsTold(t *testing.T) {
	got, err := logOf(t, "Error on request:\nTraceback (most recent call last):\n  File \"x.py\", line 1, in f\n    f()\nKeyError: 'TagKey'\n").failure()
	if err != nil || got != "KeyError: 'TagKey'" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := logOf(t, "127.0.0.1 - - \"POST / HTTP/1.1\" 400 -\n").failure(); err != nil || got != "" {
		t.Errorf("an answer is no failure: got %q, %v", got, err)
	}
}

func TestNothingLeadsOut(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("https_proxy", "http://proxy.example.com")
	t.Setenv("CDK_DEFAULT_ACCOUNT", "999999999999")
	for _, variable := range localEnvironment() {
		for _, secret := range []string{"production", "proxy.example.com", "999999999999"} {
			if strings.Contains(variable, secret) {
				t.Errorf("handed on: %s", variable)
			}
		}
	}
}

func TestTemplatesAreReadByTheNamesOfTheirStacks(t *testing.T) {
	templates, err := readTemplates("../local/assembly/testdata/cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	if len(templates) == 0 {
		t.Error("no templates")
	}
	if _, err := readTemplates(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that does not exist: got no error")
	}
}
