package test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

// TestValidator synthesizes with the CDK's built-in validator on, in a process of its own. Its errors fail the synthesis,
// since cdk.json asks for that; its warnings stand in the report only.
//
// Requirements: P11-10a
func TestValidator(t *testing.T) {
	if os.Getenv(validation) == "false" {
		t.Parallel() // this process only waits
		var output bytes.Buffer
		if code := rerun([]string{"-test.run=^TestValidator$"}, "true", &output, &output); code != 0 {
			t.Fatal(output.String())
		}
		return
	}
	environments(t)
	wantNoFinding(t, "environments")

	if fault := panicOf(func() { synthesizeBroken(t) }); fault == nil {
		t.Error("the validator finds nothing in a template that is wrong")
	}
}

func wantNoFinding(t *testing.T, variant string) {
	t.Helper()
	report := readJSON(t, filepath.Join(scratch, variant, "validation-report.json"))
	for _, plugin := range report["pluginReports"].([]any) {
		if violations, _ := plugin.(object)["violations"].([]any); len(violations) > 0 {
			t.Errorf("%s: %s", variant, text(violations))
		}
	}
}

// synthesizeBroken names a key that is none.
func synthesizeBroken(t *testing.T) {
	app := newApp(t.TempDir())
	stack := awscdk.NewStack(app, jsii.String("Broken"), nil)
	props := smallest(stack)
	props.Records = audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{
		Key: awskms.Key_FromKeyArn(stack, jsii.String("NoKey"), jsii.String("arn:aws:kms:eu-central-1:123456789012:key/none")),
	})
	risk.NewClinicalRiskPipeline(stack, "Pipeline", props)
	app.Synth(nil)
}
