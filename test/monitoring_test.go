package test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gkampitakis/go-snaps/snaps"
	"github.com/google/go-cmp/cmp"
)

// alarms returns the template's alarms, by id.
func (p *pipeline) alarms() map[string]object {
	found := map[string]object{}
	for id, alarm := range p.resources("AWS::CloudWatch::Alarm") {
		id = strings.TrimPrefix(id, "Monitoring")
		found[id[:len(id)-len("01234567")]] = alarm // without the hash at its end
	}
	return found
}

var alwaysWatched = []string{
	"AbortedExecutions", "FailedDeliveries", "FailedExecutions", "ModelClientErrors", "ModelLatency", "ModelServerErrors",
	"ThrottledExecutions", "TimedOutExecutions",
}

// `make snapshots` runs the test, too.
func TestSnapshotsOfMonitoring(t *testing.T) {
	for _, row := range []struct {
		name   string
		change monitoringChange
		want   []string
	}{
		{"none", nil, alwaysWatched},
		{"all", fullMonitoring, append([]string{"ExpiringApprovals", "OverdueRun", "RefusedSignatures", "UndeliveredAlerts"}, alwaysWatched...)},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := synthesizeMonitoring(t, row.name, row.change)
			slices.Sort(row.want)
			if diff := cmp.Diff(row.want, slices.Sorted(maps.Keys(p.alarms()))); diff != "" {
				t.Error(diff)
			}
			var template object
			if err := json.Unmarshal([]byte(text(p.template)), &template); err != nil {
				t.Fatal(err)
			}
			expandDefinitions(t, template)
			snaps.WithConfig(snaps.Filename("monitoring-"+row.name), snaps.Ext(".json")).
				MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(template), "ASSET-HASH"))
		})
	}
}

// logicalID returns the logical id of an alarm.
func (p *pipeline) logicalID(t *testing.T, id string) string {
	t.Helper()
	logical, _ := p.one(t, "AWS::CloudWatch::Alarm", id)
	return logical
}
