package risk

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// TrialData says which data of a trial an extraction reads. It becomes options of jobs/etl.py, each with a value: --input, --landmark,
// --cut-date, --blinded and, where there is one, --profile. A script of your own may take them, too.
//
// Requirements: SRC-06
type TrialData struct {
	// Tables is the S3 URI of a folder, "s3://bucket/prefix/". It has a folder for each trial, named by the trialId, with the trial's
	// SDTM tables.
	Tables string

	// LandmarkDays is how many days of each subject's trial are known, from the day of the first treatment: 1 to 3650. Subjects who are not
	// that far yet, or who left before, are not scored. Default: 28.
	LandmarkDays int

	// CutDate is the last day whose data count, "2026-11-01". For the job, nothing exists that happened or was collected later. An
	// execution whose input has a cutDate uses that one. Default: the day on which the execution started, in UTC.
	CutDate string

	// Unblinded says that the trial's arms are known to everybody. Default: false.
	Unblinded bool

	// Profile is the S3 URI of the profile.json of the model's training. The job measures the drift of each feature against it. Default:
	// none.
	Profile string
}

// defaultLandmark is the default of LandmarkDays: four weeks, when the first visits after the start of treatment are over.
const defaultLandmark = 28

// longestLandmark is ten years, in days.
const longestLandmark = 3650

var (
	folderPattern  = regexp.MustCompile(`^s3a?://[^/\s"]+/([^\s"]+/)?$`)
	objectPattern  = regexp.MustCompile(`^s3a?://[^/\s"]+/[^\s"]*[^/\s"]$`)
	packagePattern = regexp.MustCompile(`^s3a?://[^/\s,]+/[^\s,]+\.(py|zip|egg|whl)$`)
)

// validate reports the faults of the data; nil data has none.
func (d *TrialData) validate() fault.List {
	var faults fault.List
	if d == nil {
		return nil
	}
	if !check.Matches(folderPattern, d.Tables) {
		faults.Add("Tables", `must be the S3 URI of a folder, "s3://bucket/prefix/"`, d.Tables)
	}
	if d.LandmarkDays != 0 && (d.LandmarkDays < 1 || d.LandmarkDays > longestLandmark) {
		faults.Add("LandmarkDays", fmt.Sprintf("must be from 1 to %d days", longestLandmark), d.LandmarkDays)
	}
	if d.CutDate != "" {
		if _, err := time.Parse(time.DateOnly, d.CutDate); err != nil {
			faults.Add("CutDate", "must be a day, YYYY-MM-DD", d.CutDate)
		}
	}
	if d.Profile != "" && !check.Matches(objectPattern, d.Profile) {
		faults.Add("Profile", `must be the S3 URI of an object, "s3://bucket/model/profile.json"`, d.Profile)
	}
	return faults.Under("Data")
}

// arguments are the options of the script, each followed by its value.
func (d *TrialData) arguments() []string {
	if d == nil {
		return nil
	}
	arguments := []string{
		"--input", expression(`"` + d.Tables + `" & (` + textOf(workflow.TrialID) + `) & "/"`),
		"--landmark", fmt.Sprint(d.landmark()),
		"--cut-date", expression(d.cutDate()),
		"--blinded", fmt.Sprint(!d.Unblinded),
	}
	if d.Profile != "" {
		arguments = append(arguments, "--profile", d.Profile)
	}
	return arguments
}

// cutDate is the JSONata expression of the cut date. The start of an execution stays the same in a redrive.
func (d *TrialData) cutDate() string {
	otherwise := "$substring($states.context.Execution.StartTime, 0, 10)"
	if d.CutDate != "" {
		otherwise = `"` + d.CutDate + `"`
	}
	return fmt.Sprintf("$exists($states.input.%[1]s) ? $states.input.%[1]s : %[2]s", workflow.CutDate, otherwise)
}

// landmark is the landmark, in days.
func (d *TrialData) landmark() int { return cmp.Or(d.LandmarkDays, defaultLandmark) }

// dataOf returns the data that an extraction reads; nil without any, or where the extraction does not say.
func dataOf(extraction Extraction) *TrialData {
	switch e := extraction.(type) {
	case EMRStep:
		return e.Data
	case EMRServerlessJob:
		return e.Data
	case GlueJob:
		return e.Data
	}
	return nil
}

// trialDataOf is dataOf; without any data, it returns the defaults of a day.
func trialDataOf(extraction Extraction) *TrialData {
	if data := dataOf(extraction); data != nil {
		return data
	}
	return &TrialData{}
}

// OfTrial returns the extraction with what the file of a registered trial says of the data: the landmark and the blinding. An extraction
// without Data, or of another type, stays as it is.
func OfTrial(extraction Extraction, t *trial.Trial) Extraction {
	data := func(d *TrialData) *TrialData {
		if d == nil {
			return nil
		}
		of := *d
		of.LandmarkDays, of.Unblinded = t.LandmarkDays, t.Blinding == trial.Open
		return &of
	}
	switch e := extraction.(type) {
	case EMRStep:
		e.Data = data(e.Data)
		return e
	case EMRServerlessJob:
		e.Data = data(e.Data)
		return e
	case GlueJob:
		e.Data = data(e.Data)
		return e
	}
	return extraction
}

// validatePackages reports a package that Spark cannot load.
func validatePackages(packages []string) fault.List {
	var faults fault.List
	for _, uri := range packages {
		if !check.Matches(packagePattern, uri) {
			faults.Add("PyFiles", `must be S3 URIs of .py, .zip, .egg or .whl files, such as "s3://bucket/jobs/jobs.zip"`, uri)
		}
	}
	return faults
}

// packageArguments are the option with which Spark or Glue loads the packages; nil without any.
func packageArguments(option string, packages []string) []string {
	if len(packages) == 0 {
		return nil
	}
	return []string{option, strings.Join(packages, ",")}
}
