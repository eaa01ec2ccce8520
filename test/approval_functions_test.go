package test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/approval"
)

// Requirements: P11-10d, P11-10g, P11-10h
func TestApproversInvokeTheDecideFunctionAndNothingElse(t *testing.T) {
	p := synthesizeApproval(t, "two approvers", func(_ awscdk.Stack, p *approval.ApprovalProps) {
		p.Approvers = append(p.Approvers, approverUser)
	})
	if urls := p.resources("AWS::Lambda::Url"); len(urls) > 0 {
		t.Errorf("the function has a public endpoint: %v", urls)
	}
	function, decide := p.one(t, "AWS::Lambda::Function", "DecideFunction")
	var got []object
	for _, permission := range p.resources("AWS::Lambda::Permission") {
		got = append(got, permission)
	}
	var want []object
	for _, approver := range []string{approverRole, approverUser} {
		want = append(want, object{"FunctionName": attribute(function, "Arn"), "Principal": approver, "Action": "lambda:InvokeFunction"})
	}
	byText := func(a, b object) int { return strings.Compare(text(a), text(b)) }
	slices.SortFunc(got, byText)
	slices.SortFunc(want, byText)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if approvers := decide["Environment"].(object)["Variables"].(object)["APPROVAL_APPROVERS"]; approvers != approverRole+" "+approverUser {
		t.Errorf("the function admits %v", approvers)
	}
}

func TestApprovalFunctionsGetTheirSettings(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	table, _ := p.one(t, "AWS::DynamoDB::Table", "")
	topic, _ := p.one(t, "AWS::SNS::Topic", "")
	decide, _ := p.one(t, "AWS::Lambda::Function", "DecideFunction")
	common := object{"APPROVAL_TABLE": object{"Ref": table}, "APPROVAL_BUCKET": "records", "APPROVAL_PREFIX": "decisions/"}
	for function, own := range map[string]object{
		"RequestFunction": {"APPROVAL_TOPIC": object{"Ref": topic}, "APPROVAL_FUNCTION": attribute(decide, "Arn")},
		"DecideFunction":  {"APPROVAL_BUCKET_OWNER": object{"Ref": "AWS::AccountId"}, "APPROVAL_APPROVERS": approverRole, "APPROVAL_TRAIL_LOGS": "company/trail"},
	} {
		maps.Copy(own, common)
		_, properties := p.one(t, "AWS::Lambda::Function", function)
		if diff := cmp.Diff(own, properties["Environment"].(object)["Variables"]); diff != "" {
			t.Errorf("%s: %s", function, diff)
		}
	}
}

func TestApprovalFunctionsRunOurBinaries(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	for _, name := range []string{"Request", "Decide"} {
		_, function := p.one(t, "AWS::Lambda::Function", name+"Function")
		for field, want := range map[string]any{"Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": []any{"arm64"}} {
			if !cmp.Equal(function[field], want) {
				t.Errorf("%s: %s is %v, want %v", name, field, function[field], want)
			}
		}
		asset := function["Code"].(object)["S3Key"].(string)
		binary := filepath.Join(scratch, "approval smallest", "asset."+strings.TrimSuffix(asset, ".zip"), "bootstrap")
		program, err := os.ReadFile(binary)
		const aarch64 = 0xb7 // e_machine of an ELF file
		if err != nil || len(program) < 20 || string(program[:4]) != "\x7fELF" || program[18] != aarch64 {
			t.Errorf("%s: the asset is not a program for arm64: %v", name, err)
		}
	}
}
