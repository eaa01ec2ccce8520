package risk

import (
	"time"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// cohortRetries look the cohort up again. S3 is consistent: an object that is missing after the extraction stays missing.
var cohortRetries = []Retry{
	{Errors: services.HeadObject.Permanent},
	{Errors: anyError, Attempts: 6, Interval: time.Second, MaxDelay: 30 * time.Second},
}

// The JSONata expressions of the address of the cohort's object, once the data has it.
const (
	cohortAddress = "$states.input." + workflow.CohortObject
	cohortURI     = `"s3://" & ` + cohortAddress + `.bucket & "/" & ` + cohortAddress + `.key`
)

// findCohort looks up the object that the extraction wrote for this execution, and its version, which the reader reads and the records
// name. Without an extraction, the object is where the execution's name says.
//
//	FindCohort → CheckCohort ─ a version ─→ scored
//	     │            └ none ─→ CohortNotVersioned
//	     └ no object ─→ CohortMissing
//
// Requirements: SRC-08, P11-10h
func (p *ClinicalRiskPipeline) findCohort(scored awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	object := place{*p.props.Cohort.Bucket.BucketName(), cohortAddress + ".key", workflow.CohortObject}
	if !p.scope.handedOn {
		object.key = keyOf(p.props.Cohort.Prefix, p.props.Cohort.file())
	}
	p.allowFindCohort()
	find := WithRetries(p.callService(workflow.FindCohort, services.HeadObject, arguments{
		comment:    "Looks up the cohort that was written for this execution.",
		parameters: ofObject(p.props.Cohort.Bucket, object.key, nil),
		timeout:    recordTimeout,
		output:     expression(object.addTo("$states.input", `"versionId": $exists($states.result.VersionId) ? $states.result.VersionId : null`)),
	}), cohortRetries...)
	find.AddCatch(p.cohortMissing(), &awsstepfunctions.CatchProps{
		Errors:  jsii.Strings(services.S3NoSuchKey),
		Outputs: expression(object.addTo("$states.input")),
	})
	return find.Next(p.checkCohort(scored))
}

// cohortMissing ends the execution: the extraction succeeded, and wrote nothing where it was told to.
func (p *ClinicalRiskPipeline) cohortMissing() awsstepfunctions.Fail {
	return awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.CohortMissing), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("The extraction wrote no cohort."),
		Error:   jsii.String(workflow.CohortMissingError),
		Cause:   jsii.String(expression(`"The object " & ` + cohortURI + ` & " does not exist. The extraction must write the cohort to its --output."`)),
	})
}

// checkCohort goes on with an object that has a version. In a bucket that keeps none the object might change while it is read, and S3
// says nothing of a version, or "null" where versioning is suspended.
func (p *ClinicalRiskPipeline) checkCohort(scored awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	unversioned := awsstepfunctions.Fail_Jsonata(p, jsii.String(workflow.CohortNotVersioned), &awsstepfunctions.FailJsonataProps{
		Comment: jsii.String("Without a version, nobody can say later which cohort was scored."),
		Error:   jsii.String(workflow.CohortNotVersionedError),
		Cause:   jsii.String(expression(`"The object " & ` + cohortURI + ` & " has no version. Enable versioning of the bucket, and extract the cohort again."`)),
	})
	version := cohortAddress + ".versionId"
	return awsstepfunctions.Choice_Jsonata(p, jsii.String(workflow.CheckCohort), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Does the bucket keep the version that was found?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression(`$type(`+version+`) = "string" and $not(`+version+` in ["", "null"])`))), scored, because("it does")).
		Otherwise(unversioned)
}

// allowFindCohort lets an execution look up cohorts and read their versions. S3 answers that an object is missing only to whoever may
// list its bucket, and HeadObject has no prefix that a condition could name: the execution may see the names of the other objects, too.
func (p *ClinicalRiskPipeline) allowFindCohort() {
	bucket := p.props.Cohort.Bucket
	cohorts := *bucket.ArnForObjects(jsii.String(p.props.Cohort.Prefix + "/*"))
	p.scope.Allow(
		policy.Allow(workflow.FindCohort, []string{cohorts}, services.HeadObject.Operation.Action),
		policy.Allow(workflow.FindCohort+"Missing", []string{*bucket.BucketArn()}, services.HeadObject.Grants...),
		policy.Allow(workflow.ScoreCohort, []string{cohorts}, services.ReadItems.VersionAction),
	)
	if key := bucket.EncryptionKey(); key != nil {
		p.scope.Allow(p.scope.Through("s3", policy.Allow(workflow.ScoreCohort+"Encryption", []string{*key.KeyArn()}, "kms:Decrypt")))
	}
}
