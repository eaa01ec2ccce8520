package export_test

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/internal/records/memory"
)

// heap is a progress that measures the memory that is in use, above what was in use before.
type heap struct {
	before, most uint64
	steps        int
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (h *heap) Begin(string, int) {}

// Done measures at every 20th step: a collection takes some milliseconds.
func (h *heap) Done(int) {
	if h.steps++; h.steps%20 == 0 {
		if now := inUse(); now > h.before {
			h.most = max(h.most, now-h.before)
		}
	}
}

// exportRuns exports a trial of so many runs, and returns the memory that it took at most.
func exportRuns(t *testing.T, runs int) (uint64, *export.Result) {
	t.Helper()
	s := memory.NewTrial(registered(t), time.Date(2000, time.January, 1, 3, 0, 0, 0, time.UTC), 3)
	for n := range runs {
		if err := s.Night(n); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range s.List(t.Context(), "decisions/", "") { // it sorts its keys
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	h := &heap{before: inUse()}
	result, err := export.Export(t.Context(), export.Options{
		Store: s.Store, TrialID: s.ID, Dir: filepath.Join(t.TempDir(), "export"), Progress: h, NoTrail: "none", Claims: memory.Claims{Trial: s, Runs: runs}, Trial: s.Trial,
		Now: func() time.Time { return s.First.AddDate(0, 0, runs) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h.most, result
}

// 27 years of nightly runs take the memory of a few months: an export holds one part.
func TestTenThousandRunsTakeTheMemoryOfAMonth(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 25,000 files")
	}
	few, _ := exportRuns(t, 500)
	many, result := exportRuns(t, 10_000)
	m := result.Manifest
	t.Logf("500 runs: %d KiB, 10,000 runs: %d KiB, %d parts, %v", few>>10, many>>10, len(m.Parts), m.Counts)
	if len(m.Parts) != 329 || m.Counts[records.Decision] != 10_000 || len(m.Runs.Missing) != 0 {
		t.Errorf("%d parts, %v, missing %+v", len(m.Parts), m.Counts, m.Runs.Missing)
	}
	if most := few + 4<<20; many > most {
		t.Errorf("10,000 runs took %d KiB, and 500 runs %d KiB", many>>10, few>>10)
	}
}
