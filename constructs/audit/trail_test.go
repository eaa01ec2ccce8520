package audit

import (
	"testing"
	"time"
)

func TestValidateTrail(t *testing.T) {
	records := &RecordStore{lock: lock{mode: Compliance, retention: 10 * 365 * day}}
	for reason, row := range map[string]struct {
		props *TrailProps
		want  string
	}{
		"lock and retention default to the records' own": {&TrailProps{Records: records, EndpointName: "dropout"}, ""},
		"logs may outlive the records":                   {&TrailProps{Records: records, EndpointName: "dropout", Retention: 15 * 365 * day}, ""},
		"the props are required":                         {nil, "props are required, got nil"},
		"all faults at once": {
			&TrailProps{Lock: "NONE", Retention: time.Minute, EndpointName: "dropout/inference"},
			"Lock must be GOVERNANCE or COMPLIANCE, got \"NONE\"\n" +
				"Retention must be whole days from 24h0m0s to 876000h0m0s, got 1m0s\n" +
				"EndpointName must be 1 to 63 letters, digits and inner hyphens, got \"dropout/inference\"\n" +
				"Records is required: the record store whose accesses the trail logs",
		},
		"Part 11 keeps the trail as long as the records": {
			&TrailProps{Records: records, EndpointName: "dropout", Lock: Governance, Retention: 365 * day},
			"Retention must be at least as long as the records' retention, 87600h0m0s, got 8760h0m0s\n" +
				"Lock must be COMPLIANCE, as for the records, got GOVERNANCE",
		},
	} {
		t.Run(reason, func(t *testing.T) { wantFaults(t, row.props.Validate(), row.want) })
	}
}
