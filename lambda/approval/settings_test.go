package approval

import (
	"maps"
	"strings"
	"testing"
)

func TestSettingsNameEveryMissingVariable(t *testing.T) {
	none := func(string) string { return "" }
	for reason, row := range map[string]struct {
		read func(func(string) string) (Settings, error)
		want []string
	}{
		"requesting": {RequestSettings, []string{EnvTable, EnvBucket, EnvPrefix, EnvTopic, EnvFunction}},
		"deciding":   {DecideSettings, []string{EnvTable, EnvBucket, EnvBucketOwner, EnvPrefix, EnvApprovers, EnvTrailLogs}},
	} {
		_, err := row.read(none)
		if err == nil || len(strings.Split(err.Error(), "\n")) != len(row.want) {
			t.Fatalf("%s: got %v, want the faults of %v", reason, err, row.want)
		}
		for _, name := range row.want {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%s: the error does not name %s: %v", reason, name, err)
			}
		}
	}
}

func TestSettingsAreRead(t *testing.T) {
	variables := map[string]string{
		EnvTable: "table", EnvBucket: "bucket", EnvBucketOwner: "123456789012", EnvPrefix: "decisions/", EnvApprovers: "arn:a arn:b", EnvSessionNames: "^jane$",
		EnvMachines: "arn:aws:iam::123456789012:role/Nightly", EnvTrailLogs: "trail", EnvRoster: `{"jane": "Jane Doe"}`,
	}
	s, err := DecideSettings(func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	if s.Table != "table" || s.Bucket != "bucket" || s.BucketOwner != "123456789012" || s.Prefix != "decisions/" || len(s.Signers.Approvers) != 2 || !s.Signers.SessionNames.match("jane") ||
		s.TrailLogs != "trail" || len(s.Signers.Machines) != 1 || s.Roster["jane"] != "Jane Doe" {
		t.Errorf("got %+v", s)
	}
	for reason, row := range map[string]struct{ name, wrong string }{
		"a broken expression":     {EnvSessionNames, "("},
		"a machine without ARN":   {EnvMachines, "nightly"},
		"no object":               {EnvRoster, `["Jane"]`},
		"a name that nobody sees": {EnvRoster, `{"jane": "\u3164"}`},
		"two lines":               {EnvRoster, `{"jane": "Jane\nDoe"}`},
		"one person twice":        {EnvRoster, `{"jane": "Jane Doe", "jane": "Joe Bloggs"}`},
	} {
		changed := maps.Clone(variables)
		changed[row.name] = row.wrong
		if _, err := DecideSettings(func(name string) string { return changed[name] }); err == nil || !strings.Contains(err.Error(), row.name) {
			t.Errorf("%s: got %v", reason, err)
		}
	}
}
