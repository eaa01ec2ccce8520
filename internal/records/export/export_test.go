package export_test

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/memory"
)

// Requirements: P11-10b
func TestEveryRecordIsThereByteForByte(t *testing.T) {
	s := newScene(t)
	result := s.export()
	m := result.Manifest
	if len(m.Parts) != 2 || m.Parts[0].Part != "2026-02" || m.Parts[0].Runs != 6 || m.Parts[1].Runs != 4 {
		t.Fatalf("the parts are %+v", m.Parts)
	}
	if m.Counts[records.Decision] != nights || m.Counts[records.Exclusion] != nights || m.Counts[records.Approval] != 2 || m.Counts[records.Transition] < 2 {
		t.Errorf("the counts are %v", m.Counts)
	}
	total := 0
	for _, summary := range m.Parts {
		part, digest, err := records.ReadPart(s.options.Dir, summary.Part)
		if err != nil || digest != summary.Manifest {
			t.Fatalf("%+v, %v, want %+v", digest, err, summary.Manifest)
		}
		for _, r := range part.Records {
			total++
			if got, want := s.read(summary.Part+"/"+r.File), string(s.Objects[r.Key].Body()); got != want || r.SHA256 != records.Digest([]byte(want)) || r.WriterSHA256 != r.SHA256 {
				t.Errorf("%s is not as it is stored", r.Key)
			}
			if r.Lock == nil || r.Lock.Mode != "COMPLIANCE" || r.Lock.Until == nil || r.Version == "" || r.Bytes == 0 {
				t.Errorf("%s: lock %+v, version %q", r.Key, r.Lock, r.Version)
			}
		}
	}
	if total != len(s.Objects) {
		t.Errorf("%d records, and the store has %d", total, len(s.Objects))
	}
	if got := s.read(records.DigestFile); got != result.Digest+"  manifest.json\n" || records.Digest([]byte(s.read(records.ManifestFile))) != result.Digest {
		t.Errorf("the digest is %s, and the file says %s", result.Digest, got)
	}
	for name := range s.tree() {
		if strings.Contains(name, records.WorkFolder) || strings.Contains(name, "INCOMPLETE") {
			t.Errorf("%s is left", name)
		}
	}
}

// What became of the subjects is exported with the month of the import, and its page leads to the record.
func TestOutcomesAreExported(t *testing.T) {
	s := newScene(t)
	key := s.Outcomes(7)
	m := s.export().Manifest
	if m.Counts[records.Outcomes] != 1 || m.Parts[1].Counts[records.Outcomes] != 1 {
		t.Errorf("the counts are %v", m.Counts)
	}
	if page := s.read("2026-03/index.html"); !strings.Contains(page, "What became of the subjects") || !strings.Contains(page, records.File(key)) || strings.Contains(page, "could not") {
		t.Error("the page of the month does not lead to the record")
	}
	if index := s.read("index.html"); !strings.Contains(index, "1 record of outcomes") {
		t.Error("the index does not count it")
	}
	if february := s.read("2026-02/index.html"); strings.Contains(february, "What became of the subjects") {
		t.Error("a month without an import has a section about it")
	}
}

// 21 CFR 11.50: printed name, date and time, and meaning are on every page that shows what was signed.
//
// Requirements: P11-10b, P11-50b
func TestEveryPageHasTheSignatures(t *testing.T) {
	s := newScene(t)
	s.export()
	for _, name := range []string{"2026-02/index.html", "2026-02/subjects.html"} {
		page := s.read(name)
		at := strings.Index(page, `id="signatures"`)
		if at < 0 {
			t.Fatalf("%s has no signatures", name)
		}
		for _, part := range []string{"Jane Doe", "2026-02-23 04:00:00 UTC", "responsibility", "approved"} {
			if !strings.Contains(page[at:], part) {
				t.Errorf("the signatures of %s have no %q", name, part)
			}
		}
	}
	if page := s.read("2026-03/subjects.html"); !strings.Contains(page, "has seen the alert") || !strings.Contains(page, "2026-03-04 07:00:00 UTC") {
		t.Error("what a person did about an alert is not signed on the page")
	}
}

