package risk

import (
	"cmp"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// Features says where a pipeline for one subject gets the subject's features from: [FromInput] or [FromS3].
type Features interface {
	validate(extraction Extraction) fault.List
}

// FromInput takes the features from the execution's input, "transformed_features".
type FromInput struct{}

func (FromInput) validate(Extraction) fault.List { return nil }

// FromS3 takes the features from the object that this execution's extraction wrote: the extraction gets --subject and --output, and
// writes one JSON object, {"subject": "…", "features": {…}}, of at most 128 KiB. The subject must be that of the execution's input, whose
// own features are ignored. An object that is missing ends the execution as FeaturesMissing; one that is not JSON, is of another subject or
// has no feature, as InvalidFeatures.
type FromS3 struct {
	// Bucket receives the object from the extraction. It must belong to the account that the CDK knows for it. Import a bucket that a
	// customer-managed key encrypts with that key. Required.
	Bucket awss3.IBucket

	// Prefix is the folder of the objects in Bucket, without slashes at its ends. Default: "features".
	Prefix string
}

func (f FromS3) validate(extraction Extraction) fault.List {
	var faults fault.List
	if f.Bucket == nil {
		faults.Add("Bucket", "is required: the bucket that the extraction writes the features to")
	}
	if f.Prefix != "" && !prefixPattern.MatchString(f.Prefix) {
		faults.Add("Prefix", `must be a key without slashes at its ends, such as "features"`, f.Prefix)
	}
	if _, nobody := extraction.(NoExtraction); nobody {
		faults.Add("", "needs an Extraction, which writes the features", fault.Text("NoExtraction{}"))
	}
	return faults
}

func (f FromS3) folder() string { return cmp.Or(f.Prefix, "features") }

// featuresRetries read the features again. S3 is consistent: an object that is missing after the extraction stays missing.
var featuresRetries = []Retry{
	{Errors: append([]string{services.QueryEvaluation}, services.GetObject.Permanent...)},
	{Errors: anyError, Attempts: 6, Interval: time.Second, MaxDelay: 30 * time.Second},
}

// featuresRange is the part of the object that an execution reads. A longer object is cut, and what is left is not valid JSON.
const featuresRange = "bytes=0-131071"

// extractedFeatures is the JSONata expression of the data with the features of the object, or null in their place.
const extractedFeatures = `(
  $line := $parse($states.result.Body);
  $own := $type($line) = "object" ? ($line.subject = $states.input.SUBJECT and $type($line.features) = "object" and $count($keys($line.features)) > 0) : false;
  $merge([$states.input, {"FEATURES": $own ? $line.features : null}])
)`

// readFeatures reads what the extraction wrote for this execution, if the pipeline takes the features from there.
//
//	ReadFeatures → CheckFeatures ─ of the subject ─→ scored
//	     │  └ not JSON ───┐    └ anything else ─→ InvalidFeatures
//	     └ no object ─→ FeaturesMissing
//
// Requirements: SRC-06
func (p *ClinicalRiskPipeline) readFeatures(scored awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	from, ok := p.props.Features.(FromS3)
	if !ok {
		return scored
	}
	p.allowReadFeatures(from)
	read := WithRetries(p.callService(workflow.ReadFeatures, services.GetObject, arguments{
		comment:    "Reads the features that were extracted for this execution.",
		parameters: ofObject(from.Bucket, extractedAddress+".key", map[string]any{"Range": featuresRange}),
		timeout:    recordTimeout,
		output:     expression(strings.NewReplacer("SUBJECT", workflow.Subject, "FEATURES", workflow.TransformedFeatures).Replace(extractedFeatures)),
	}), featuresRetries...)
	invalid := p.failFeatures(workflow.InvalidFeatures, "Features of nobody or of another subject are never scored.", workflow.InvalidFeaturesError,
		` & " must be a JSON object with the subject of the input and its features, of at most 128 KiB."`)
	missing := p.failFeatures(workflow.FeaturesMissing, "The extraction wrote no features.", workflow.FeaturesMissingError,
		` & " does not exist. The extraction must write the features to its --output."`)
	catch := func(error string, next awsstepfunctions.IChainable) {
		read.AddCatch(next, &awsstepfunctions.CatchProps{Errors: jsii.Strings(error), Outputs: expression("$states.input")})
	}
	catch(services.S3NoSuchKey, missing)
	catch(services.QueryEvaluation, invalid)
	return read.Next(awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckFeatures), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Are these the features of the subject?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(`$type($states.input.`+workflow.TransformedFeatures+`) = "object"`))), scored, because("they are")).
		Otherwise(invalid))
}

const extractedAddress = "$states.input." + workflow.Extracted

// failFeatures ends the execution with what is wrong with the object.
func (p *ClinicalRiskPipeline) failFeatures(state, comment, name, rule string) awsstepfunctions.Fail {
	return awsstepfunctions.Fail_Jsonata(p, &state, &awsstepfunctions.FailJsonataProps{
		Comment: &comment,
		Error:   &name,
		Cause:   jsii.String(expression(`"The object s3://" & ` + extractedAddress + `.bucket & "/" & ` + extractedAddress + `.key` + rule)),
	})
}

// allowReadFeatures lets an execution read the features, and learn that they are missing: S3 says so only to whoever may list the bucket.
func (p *ClinicalRiskPipeline) allowReadFeatures(from FromS3) {
	objects := *from.Bucket.ArnForObjects(jsii.String(from.folder() + "/*"))
	p.scope.Allow(
		policy.Allow(workflow.ReadFeatures, []string{objects}, services.GetObject.Operation.Action),
		policy.Allow(workflow.ReadFeatures+"Missing", []string{*from.Bucket.BucketArn()}, services.HeadObject.Grants...),
	)
	if key := from.Bucket.EncryptionKey(); key != nil {
		p.scope.Allow(p.scope.Through("s3", policy.Allow(workflow.ReadFeatures+"Encryption", []string{*key.KeyArn()}, "kms:Decrypt")))
	}
}
