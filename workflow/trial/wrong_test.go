package trial_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/workflow/trial"
)

// limits are the limits of the example.
const limits = "outcomes:\n  predicts: treatment\n  minimumSubjects: 50\n  minimumPPV: 0.2\n  observedToExpected: {from: 0.7, to: 1.4}\n  slope: {from: 0.6, to: 1.5}\n  mostAlerts: 40\n  highRiskJump: {by: 0.1, runs: 7}\n"

// wrong are files with one fault: the text that is replaced in the example, what replaces it, the text on the line of the fault, and the
// fault. The schema refuses those that are not beyond it.
var wrong = []struct {
	reason, old, replacement, on, fault string
	beyond                              bool // JSON Schema cannot say it
}{
	{"an unknown field", "worseBy:", "worsBy:", "worsBy:", "alerts.worsBy is not a field: remove it, or correct its name", false},
	{"a field of the trial that does not exist", "blinding: blinded", "blinding: blinded\nteam: x", "team:", "team is not a field: remove it, or correct its name", false},
	{"a field twice", "status: active", "status: active\nstatus: closed", "status: closed", "status occurs twice, first on line 5: keep one", true},
	{"no title", "title: A synthetic trial in mild Alzheimer's disease\n", "", "schemaVersion:", "title is required: it must be a text of 1 to 300 characters", false},
	{"an empty title", "title: A synthetic trial in mild Alzheimer's disease", `title: " "`, "title:", `title must be a text of 1 to 300 characters, got " "`, true},
	{"hidden characters", "title: A synthetic", `title: "A\u202esynthetic" #`, "title:", `title must have visible characters only, got "A\u202esynthetic"`, true},
	{"another version", "schemaVersion: 1", "schemaVersion: 2", "schemaVersion:", "schemaVersion must be a whole number from 1 to 1, got 2", false},
	{"an id that leads to another folder", "id: SYN-AD-402", "id: ../SYN", "id:", `id must have 1 to 64 letters, digits, dots, underscores and hyphens, the first one a letter or digit, got "../SYN"`, false},
	{"an id that means no trial", "id: SYN-AD-402", "id: unknown", "id:", `id must name a trial, got "unknown"`, false},
	{"another status", "status: active", "status: paused", "status:", `status must be planned, active or closed, got "paused"`, false},
	{"a risk as a percentage", "  value: 0.15", "  value: 15", "value: 15", "threshold.value must be a number above 0 and below 1, got 15", false},
	{"a text that looks like a number", "  value: 0.15", `  value: "0.15"`, `value: "0`, `threshold.value must be a number above 0 and below 1, got "0.15"`, false},
	{"not a number", "  value: 0.15", "  value: .nan", "value: .nan", `threshold.value must be a plain value, got ".nan": write the value out`, false},
	{"a first band beside the threshold", "from: 0.15", "from: 0.2", "from: 0.2", "bands[0].from must be the threshold's value, 0.15, for the first band, got 0.2", true},
	{"bands that do not rise", "from: 0.5", "from: 0.3 #", "from: 0.3 #", "bands[2].from must be above that of the band before, 0.3, got 0.3", true},
	{"two bands with one name", "name: critical", "name: high #", "name: high #", `bands[2].name must differ from those of other bands, got "high"`, true},
	{"a site that is a number", `["S01",`, `[1,`, "sites: [1", "sites[0] must be a text, got the number 1: write it in quotes", false},
	{"a site twice", `["S01", "S02",`, `["S02", "S02",`, "sites: [", `sites[1] must occur once, got "S02" twice`, false},
	{"no site", `["S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10"]`, "[]", "sites: [", "sites must be a list of texts, got an empty list", false},
	{"a site that the trial does not have", "recipients:\n", "recipients:\n  - role: coordinator\n    sites: [S99]\n", "[S99]", `recipients[0].sites must be sites of the trial, got "S99": add it to sites, or remove it`, true},
	{"an owner who is not told of every site", "- role: data-manager\n", "- role: data-manager\n    sites: [S01]\n", "owner: data-manager", `alerts.notScorable.owner must be the role of a recipient without sites: nobody would be told at other sites than those of data-manager, got "data-manager"`, true},
	{"a risk that cannot get so much worse", "worseBy: 1", "worseBy: 9", "worseBy: 9", "alerts.worseBy must be a whole number from 1 to 2, got 9", true},
	{"a feature that tells the arm", "- age\n", "- arm\n  - age\n", "- arm", `allowedFeatures[4] must not name the arm in a blinded trial, got "arm": remove it`, true},
	{"a feature that is no name", "- age\n", "- 2age\n", "- 2age", `allowedFeatures[4] must be the name of a feature, such as visits_missed, got "2age"`, false},
	{"a variable that names the arm", "- age\n", "- ACTARM\n", "- ACTARM", `allowedFeatures[4] must not name the arm in a blinded trial, got "ACTARM": remove it`, true},
	{"a wildcard as approver", "principals: [\"role/trials/MedicalMonitor\"]\ntimeZone", "principals: [\"role/*\"]\ntimeZone", "role/*", `approvers[0].principals[0] must be "role/NAME", "user/NAME", or the ARN of a role or user, got "role/*"`, false},
	{"a role twice", "  - role: data-manager\n", "  - role: data-manager\n  - role: data-manager #2\n", "#2", `recipients[3].role must occur once, got "data-manager"`, true},
	{"an owner whom nobody tells", "owner: data-manager", "owner: nobody", "owner: nobody", `alerts.notScorable.owner must be the role of a recipient, site-monitor or medical-monitor or data-manager, got "nobody"`, true},
	{"nobody told of what nobody saw", "- {waiting: acknowledgement, days: 5, role: site-monitor}\n    - {waiting: acknowledgement, days: 10, role: medical-monitor}", "- {waiting: closure, days: 5, role: site-monitor}", "days: 5", "alerts.overdue must have a rule with waiting: acknowledgement, or nobody is told of alerts that nobody saw", true},
	{"a zone that does not exist", "Europe/Berlin", "Europe/Bonn", "timeZone:", `timeZone must be the name of a time zone, such as Europe/Berlin, got "Europe/Bonn"`, true},
	{"a run every hour", "cron(30 3 * * ? *)", "cron(30 * * * ? *)", "schedule:", `schedule must have one hour from 0 to 23, because a data cut is a day and is scored once, got "cron(30 * * * ? *)"`, true},
	{"an hour whose day in UTC changes with the clocks", "cron(30 3 * * ? *)", "cron(30 1 * * ? *)", "schedule:", "schedule must have an hour at which it is the same day in UTC in summer and in winter: a data cut is a day in UTC, and at 01:30 Europe/Berlin the change of the clocks would leave one out and claim another one twice, got \"cron(30 1 * * ? *)\"", true},
	{"a schedule of another system", "cron(30 3 * * ? *)", "30 3 * * *", "schedule:", "", false},
	{"both days", "cron(30 3 * * ? *)", "cron(30 3 * * * *)", "schedule:", `schedule must have ? as the day of the month or as the day of the week, and not as both, got "cron(30 3 * * * *)"`, true},
	{"a day that no month has", "cron(30 3 * * ? *)", "cron(30 3 32 * ? *)", "schedule:", `schedule must have a day of the month of EventBridge Scheduler, got "cron(30 3 32 * ? *)"`, true},
	{"a fraction of a day", "closeAfter: 3", "closeAfter: 2.5", "closeAfter:", "alerts.closeAfter must be a whole number from 1 to 30, got 2.5", false},
	{"no suppression at all", "suppressionDays: 30", "suppressionDays: 0", "suppressionDays:", "alerts.suppressionDays must be a whole number from 1 to 180, got 0", false},
	{"a day of a daily digest", "every: weekly", "every: daily", "day: monday", `alerts.digest.day must be left out of a daily digest, got "monday"`, false},
	{"an anchor", "landmarkDays: 28", "landmarkDays: &days 28", "landmarkDays:", "landmarkDays must be a plain value, got an anchor: write the value out", true},
	{"a tag", "landmarkDays: 28", "landmarkDays: !!int 28", "landmarkDays:", "landmarkDays must be a plain value, got a tag: write the value out", true},
	{"a list for an object", "endpoint:\n  name: dropout-risk", "endpoint: [dropout-risk]", "endpoint:", "endpoint must be an object, got a list", false},
	{"a limit that does not exist", "mostAlerts: 40", "leastAlerts: 40", "leastAlerts:", "outcomes.leastAlerts is not a field: remove it, or correct its name", false},
	{"an outcome that does not exist", "predicts: treatment", "predicts: death", "predicts:", `outcomes.predicts must be treatment or study, got "death"`, false},
	{"too few subjects for a figure", "minimumSubjects: 50", "minimumSubjects: 5", "minimumSubjects:", "outcomes.minimumSubjects must be a whole number from 10 to 100000, got 5", false},
	{"a share as a percentage", "minimumPPV: 0.2", "minimumPPV: 20", "minimumPPV:", "outcomes.minimumPPV must be a number above 0 and below 1, got 20", false},
	{"a range without the right value", "{from: 0.7, to: 1.4}", "{from: 0.7, to: 0.9}", "observedToExpected:", "outcomes.observedToExpected.to must be a number above 1, 100 at most, got 0.9", false},
	{"half a range", "{from: 0.6, to: 1.5}", "{from: 0.6}", "slope:", "outcomes.slope.to is required: it must be a number above 1, 100 at most", false},
	{"a number for a range", "{from: 0.6, to: 1.5}", "0.6", "slope:", "outcomes.slope must be an object, got 0.6", false},
	{"no alert at all", "mostAlerts: 40", "mostAlerts: 0", "mostAlerts:", "outcomes.mostAlerts must be a whole number from 1 to 10000, got 0", false},
	{"a jump over too few runs", "runs: 7}", "runs: 2}", "highRiskJump:", "outcomes.highRiskJump.runs must be a whole number from 3 to 30, got 2", false},
	{"a jump without its size", "{by: 0.1, runs: 7}", "{runs: 7}", "highRiskJump:", "outcomes.highRiskJump.by is required: it must be a number above 0 and below 1", false},
	{"limits without a limit", limits, "outcomes: {}\n", "outcomes:", "outcomes must have at least one limit, or be left out", false},
	{"a number of subjects for no limit", limits, "outcomes: {minimumSubjects: 50}\n", "outcomes:", "outcomes must have at least one limit, or be left out", true},
	{"nothing for a value", "landmarkDays: 28", "landmarkDays:", "landmarkDays:", "landmarkDays must be a whole number from 1 to 3650, got nothing", false},
}

