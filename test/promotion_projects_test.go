package test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// project returns the CodeBuild project whose description contains the words.
func (p *promoted) project(t *testing.T, words string) (properties, buildSpec object) {
	t.Helper()
	for _, properties := range p.pipeline.resources("AWS::CodeBuild::Project") {
		if description, _ := properties["Description"].(string); !strings.Contains(description, words) {
			continue
		}
		return properties, p.buildSpec(t, properties)
	}
	t.Fatalf("no project described as %q", words)
	return nil, nil
}

// buildSpec returns the build specification of a project, which may be in a file of the assembly and may name a function.
func (p *promoted) buildSpec(t *testing.T, properties object) (spec object) {
	t.Helper()
	content := properties["Source"].(object)["BuildSpec"]
	if joined, ok := content.(object); ok {
		var parts strings.Builder
		for _, part := range joined["Fn::Join"].([]any)[1].([]any) {
			if reference, ok := part.(object); ok {
				part = "CDKPipelinesAutoApprove"
				if !strings.Contains(text(reference), part.(string)) {
					t.Fatalf("names %v", reference)
				}
			}
			parts.WriteString(part.(string))
		}
		content = parts.String()
	}
	if file := content.(string); strings.HasSuffix(file, ".yaml") {
		return readJSON(t, filepath.Join(p.dir, file))
	}
	if err := json.Unmarshal([]byte(content.(string)), &spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestPromotionSynthesizesWithPinnedTools(t *testing.T) {
	properties, spec := promotion(t).project(t, "Build/Synth")
	variables := map[string]any{}
	for _, v := range properties["Environment"].(object)["EnvironmentVariables"].([]any) {
		variables[v.(object)["Name"].(string)] = v.(object)["Value"]
	}
	if variables["CLINICAL_RISK_PRODUS_REGION"] != "us-east-1" {
		t.Errorf("the pipeline synthesizes without the settings: %v", variables)
	}
	if variables["GOTOOLCHAIN"] != "go1.26.0" {
		t.Errorf("GOTOOLCHAIN is %v, want the version of go.mod", variables["GOTOOLCHAIN"])
	}
	if got := text(spec["phases"].(object)["build"].(object)["commands"]); !strings.Contains(got, "make test") || !strings.Contains(got, "make synth") {
		t.Errorf("commands %s", got)
	}
	if got := text(spec["cache"]); !strings.Contains(got, "/root/go/pkg/mod") || !strings.Contains(got, "/root/.npm") {
		t.Errorf("caches %s", got)
	}
	if properties["Cache"].(object)["Type"] != "S3" {
		t.Errorf("cache %v", properties["Cache"])
	}
}

// Every project has the same image and runtimes, and installs tools by version.
func TestPromotionPinsTheToolsOfEveryProject(t *testing.T) {
	versioned := regexp.MustCompile(`^npm install -g [a-z-]+@\d+\.\d+\.\d+$`)
	installs := map[string]bool{}
	for id, properties := range promotion(t).pipeline.resources("AWS::CodeBuild::Project") {
		if got := properties["Environment"].(object)["Image"]; got != "aws/codebuild/standard:8.0" {
			t.Errorf("%s: image %v", id, got)
		}
		spec := promotion(t).buildSpec(t, properties)
		install, _ := spec["phases"].(object)["install"].(object)
		if diff := cmp.Diff(object{"golang": "1.26", "nodejs": "22"}, install["runtime-versions"]); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
		for _, phase := range spec["phases"].(object) {
			commands, _ := phase.(object)["commands"].([]any)
			for _, command := range commands {
				if c := command.(string); strings.HasPrefix(c, "npm ") {
					installs[c] = true
					if !versioned.MatchString(c) {
						t.Errorf("%s: %q takes any version", id, c)
					}
				}
			}
		}
	}
	if diff := cmp.Diff(map[string]bool{"npm install -g aws-cdk@2.1148.1": true, "npm install -g cdk-assets@4.7.3": true}, installs); diff != "" {
		t.Error(diff)
	}
}

// The security check compares the permissions, and then approves or asks.
func TestPromotionKeepsTheCommandsOfTheSecurityCheck(t *testing.T) {
	for id, properties := range promotion(t).pipeline.resources("AWS::CodeBuild::Project") {
		if !strings.Contains(id, "CDKSecurityCheck") {
			continue
		}
		spec := promotion(t).buildSpec(t, properties)
		if diff := cmp.Diff(object{"exported-variables": []any{"LINK", "MESSAGE"}}, spec["env"]); diff != "" {
			t.Error(diff)
		}
		commands := text(spec["phases"].(object)["build"])
		for _, want := range []string{"cdk diff -a . --security-only --fail", "aws lambda invoke --function-name CDKPipelinesAutoApprove"} {
			if !strings.Contains(commands, want) {
				t.Errorf("lacks %s: %s", want, commands)
			}
		}
		return
	}
	t.Error("no security check")
}