// A spreadsheet takes no cell for a formula, and every table has its rows.
//
// Requirements: P11-10b
func TestTheTablesAreSafe(t *testing.T) {
	s := newScene(t)
	s.export()
	for _, name := range []string{"runs.csv", "2026-02/runs.csv", "2026-02/subjects.csv", "2026-02/happened.csv", "2026-02/signatures.csv", "2026-02/records.csv"} {
		rows, err := csv.NewReader(strings.NewReader(s.read(name))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					t.Errorf("%s has the cell %q", name, cell)
				}
			}
		}
	}
	if signed := s.read("2026-02/signatures.csv"); !strings.Contains(signed, "'=the site was called") {
		t.Errorf("got %s", signed)
	}
}

// Requirements: P11-10b
func TestTheIndexLeadsToEverySubjectAndRun(t *testing.T) {
	s := newScene(t)
	s.export()
	for page, parts := range map[string][]string{
		"subjects.html": {`href="2026-02/subjects.html#S-0000"`, `href="2026-03/subjects.html#S-0000"`, "S-9999"},
		"runs.html":     {`href="2026-02/index.html#` + filepath.Base(s.Run(0).Folder), `href="2026-03/index.html#` + filepath.Base(s.Run(9).Folder)},
		"index.html":    {`href="2026-02/index.html"`, "COMPLIANCE for 365 days", "no trail"},
	} {
		for _, part := range parts {
			if !strings.Contains(s.read(page), part) {
				t.Errorf("%s has no %s", page, part)
			}
		}
	}
	if page := s.read("2026-02/subjects.html"); !strings.Contains(page, `id="S-0000"`) || !strings.Contains(page, "visits_missed -0.40") {
		t.Error("the page of the subjects does not show the first one")
	}
}

func TestAPeriodIsByTheDayOfTheRun(t *testing.T) {
	s := newScene(t)
	s.options.From, s.options.To = "2026-02-25", "2026-03-01"
	m := s.export().Manifest
	if m.Counts[records.Decision] != 5 || m.Counts[records.Exclusion] != 5 || m.From != "2026-02-25" {
		t.Errorf("the counts are %v", m.Counts)
	}
	if s.Reads() >= len(s.Objects) {
		t.Errorf("%d objects were read: those of earlier days need not be", s.Reads())
	}
	s.options.Dir, s.options.From, s.options.To = t.TempDir(), "2030-01-01", ""
	s.fails("the store has no record of the trial SYN-AD-402 from 2030-01-01 to now")
	if entries, err := os.ReadDir(s.options.Dir); err != nil || len(entries) > 0 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
	s.options.From, s.options.To = "2026-03-01", "2026-02-01"
	s.fails("the first day, 2026-03-01, is after the last day, 2026-02-01")
	s.options.From, s.options.To, s.options.TrialID = "1 March", "", "../T"
	s.fails(`the first day must have the form 2026-10-31, got "1 March"`)
	s.fails(`got "../T"`)
}

// Records that were stored after the export began belong to the next one.
func TestAnExportIsAsOfItsBegin(t *testing.T) {
	s := newScene(t)
	s.options.Now = func() time.Time { return first.AddDate(0, 0, 5) }
	if m := s.export().Manifest; m.Counts[records.Decision] != 5 || !m.AsOf.Equal(first.AddDate(0, 0, 5)) {
		t.Errorf("%d decision records as of %s", m.Counts[records.Decision], m.AsOf)
	}
}

// Fields that this program does not know are shown, and what lies beside an approval comes with it.
func TestFurtherFieldsAndAttachmentsAreShown(t *testing.T) {
	s := newScene(t)
	decision, approved := s.Run(0).Folder+"batch-0000000.json", s.ApprovalKey(0)
	known, signed := s.Objects[decision].Body, s.Objects[approved].Body
	s.Put(decision, first.Add(time.Minute), func() []byte {
		return []byte(strings.NewReplacer(`"threshold"`, `"release": {"version": "7"}, "threshold"`, `"branch": "alert"`, `"band": "severe", "branch": "alert"`).Replace(string(known())))
	})
	s.Put(approved, first.Add(time.Hour), func() []byte {
		return []byte(strings.Replace(string(signed()), `"round"`, `"witness": "Joe Doe", "round"`, 1))
	})
	s.Put(strings.TrimSuffix(approved, ".json")+"/note.json", first.AddDate(0, 0, 7), func() []byte { return []byte(`{"schemaVersion": 1}`) })
	m := s.export().Manifest
	if m.Counts[records.Attachment] != 3 || m.Parts[0].Counts[records.Attachment] != 3 {
		t.Errorf("the attachments are %v, %v", m.Counts, m.Parts[0].Counts)
	}
	for name, parts := range map[string][]string{
		"2026-02/index.html":    {"<dt>release.version</dt><dd>7</dd>", "<dt>witness</dt><dd>Joe Doe</dd>", "<dt>Time source</dt><dd>AWS Step Functions</dd>", `<th scope="row">S-0000</th><td data-label="Verdict"><span>approved</span></td><td data-label="Code"><span>confirmed</span></td>`, ">note.json</a>", ">what the signer was shown</a>"},
		"2026-02/subjects.html": {"band: severe", "approved by Jane Doe · code confirmed"},
	} {
		for _, part := range parts {
			if !strings.Contains(s.read(name), part) {
				t.Errorf("%s has no %s", name, part)
			}
		}
	}
}