func TestWrongFiles(t *testing.T) {
	_, source := load(t)
	schema := compiled(t)
	for _, row := range wrong {
		t.Run(row.reason, func(t *testing.T) {
			text := replaced(t, source, row.old, row.replacement)
			_, err := trial.Parse("f.yaml", []byte(text))
			if err == nil {
				t.Fatal("is accepted")
			}
			if want := located(lineOf(t, text, row.on)) + row.fault; !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if refused := schema.Validate(asJSON(t, text)) != nil; refused == row.beyond {
				t.Errorf("the schema refuses it: %v", refused)
			}
		})
	}
}

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	_, source := load(t)
	text := source
	for _, at := range []int{0, 3, 9, 10, 16, 33} { // faults of different lines
		text = replaced(t, text, wrong[at].old, wrong[at].replacement)
	}
	_, err := trial.Parse("f.yaml", []byte(text))
	if err == nil || strings.Count(err.Error(), "\n") != 5 { // the bands are not compared with a threshold that is none
		t.Errorf("got %v", err)
	}
}

func TestFilesThatAreNoTrials(t *testing.T) {
	_, source := load(t)
	for text, want := range map[string]string{
		"":                      "f.yaml:1: the file must have one document, got 0",
		source + "---\n" + "{}": "f.yaml:1: the file must have one document, got 2",
		"a: [":                  "f.yaml:1: the file is not YAML: ",
		"just text":             "f.yaml:1: the file must be an object, got \"just text\"",
	} {
		if _, err := trial.Parse("f.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The schema accepts what the program accepts, and its canonical form.
func TestTheSchemaAcceptsTheExample(t *testing.T) {
	got, source := load(t)
	schema := compiled(t)
	for _, text := range []string{source, string(got.Canonical())} {
		if err := schema.Validate(asJSON(t, text)); err != nil {
			t.Error(err)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/trial.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON reads YAML as an editor with the schema does.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := yaml.UnmarshalWithOptions([]byte(text), &value, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(value)
	if err != nil {
		return map[string]any{"threshold": map[string]any{}} // a number that JSON does not have
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func FuzzParse(f *testing.F) {
	source, err := os.ReadFile(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(source)
	for _, row := range wrong {
		f.Add([]byte(strings.Replace(string(source), row.old, row.replacement, 1)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := trial.Parse("f.yaml", text)
		if err != nil {
			return
		}
		again, err := trial.Parse("f.json", got.Canonical())
		if err != nil || again.Digest() != got.Digest() {
			t.Errorf("the canonical form is read as another trial: %v", err)
		}
	})
}
