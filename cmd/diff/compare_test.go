package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	key    = `{"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [%]}}}`
	use    = `{"Sid": "Use", "Effect": "Allow", "Action": "kms:Decrypt"}`
	manage = `{"Sid": "Manage", "Effect": "Allow", "Action": "kms:Put*"}`
)

// template returns a template with a key, whose policy has these statements, and an alarm.
func template(alarm string, statements ...string) string {
	return `{"Resources": {"Alarm": ` + alarm + `, "Key": ` + strings.ReplaceAll(key, "%", strings.Join(statements, ",")) + `}}`
}

func TestStacks(t *testing.T) {
	for _, row := range []struct {
		why         string
		before, now string // templates; empty: no such stack
		want        string
		shown       bool // by cdk diff
	}{
		{"the same bytes", template("1", use), template("1", use), "Dev/Risk is the same\n", false},
		{"only in now", "", template("1", use), "Dev/Risk is new\n", false},
		{"only before", template("1", use), "", "Dev/Risk is gone\n", false},
		{"JSON objects have no order", `{"a": 1, "b": 2}`, `{"b": 2, "a": 1}`, "Dev/Risk differs only in the order of its keys\n", false},
		{"AWS evaluates statements in no order", template("1", use, manage), template("1", manage, use),
			"Dev/Risk differs only in the order of policy statements\n", false},
		{"a changed statement is more than a change of order", template("1", use, manage), template("1", manage, strings.Replace(use, "Decrypt", "*", 1)),
			"Dev/Risk: the order of policy statements changed, too\n", true},
		{"another list has an order", `{"Statement": [1, 2]}`, `{"Statement": [2, 1]}`, "", true},
		{"a change beside another order", template("1", use, manage), template("2", manage, use),
			"Dev/Risk: the order of policy statements changed, too\n", true},
		{"a change, and statements in the order that they had", template("1", use, manage), template("2", use, manage), "", true},
	} {
		t.Run(row.why, func(t *testing.T) {
			got, shown := compareStacks(t, row.before, row.now)
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if (shown != nil) != row.shown {
				t.Errorf("cdk diff shows %v", shown)
			}
		})
	}
}

func TestCDKDiffSeesSortedStatements(t *testing.T) {
	_, shown := compareStacks(t, template("1", use, manage), template("2", manage, use))
	if len(shown) != 2 || !strings.Contains(shown[0], `"Alarm":1`) || !strings.Contains(shown[1], `"Alarm":2`) {
		t.Fatalf("cdk diff compares %q", shown)
	}
	if strings.Replace(shown[0], `"Alarm":1`, `"Alarm":2`, 1) != shown[1] {
		t.Errorf("the statements differ in %q", shown)
	}
}

func TestAnAssemblyWithoutManifestIsAnError(t *testing.T) {
	c := comparison{before: t.TempDir(), now: t.TempDir(), scratch: t.TempDir(), out: &strings.Builder{}}
	if err := c.run(); err == nil || !strings.Contains(err.Error(), "manifest.json") {
		t.Errorf("got %v", err)
	}
}

// compareStacks compares two templates of the stack Dev/Risk. It returns the output, and the two templates that cdk diff was given.
func compareStacks(t *testing.T, before, now string) (output string, shown []string) {
	t.Helper()
	var out strings.Builder
	c := comparison{before: cloudAssembly(t, before), now: cloudAssembly(t, now), scratch: t.TempDir(), out: &out}
	c.cdkDiff = func(assembly, template, stack string) error {
		if _, err := os.Stat(filepath.Join(assembly, "asset.1")); err == nil {
			t.Error("the assets are copied")
		}
		for _, file := range []string{template, filepath.Join(assembly, "assembly-Dev", stack[4:]+".template.json")} {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			shown = append(shown, string(text))
		}
		return nil
	}
	if err := c.run(); err != nil {
		t.Fatal(err)
	}
	return out.String(), shown
}

// cloudAssembly writes a cloud assembly with the stack Dev/Risk, unless its template is empty, and with what an earlier synthesis left.
func cloudAssembly(t *testing.T, template string) string {
	t.Helper()
	dir := t.TempDir()
	artifacts := object{"Tree": object{"type": "cdk:tree", "properties": object{"file": "tree.json"}}}
	if template != "" {
		artifacts["Risk"] = object{
			"type": "aws:cloudformation:stack", "displayName": "Dev/Risk", "properties": object{"templateFile": "Risk.template.json"},
		}
	}
	manifest, err := json.Marshal(object{"artifacts": artifacts})
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{
		"manifest.json":                   `{"artifacts": {}}`,
		"asset.1/bootstrap":               "binary",
		"assembly-Dev/manifest.json":      string(manifest),
		"assembly-Dev/Risk.template.json": template,
		"assembly-Dev/Old.template.json":  "{}",
	} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
