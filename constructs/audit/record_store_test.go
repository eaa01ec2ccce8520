package audit

import (
	"testing"
	"time"
)

func TestValidateRecordStore(t *testing.T) {
	for reason, row := range map[string]struct {
		props *RecordStoreProps
		want  string
	}{
		"no props are the defaults": {nil, ""},
		"a century is the most":     {&RecordStoreProps{Lock: Compliance, Retention: 100 * 365 * day}, ""},
		"S3 counts whole days, and there are two modes": {
			&RecordStoreProps{Lock: "LEGAL", Retention: time.Hour},
			"Lock must be GOVERNANCE or COMPLIANCE, got \"LEGAL\"\n" +
				"Retention must be whole days from 24h0m0s to 876000h0m0s, got 1h0m0s",
		},
	} {
		t.Run(reason, func(t *testing.T) {
			got := ""
			if err := row.props.Validate(); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}
