package approval

import (
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
		"deciding":   {DecideSettings, []string{EnvTable, EnvBucket, EnvPrefix, EnvApprovers}},
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
		EnvTable: "table", EnvBucket: "bucket", EnvPrefix: "decisions/", EnvApprovers: "arn:a arn:b", EnvSessionNames: "^jane$", EnvRoster: `{"jane": "Jane Doe"}`,
	}
	s, err := DecideSettings(func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	if s.Table != "table" || s.Bucket != "bucket" || s.Prefix != "decisions/" || len(s.Signers.Approvers) != 2 || !s.Signers.SessionNames.MatchString("jane") || s.Roster["jane"] != "Jane Doe" {
		t.Errorf("got %+v", s)
	}
	for reason, roster := range map[string]string{"no object": `["Jane"]`, "a name that nobody sees": `{"jane": "\u3164"}`, "two lines": `{"jane": "Jane\nDoe"}`} {
		variables[EnvRoster] = roster
		if _, err := DecideSettings(func(name string) string { return variables[name] }); err == nil || !strings.Contains(err.Error(), EnvRoster) {
			t.Errorf("%s: got %v", reason, err)
		}
	}
	variables[EnvRoster], variables[EnvSessionNames] = "", "("
	if _, err := DecideSettings(func(name string) string { return variables[name] }); err == nil || !strings.Contains(err.Error(), EnvSessionNames) {
		t.Errorf("a broken expression: got %v", err)
	}
}
