package stages

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/constructs/risk"
)

// The environments of the file deploy nowhere before a team has named what is its own.
//
// Requirements: SRC-11
func TestUnsetNamesEveryExample(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*Environment)
		want   string // "": nothing is missing
	}{
		"everything is set": {func(*Environment) {}, ""},
		"a script in an example bucket": {
			func(e *Environment) { e.Extraction = step("s3://amzn-s3-demo-risk/jobs/etl.py") },
			`Script is an example, "s3://amzn-s3-demo-risk/jobs/etl.py": set CLINICAL_RISK_DEV_SCRIPT, or -c dev:script=VALUE, or write the script's own address into stages/environments.go`,
		},
		"a script of EMR Serverless in an example bucket": {
			func(e *Environment) {
				e.Extraction = risk.EMRServerlessJob{Script: "s3a://amzn-s3-demo-risk/etl.py"}
			},
			`Script is an example, "s3a://amzn-s3-demo-risk/etl.py": set CLINICAL_RISK_DEV_SCRIPT, or -c dev:script=VALUE, or write the script's own address into stages/environments.go`,
		},
		"packages and tables of a Glue job in example buckets": {
			func(e *Environment) {
				e.Extraction = risk.GlueJob{PyFiles: []string{"s3://amzn-s3-demo-risk/jobs.zip"}, Data: &risk.TrialData{Tables: "s3://amzn-s3-demo-risk/tables/"}}
			},
			`PyFiles is an example, "s3://amzn-s3-demo-risk/jobs.zip": set CLINICAL_RISK_DEV_PACKAGES, or -c dev:packages=VALUE, or write the package's own address into stages/environments.go` + "\n" +
				`Data.Tables is an example, "s3://amzn-s3-demo-risk/tables/": set CLINICAL_RISK_DEV_TABLES, or -c dev:tables=VALUE, or write the folder's own address into stages/environments.go`,
		},
		"cohorts in an example bucket": {
			func(e *Environment) { e.Cohort = &CohortEnvironment{BucketName: "amzn-s3-demo-risk"} },
			`Cohort.BucketName is an example, "amzn-s3-demo-risk": set CLINICAL_RISK_DEV_BUCKET, or -c dev:bucket=VALUE, or write your own bucket's name into stages/environments.go`,
		},
		"no variant": {
			func(e *Environment) { e.EndpointVariant = "" },
			"EndpointVariant is required: set CLINICAL_RISK_DEV_VARIANT, or -c dev:variant=VALUE, or write it into stages/environments.go; " +
				"`aws sagemaker describe-endpoint --endpoint-name dropout-inference-dev --query 'ProductionVariants[].VariantName'` lists the variants",
		},
	} {
		t.Run(reason, func(t *testing.T) {
			dev := exampleEnvironments()[0]
			dev.Extraction = step("s3://own-bucket/jobs/etl.py")
			row.change(&dev)
			got := ""
			if err := dev.unset().Err(); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func step(script string) risk.EMRStep {
	return risk.EMRStep{ClusterID: "j-3H6EATEWWRWS", Script: script}
}

func TestTheFileOfEnvironmentsDeploysNowhere(t *testing.T) {
	for _, e := range Environments() {
		faults := e.unset().Err()
		for _, field := range []string{"ClusterID", "Script", "PyFiles", "Data.Tables", "Cohort.BucketName", "EndpointVariant"} {
			if faults == nil || !strings.Contains(faults.Error(), field+" is ") {
				t.Errorf("%s deploys with the example of %s: %v", e.Name, field, faults)
			}
		}
	}
}

func TestSettingsOfWhatADeploymentReaches(t *testing.T) {
	context := map[string]any{
		"dev:bucket": "own-bucket", "dev:script": "s3://own-bucket/etl.py", "dev:variant": "Blue",
		"dev:packages": "s3://own-bucket/a.zip, s3://own-bucket/b.zip", "dev:tables": "s3://own-bucket/tables/",
	}
	dev := settledEnvironments(t, context)[0]
	extraction := dev.Extraction.(risk.EMRStep)
	if dev.Cohort.BucketName != "own-bucket" || extraction.Script != "s3://own-bucket/etl.py" || dev.EndpointVariant != "Blue" {
		t.Errorf("the settings are lost: %+v %+v", dev, dev.Cohort)
	}
	if join := strings.Join(extraction.PyFiles, " "); join != "s3://own-bucket/a.zip s3://own-bucket/b.zip" || extraction.Data.Tables != "s3://own-bucket/tables/" {
		t.Errorf("the settings of the script are lost: %+v", extraction)
	}
	environments := exampleEnvironments()
	environments[0].Cohort, environments[0].Extraction = nil, risk.NoExtraction{}
	_, err := ReadSettings(environments, context, nil).Environments()
	want := "environment \"dev\": bucket can be set with a Cohort only, got an environment without one\n" +
		"environment \"dev\": script can be set with an EMRStep or an EMRServerlessJob only, got an extraction of type risk.NoExtraction\n" +
		"environment \"dev\": packages can be set with an EMRStep, an EMRServerlessJob or a GlueJob only, got an extraction of type risk.NoExtraction\n" +
		"environment \"dev\": tables can be set with an EMRStep, an EMRServerlessJob or a GlueJob only, got an extraction of type risk.NoExtraction"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
