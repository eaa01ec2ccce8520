package workflow

import (
	"testing"
	"time"
)

func TestStarted(t *testing.T) {
	for fraction, want := range map[time.Duration]string{
		0:                      "2026-03-01T03:00:00Z",
		time.Microsecond:       "2026-03-01T03:00:00Z",
		120 * time.Millisecond: "2026-03-01T03:00:00.120Z",
	} {
		at := time.Date(2026, 3, 1, 4, 0, 0, int(fraction), time.FixedZone("", 3600))
		if got := Started(at); got != want {
			t.Errorf("%v: %s, want %s", fraction, got, want)
		}
	}
}
