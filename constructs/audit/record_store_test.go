package audit

import (
	"testing"
	"time"
)

const custodian = "arn:aws:iam::123456789012:role/quality/RecordsManager"

// wantFaults compares the faults of props, one a line, with the wanted ones.
func wantFaults(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestValidateRecordStore(t *testing.T) {
	for reason, row := range map[string]struct {
		props *RecordStoreProps
		want  string
	}{
		"no props are the defaults": {nil, ""},
		"a century is the maximum":  {&RecordStoreProps{Lock: Compliance, Retention: 100 * 365 * day}, ""},
		"a custodian is a role":     {&RecordStoreProps{Custodians: []string{custodian}}, ""},
		"S3 counts whole days, and there are two modes": {
			&RecordStoreProps{Lock: "LEGAL", Retention: time.Hour, AccessLogRetention: 36 * time.Hour},
			"Lock must be GOVERNANCE or COMPLIANCE, got \"LEGAL\"\n" +
				"Retention must be whole days from 24h0m0s to 876000h0m0s, got 1h0m0s\n" +
				"AccessLogRetention must be whole days from 24h0m0s to 876000h0m0s, got 36h0m0s",
		},
		"a custodian is an ARN, and not everybody": {
			&RecordStoreProps{Custodians: []string{"Jane", custodian, "*"}},
			"Custodians[0] must be the ARN of an IAM role or user, got \"Jane\"\n" +
				"Custodians[2] must be the ARN of an IAM role or user, got \"*\"",
		},
		"only roles break the glass": {
			&RecordStoreProps{BreakGlass: []string{custodian, "arn:aws:iam::123456789012:user/jane"}},
			"BreakGlass[1] must be the ARN of an IAM role, got \"arn:aws:iam::123456789012:user/jane\"",
		},
		"COMPLIANCE has no custodians": {
			&RecordStoreProps{Lock: Compliance, Custodians: []string{custodian}},
			"Custodians must be empty with COMPLIANCE, which lets nobody delete a record early, got 1",
		},
	} {
		t.Run(reason, func(t *testing.T) { wantFaults(t, row.props.Validate(), row.want) })
	}
}
