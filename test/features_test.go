package test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/local"
)

// featuresKey is the JSONata expression of the key of the features that one attempt of the extraction writes.
var featuresKey = strings.Replace(strings.Replace(attemptKey, "cohorts/", "features/", 1), "cohort.jsonl", "features.json", 1)

// Requirements: SRC-06
func TestTheExtractionOfOneSubjectGetsItsIDAndThePlaceOfItsFeatures(t *testing.T) {
	p := featuresPipeline(t)
	command := p.state(t, "StartEMRJob")["Arguments"].(object)["Step"].(object)["HadoopJarStep"].(object)["Args"].([]any)
	subject := `{% $type($states.input.subject) = "string" and $states.input.subject != "" ? $states.input.subject : "unknown" %}`
	want := []any{"--subject", subject, "--output", `{% "s3://features-bucket/" & ` + featuresKey + ` %}`}
	if diff := cmp.Diff(want, command[len(command)-4:]); diff != "" {
		t.Error(diff)
	}
	output := `{% $merge([$states.input, {"extracted": {"bucket": "features-bucket", "key": ` + featuresKey + `}}]) %}`
	if got := p.state(t, "StartEMRJob")["Output"]; got != output {
		t.Errorf("the output is %v, want %s", got, output)
	}
}

// runFeatures runs a pipeline whose extraction wrote the body; "" for no object.
func runFeatures(t *testing.T, body string) (*asl.Execution, []string) {
	t.Helper()
	var asked []string
	read := failing("S3.NoSuchKeyException", "no such key")
	if body != "" {
		read = answering(object{"Body": body})
	}
	x := execute(t, featuresPipeline(t), oneSubject, services{
		"StartEMRJob": answering(object{}), "ReadFeatures": read, "NotifyTeam": answering(object{"MessageId": "m"}), "RecordDecision": answering(object{}),
		"InvokeModel": func(task *asl.Task) (asl.Reply, error) {
			asked = append(asked, asl.Encode(inputOf(task)["Body"]))
			return model(`{"risk_score": 0.9}`)(task)
		},
	})
	return x, asked
}

// Requirements: SRC-06
func TestTheModelGetsTheExtractedFeaturesAndNotThoseOfTheInput(t *testing.T) {
	x, asked := runFeatures(t, `{"subject": "S-001", "site": "DE-03", "features": {"age": 71, "ae_count": null}}`)
	if x.Status != asl.Succeeded || len(asked) != 1 || asked[0] != `{"features":{"ae_count":null,"age":71}}` {
		t.Errorf("ended as %s with %s (%s) and asked %q", x.Status, x.Error, x.Cause, asked)
	}
}

// Requirements: SRC-06, SRC-23
func TestFeaturesOfNobodyOrOfAnotherSubjectAreNeverScored(t *testing.T) {
	for body, want := range map[string]string{
		"":                "FeaturesMissing: The object s3://features-bucket/features/NAME/attempt-0-0/features.json does not exist. The extraction must write the features to its --output.",
		"SECRET not JSON": "InvalidFeatures: ",
		`{"subject": "SYN-AD-402-0118", "features": {"age": 1}}`: "InvalidFeatures: ",
		`{"subject": "S-001", "features": [1]}`:                  "InvalidFeatures: ",
		`{"subject": "S-001", "features": {}}`:                   "InvalidFeatures: ",
		`{"features": {"age": 1}}`:                               "InvalidFeatures: ",
	} {
		x, asked := runFeatures(t, body)
		got := x.Error + ": " + x.Cause
		if strings.HasSuffix(want, ": ") {
			want += "The object s3://features-bucket/features/NAME/attempt-0-0/features.json must be a JSON object with the subject of the input and its features, of at most 128 KiB."
		}
		if got != strings.Replace(want, "NAME", x.Name, 1) || len(asked) != 0 {
			t.Errorf("%q: ended with %s and asked %q, want %s", body, got, asked, want)
		}
	}
}

func TestFeaturesHaveTheirFaults(t *testing.T) {
	props := smallestProps(nil)
	props.Extraction, props.Features = risk.NoExtraction{}, risk.FromS3{Prefix: "/a/"}
	want := `Features.Bucket is required: the bucket that the extraction writes the features to
Features.Prefix must be a key without slashes at its ends, such as "features", got "/a/"
Features needs an Extraction, which writes the features, got NoExtraction{}`
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	with := synthesize(t, "features in a folder", changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		*p = *featuresProps(stack)
		p.Features = risk.FromS3{Bucket: p.Features.(risk.FromS3).Bucket, Prefix: "trial/one"}
	}))
	if got := text(with.state(t, "StartEMRJob")); !strings.Contains(got, "trial/one/") {
		t.Errorf("the folder has no effect: %s", got)
	}
}

// The stand-ins of the local run write and read the features of the execution's own subject.
func TestTheLocalRunExtractsTheFeaturesOfASubject(t *testing.T) {
	objects := local.S3{Dir: t.TempDir()}
	var asked []string
	stub := local.New(local.EMR{ETL: local.ETL{S3: objects}}, objects, local.SNS{})
	handler := services{
		"InvokeModel": func(task *asl.Task) (asl.Reply, error) {
			asked = append(asked, asl.Encode(inputOf(task)["Body"]))
			return model(`{"risk_score": 0.1}`)(task)
		},
	}
	for _, state := range []string{"StartEMRJob", "ReadFeatures", "RecordLowRisk"} {
		handler[state] = func(task *asl.Task) (asl.Reply, error) {
			return stub.Call(local.WithFeatures(t.Context(), "S-001", object{"age": 71.0}), task)
		}
	}
	x := execute(t, featuresPipeline(t), oneSubject, handler)
	if x.Status != asl.Succeeded || len(asked) != 1 || asked[0] != `{"features":{"age":71}}` {
		t.Errorf("ended as %s with %s (%s) and asked %q", x.Status, x.Error, x.Cause, asked)
	}
}