func TestVersionsThatShouldNotBeThereAreNamed(t *testing.T) {
	s := newScene(t)
	first, second := s.Objects[s.Run(0).Folder+"batch-0000000.json"], s.Objects[s.Run(1).Folder+"batch-0000000.json"]
	first.Later = []records.Version{{ID: "v2", Modified: first.Modified.Add(time.Hour)}, {ID: "m", Modified: first.Modified.Add(2 * time.Hour), Deleted: true}}
	second.Body, second.Later = nil, []records.Version{{ID: "m", Modified: second.Modified, Deleted: true}}
	s.export()
	page := s.read("2026-02/index.html")
	for _, part := range []string{"other versions or delete markers of the record, 2", "only delete markers are left. Nobody can read the record"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not say %q", part)
		}
	}
}

// Requirements: P11-10b
func TestRunsThatAreMissingAreNamed(t *testing.T) {
	s := newScene(t)
	s.options.Trial, s.options.Claims = registered(t), memory.Claims{Trial: s.Trial, Runs: nights}
	for _, n := range []int{3, 4, 7} { // claimed, and nothing recorded
		r := s.Run(n)
		delete(s.Objects, r.Folder+"batch-0000000.json")
		delete(s.Objects, "exclusions/"+s.ID+"/"+filepath.Base(r.Folder)+".json")
	}
	runs := s.export().Manifest.Runs
	if len(runs.Missing) != 3 || runs.Missing[0].Day != "2026-02-26" || runs.Missing[0].Execution != s.Run(3).Execution || !strings.Contains(runs.Missing[0].Why, "claimed the data cut") {
		t.Errorf("missing: %+v", runs.Missing)
	}
	if !strings.Contains(strings.Join(runs.Known, " "), "10 claims") || !strings.Contains(strings.Join(runs.Unknown, " "), "another schedule or status on an earlier day") {
		t.Errorf("known %q, unknown %q", runs.Known, runs.Unknown)
	}
	s.options.Dir, s.options.Claims = t.TempDir(), nil
	runs = s.export().Manifest.Runs
	if len(runs.Missing) != 2 || runs.Missing[0].Day != "2026-02-26" || runs.Missing[0].Until != "2026-02-27" || runs.Missing[0].Runs != 2 || runs.Missing[1].Day != "2026-03-02" {
		t.Errorf("by the schedule: %+v", runs.Missing)
	}
	if page := s.read("index.html"); !strings.Contains(page, "3 runs missing") || !strings.Contains(page, "2026-02-26 to 2026-02-27") {
		t.Error("the page does not name the missing runs")
	}
	s.options.Dir, s.options.Trial = t.TempDir(), nil
	if runs = s.export().Manifest.Runs; len(runs.Missing) != 0 || len(runs.Unknown) != 4 {
		t.Errorf("without anything to compare with: %+v", runs)
	}
}

var errRefused = errors.New("S3 GetObject: AccessDenied")

// Wherever an export is interrupted, nobody takes it for a whole one, and the same command makes of it what it would have been.
//
// Requirements: P11-10b
func TestAnInterruptedExportGoesOn(t *testing.T) {
	whole := newScene(t)
	whole.export()
	want := whole.tree()
	for at := 1; at <= len(whole.Objects); at += 3 {
		s := newScene(t)
		var reads atomic.Int64
		s.Fail = func(string) error {
			if reads.Add(1) >= int64(at) {
				return errRefused
			}
			return nil
		}
		s.fails("AccessDenied")
		if _, _, err := records.ReadManifest(s.options.Dir); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("read %d: there is a manifest: %v", at, err)
		}
		s.read("INCOMPLETE.txt")
		s.Fail = nil
		if result := s.export(); !result.Resumed {
			t.Errorf("read %d: it began anew", at)
		}
		if got := s.tree(); !same(got, want) {
			t.Errorf("read %d: another export", at)
		}
	}
}

func same(a, b map[string]string) bool {
	for name, digest := range b {
		if a[name] != digest {
			return false
		}
	}
	return len(a) == len(b)
}

// A crash between the list of a part and the state lists records twice: they are there once.
func TestABatchThatWasTakenTwiceIsThereOnce(t *testing.T) {
	whole := newScene(t)
	whole.export()
	for batch := 1; batch <= 4; batch++ { // one for each kind
		s := newScene(t)
		done := 0
		s.options.Progress = &counting{done: func(step string) {
			if done++; step == "records" && done == batch {
				panic(errRefused)
			}
		}}
		func() {
			defer func() { _ = recover() }()
			s.export()
		}()
		if done != batch {
			t.Fatalf("batch %d: no crash", batch)
		}
		s.options.Progress = silent{}
		if result := s.export(); !result.Resumed || !same(s.tree(), whole.tree()) {
			t.Errorf("batch %d: another export", batch)
		}
	}
}

// A part that is written is not written again.
func TestWrittenPartsStay(t *testing.T) {
	s := newScene(t)
	done := 0
	s.options.Progress = &counting{done: func(step string) {
		if step == "months" {
			if done++; done == 1 {
				panic(errRefused)
			}
		}
	}}
	func() {
		defer func() { _ = recover() }()
		s.export()
	}()
	s.options.Progress = silent{}
	if result := s.export(); !result.Resumed || len(result.Manifest.Parts) != 2 || s.Reads() != len(s.Objects) {
		t.Errorf("resumed: %v, %d parts, %d reads of %d objects", result.Resumed, len(result.Manifest.Parts), s.Reads(), len(s.Objects))
	}
}

// counting hears of each unit of a step that is done.
type counting struct {
	step string
	done func(step string)
}

func (c *counting) Begin(step string, _ int) { c.step = step }
func (c *counting) Done(int)                 { c.done(c.step) }

func TestAFolderOfSomebodyElseIsRefused(t *testing.T) {
	s := newScene(t)
	s.options.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(s.options.Dir, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails("holds files that are not of an export")
	s = newScene(t)
	s.export()
	s.fails("holds a complete export")
	s = newScene(t)
	s.Fail = func(string) error { return errRefused }
	s.fails("AccessDenied")
	s.options.From = "2026-02-24"
	s.fails("has an interrupted export of the trial SYN-AD-402 from the beginning to now")
}

func TestAFileThatChangedMeanwhileIsRefused(t *testing.T) {
	s := newScene(t)
	fetched := false
	s.options.Progress = &counting{done: func(step string) {
		if step == "records" && !fetched {
			fetched = true
			name := filepath.Join(s.options.Dir, "2026-02", "records", filepath.FromSlash(s.Run(0).Folder), "batch-0000000.json")
			if err := os.WriteFile(name, []byte("{}"), 0o600); err != nil {
				t.Error(err)
			}
		}
	}}
	s.fails("is not what was fetched")
}

// Text of others obeys nobody: it hides nothing, and is no HTML.
func TestTextOfOthersIsShownAsItIs(t *testing.T) {
	s := newScene(t)
	approved := s.ApprovalKey(0)
	signed := s.Objects[approved].Body
	s.Put(approved, first.Add(time.Hour), func() []byte {
		return []byte(strings.Replace(string(signed()), "=the site was called", `<script>\u202e\u001b[2J`, 1))
	})
	s.export()
	for _, name := range []string{"2026-02/index.html", "2026-02/subjects.html", "2026-02/signatures.csv"} {
		page := s.read(name)
		if strings.ContainsAny(page, "\u202e\u001b") || strings.Contains(page, "<script>") && strings.HasSuffix(name, "html") || !strings.Contains(page, `\u202e\x1b[2J`) {
			t.Errorf("%s obeys the text of somebody", name)
		}
	}
}
