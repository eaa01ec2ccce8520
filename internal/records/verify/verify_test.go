package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/internal/records/memory"
	"clinical-risk-pipeline/internal/records/verify"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/trial"
)

// first is the start of the first night: six nights are of February, the others of March.
var first = time.Date(2026, time.February, 23, 3, 0, 0, 0, time.UTC)

const nights = 10

// scene is an export.
type scene struct {
	*memory.Trial
	t      *testing.T
	dir    string
	digest string

	outcomes string // the key of what became of the subjects
}

func newTrial(t *testing.T, id string) *memory.Trial {
	t.Helper()
	registered, err := trial.Load("../../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	registered.ID = id
	known := memory.NewTrial(registered, first, 3)
	for n := range nights {
		if err := known.Night(n); err != nil {
			t.Fatal(err)
		}
	}
	return known
}

type silent struct{}

func (silent) Begin(string, int) {}
func (silent) Done(int)          {}

// newScene exports a trial, after a change.
func newScene(t *testing.T, change func(*memory.Trial, *export.Options)) *scene {
	t.Helper()
	s := &scene{Trial: newTrial(t, "SYN-AD-402"), t: t, dir: filepath.Join(t.TempDir(), "export")}
	s.outcomes = s.Outcomes(7)
	options := export.Options{
		Store: s.Store, TrialID: s.ID, Dir: s.dir, Progress: silent{}, NoTrail: "no trail", Now: func() time.Time { return first.AddDate(0, 0, nights) },
	}
	if change != nil {
		change(s.Trial, &options)
	}
	result, err := export.Export(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	s.digest = result.Digest
	return s
}

func (s *scene) verify() *verify.Report {
	s.t.Helper()
	report, err := verify.Verify(context.Background(), verify.Options{Dir: s.dir, Digest: s.digest, Now: time.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	return report
}

// file returns the name of a record's file, below the export.
func (s *scene) file(key string) string {
	part := "2026-02"
	if body, err := os.ReadFile(filepath.Join(s.dir, "2026-03", records.File(key))); err == nil && len(body) > 0 {
		part = "2026-03"
	}
	return part + "/" + records.File(key)
}

func (s *scene) read(name string) []byte {
	s.t.Helper()
	body, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
	if err != nil {
		s.t.Fatal(err)
	}
	return body
}

func (s *scene) write(name string, body []byte) {
	s.t.Helper()
	if err := records.WriteFile(s.t.TempDir(), filepath.Join(s.dir, filepath.FromSlash(name)), body); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) remove(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, filepath.FromSlash(name))); err != nil {
		s.t.Fatal(err)
	}
}

// forge changes the manifest of a part, and makes all manifests fit: what somebody does who wants to be believed.
func (s *scene) forge(part string, change func(*records.Part)) {
	s.t.Helper()
	p, _, err := records.ReadPart(s.dir, part)
	if err != nil {
		s.t.Fatal(err)
	}
	change(p)
	p.Counts = map[records.Kind]int{}
	for i := range p.Records {
		r := &p.Records[i]
		p.Counts[r.Kind]++
		if body, err := os.ReadFile(filepath.Join(s.dir, part, filepath.FromSlash(r.File))); err == nil {
			r.Bytes, r.SHA256, r.WriterSHA256 = int64(len(body)), records.Digest(body), records.Digest(body)
		}
	}
	text := records.Encode(p)
	s.write(part+"/"+records.ManifestFile, text)
	m, _, err := records.ReadManifest(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	m.Counts = map[records.Kind]int{}
	for i := range m.Parts {
		if m.Parts[i].Part == part {
			m.Parts[i].Counts = p.Counts
			m.Parts[i].Manifest.Bytes, m.Parts[i].Manifest.SHA256 = int64(len(text)), records.Digest(text)
		}
		for kind, n := range m.Parts[i].Counts {
			m.Counts[kind] += n
		}
	}
	whole := records.Encode(m)
	s.write(records.ManifestFile, whole)
	s.write(records.DigestFile, []byte(records.Digest(whole)+"  "+records.ManifestFile+"\n"))
}

// without leaves a record out of a part.
func without(key string) func(*records.Part) {
	return func(p *records.Part) {
		for i, r := range p.Records {
			if r.Key == key {
				p.Records = append(p.Records[:i], p.Records[i+1:]...)
				return
			}
		}
	}
}

func asItIs(*records.Part) {}

// Requirements: P11-10b
func TestAnExportHolds(t *testing.T) {
	s := newScene(t, nil)
	report := s.verify()
	if !report.Holds || report.Approvals != 2 || report.Counts[records.Decision] != nights || report.Files < len(s.Objects) {
		t.Errorf("got %+v", report)
	}
	for _, note := range report.NotVerifiable {
		if strings.Contains(note.What, "whether this is the manifest") {
			t.Error("the digest was told, and is not compared")
		}
	}
	if report, err := verify.Verify(context.Background(), verify.Options{Dir: s.dir, Now: time.Now}); err != nil || !report.Holds || !strings.Contains(notes(report), "whether this is the manifest that was exported: compare the digest "+s.digest) {
		t.Errorf("without a digest: %+v, %v", report, err)
	}
}

func notes(r *verify.Report) string {
	var all []string
	for _, note := range r.NotVerifiable {
		all = append(all, note.What)
	}
	return strings.Join(all, "\n")
}

func faults(r *verify.Report) string {
	var all []string
	for _, fault := range r.Faults {
		all = append(all, fault.File+": "+fault.Fault)
	}
	return strings.Join(all, "\n")
}

// Every damage is named, with the file. A row's damage is of the files only, unless it forges the manifests, too.
//
// Requirements: P11-10b
func TestEveryDamageIsNamed(t *testing.T) {
	decision := func(s *scene, n int) string { return s.Run(n).Folder + "batch-0000000.json" }
	alter := func(s *scene, name, old, by string) {
		s.t.Helper()
		body := s.read(name)
		if !bytes.Contains(body, []byte(old)) {
			s.t.Fatalf("%s has no %s", name, old)
		}
		s.write(name, bytes.Replace(body, []byte(old), []byte(by), 1))
	}
	transition := func(s *scene, n int) string {
		for key := range s.Objects {
			if strings.HasPrefix(key, "alerts/") && strings.HasSuffix(key, "00000"+string(rune('0'+n))+".json") && s.Objects[strings.Replace(key, "00000"+string(rune('0'+n)), "00000"+string(rune('1'+n)), 1)] != nil {
				return key
			}
		}
		s.t.Fatal("no line has so many transitions")
		return ""
	}
	foreign := func(s *scene) ([]byte, string) {
		other := newTrial(s.t, "OTHER")
		return other.Objects[other.ApprovalKey(0)].Body(), other.ApprovalKey(0)
	}
	for reason, row := range map[string]struct {
		damage func(s *scene)
		want   []string // parts of what is said
	}{
		"a byte of a decision": {func(s *scene) { alter(s, s.file(decision(s, 0)), "0.05", "0.06") }, []string{"batch-0000000.json: altered: it has", "bytes of the decision records: decisions/"}},
		"a byte of a page":     {func(s *scene) { alter(s, "2026-02/index.html", "Jane", "June") }, []string{"2026-02/index.html: altered"}},
		"a byte of a table":    {func(s *scene) { alter(s, "runs.csv", "night", "might") }, []string{"runs.csv: altered"}},
		"a record left out":    {func(s *scene) { s.remove(s.file(decision(s, 1))) }, []string{"batch-0000000.json: missing"}},
		"a record left out of the manifests, too": {func(s *scene) {
			s.remove(s.file(decision(s, 0)))
			s.forge("2026-02", without(decision(s, 0)))
		}, []string{"the digest is ", "approval ap-", "version v1 does not exist"}},
		"a run left out of the manifests, too, whose transitions name it": {func(s *scene) {
			for n := range nights { // a run that made a transition
				key := decision(s, n)
				excluded := "exclusions/" + s.ID + "/" + filepath.Base(s.Run(n).Folder) + ".json"
				part := s.file(key)[:7]
				s.remove(s.file(key))
				s.remove(s.file(excluded))
				s.forge(part, func(p *records.Part) { without(key)(p); without(excluded)(p) })
			}
		}, []string{"it names the run arn:aws:states:eu-central-1:123456789012:execution:Trial:night-0000", "no decision record and no record of exclusions is of that run"}},
		"a transition left out of the manifests, too": {func(s *scene) {
			key := transition(s, 1)
			part := s.file(key)[:7]
			s.remove(s.file(key))
			s.forge(part, without(key))
		}, []string{"the transitions are numbered without a gap, and these are left out: 000001"}},
		"what became of a subject, with the manifests": {func(s *scene) {
			name := s.file(s.outcomes)
			alter(s, name, "ADVERSE EVENT", "LACK OF EFFICACY")
			s.forge(name[:7], asItIs)
		}, []string{"is a record whose key is outcomes/SYN-AD-402/"}},
		"an outcome that does not exist": {func(s *scene) { alter(s, s.file(s.outcomes), `"discontinued"`, `"withdrew"`) }, []string{"it does not meet the schema of its kind, outcomes"}},
		"a signature of another trial": {func(s *scene) {
			body, key := foreign(s)
			s.write("2026-02/"+records.File(key), body)
		}, []string{"approvals/OTHER/", "the manifest does not know this file", "its key is of the trial OTHER, not of SYN-AD-402", "it is a record of the trial OTHER, not of SYN-AD-402"}},
		"a signature of another trial in the place of one, with its manifests": {func(s *scene) {
			body, _ := foreign(s)
			s.write(s.file(s.ApprovalKey(0)), body)
			s.forge("2026-02", asItIs)
		}, []string{"it is a record of the trial OTHER", "bytes of the decision records: decisions/OTHER/", "place of the record: the record belongs to approvals/OTHER/"}},
		"a signature under another name, with its manifests": {func(s *scene) {
			alter(s, s.file(s.ApprovalKey(0)), "jane.doe@example.com", "joe.doe@example.com")
			s.forge("2026-02", asItIs)
		}, []string{"signer: the unique id"}},
		"a decision changed with its manifests, and signed before": {func(s *scene) {
			alter(s, s.file(decision(s, 0)), "0.05", "0.06")
			s.forge("2026-02", asItIs)
		}, []string{"the digest is ", "bytes of the decision records: decisions/"}},
		"what a signer was shown, left out of the manifests, too": {func(s *scene) {
			s.remove(s.file(s.RenderingKey(0)))
			s.forge("2026-02", without(s.RenderingKey(0)))
		}, []string{"approval ap-", "what the signer was shown: approvals/", "version v1 does not exist"}},
		"what a signer was shown, changed with its manifests": {func(s *scene) {
			alter(s, s.file(s.RenderingKey(0)), "S-0000", "S-0001")
			s.forge("2026-02", asItIs)
		}, []string{"what the signer was shown: approvals/", "does not name the subject S-0000"}},
		"a verdict left out, with its manifests": {func(s *scene) {
			alter(s, s.file(s.ApprovalKey(0)), `"subject": "S-0000",`, `"subject": "S-0001",`)
			s.forge("2026-02", asItIs)
		}, []string{"names the subject S-0000, of whom the record has no verdict"}},
		"another alert of a verdict, with its manifests": {func(s *scene) {
			alter(s, s.file(s.ApprovalKey(0)), `"alert": "al-4`, `"alert": "al-5`)
			s.forge("2026-02", asItIs)
		}, []string{"the alert of S-0000 is"}},
		"all transitions of an alert left out of the manifests, too": {func(s *scene) {
			for _, key := range slices.Sorted(maps.Keys(s.Objects)) {
				if strings.HasPrefix(key, "alerts/") {
					part := s.file(key)[:7]
					s.remove(s.file(key))
					s.forge(part, without(key))
				}
			}
		}, []string{"it decides about the alert al-", ", and no transition is of that alert"}},
		"a pipe in the place of a record": {func(s *scene) {
			s.remove(s.file(s.RenderingKey(0)))
			if err := exec.Command("mkfifo", filepath.Join(s.dir, s.file(s.RenderingKey(0)))).Run(); err != nil {
				s.t.Skip(err) // Windows has none
			}
		}, []string{"not a regular file"}},
		"a link in the place of the manifest": {func(s *scene) {
			name := filepath.Join(s.dir, records.ManifestFile)
			if err := errors.Join(os.Rename(name, name+".real"), os.Symlink(name+".real", name)); err != nil {
				s.t.Skip(err)
			}
		}, []string{"manifest.json: manifest.json: not a regular file"}},
		"a record under another key": {func(s *scene) {
			s.write(s.file(decision(s, 1)), s.read(s.file(decision(s, 2))))
			s.forge("2026-02", asItIs)
		}, []string{"it is a record of the run in decisions/SYN-AD-402/", ", and its key is decisions/SYN-AD-402/"}},
		"exclusions of another run": {func(s *scene) {
			name := func(n int) string {
				return s.file("exclusions/" + s.ID + "/" + filepath.Base(s.Run(n).Folder) + ".json")
			}
			s.write(name(1), s.read(name(2)))
			s.forge("2026-02", asItIs)
		}, []string{"is the record of another run"}},
		"a field that the schema lacks": {func(s *scene) {
			alter(s, s.file(decision(s, 1)), `"threshold"`, `"fudge": 1, "threshold"`)
			s.forge("2026-02", asItIs)
		}, []string{"it does not meet the schema of its kind, decision"}},
		"the same name twice": {func(s *scene) {
			alter(s, s.file(decision(s, 1)), `"threshold"`, `"threshold": 0.9, "threshold"`)
			s.forge("2026-02", asItIs)
		}, []string{"not strict JSON"}},
		"a record in another month": {func(s *scene) {
			key := decision(s, 0)
			body := s.read(s.file(key))
			s.write("2026-03/"+records.File(key), body)
			s.forge("2026-03", func(p *records.Part) {
				p.Records = append(p.Records, records.Record{Kind: records.Decision, Key: key, Version: "v1", File: records.File(key), Lock: &records.Lock{Mode: "COMPLIANCE"}})
			})
		}, []string{"it is of 2026-02-23 and lies in the month 2026-03"}},
		"a file of somebody":         {func(s *scene) { s.write("note.txt", nil) }, []string{"note.txt: the manifest does not know this file"}},
		"a month of somebody":        {func(s *scene) { s.write("2026-04/index.html", nil) }, []string{"2026-04: the manifest does not know this folder, with 1 files"}},
		"a file in a month":          {func(s *scene) { s.write("2026-02/note.txt", nil) }, []string{"2026-02/note.txt: the manifest does not know this file"}},
		"a month that is gone":       {func(s *scene) { s.forget("2026-03") }, []string{"2026-03/manifest.json: missing", "counts"}},
		"a manifest of a month":      {func(s *scene) { alter(s, "2026-03/manifest.json", "decision", "decisions") }, []string{"2026-03/manifest.json: altered"}},
		"the digest beside it":       {func(s *scene) { s.write(records.DigestFile, []byte("0")) }, []string{"manifest.sha256: does not have the digest"}},
		"no manifest":                {func(s *scene) { s.remove(records.ManifestFile) }, []string{"manifest.json: missing: this is no complete export"}},
		"an interrupted export":      {func(s *scene) { s.remove(records.ManifestFile); s.write(records.WorkFolder+"/state.json", nil) }, []string{"the export is not complete"}},
		"a manifest that is no JSON": {func(s *scene) { s.write(records.ManifestFile, []byte("{")) }, []string{"manifest.json: the digest is", "is not the manifest of an export"}},
		"a way out of the folder": {func(s *scene) {
			s.forge("2026-02", func(p *records.Part) { p.Records[0].File = "../../secret" })
		}, []string{"the manifest names a file outside the export"}},
		"a link": {func(s *scene) {
			name := filepath.Join(s.dir, s.file(decision(s, 1)))
			s.remove(s.file(decision(s, 1)))
			if err := os.Symlink(filepath.Join(s.dir, "index.html"), name); err != nil {
				s.t.Skip(err)
			}
		}, []string{"not a regular file"}},
		"a count": {func(s *scene) {
			var m map[string]any
			if err := strictjson.Unmarshal(s.read(records.ManifestFile), &m); err != nil {
				s.t.Fatal(err)
			}
			m["counts"].(map[string]any)["decision"] = 99
			body, err := json.Marshal(m)
			if err != nil {
				s.t.Fatal(err)
			}
			s.write(records.ManifestFile, body)
		}, []string{"counts 99 records of the kind decision, and there are 10"}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t, nil)
			row.damage(s)
			report := s.verify()
			if report.Holds {
				t.Fatal("it holds")
			}
			for _, want := range row.want {
				if !strings.Contains(faults(report), want) {
					t.Errorf("nothing says %q:\n%s", want, faults(report))
				}
			}
		})
	}
}

// forget removes a folder.
func (s *scene) forget(folder string) {
	if err := os.RemoveAll(filepath.Join(s.dir, folder)); err != nil {
		s.t.Fatal(err)
	}
}

// All faults are named at once.
func TestAllFaultsAreNamed(t *testing.T) {
	s := newScene(t, nil)
	s.remove("runs.csv")
	s.write("note.txt", nil)
	s.remove(s.file(s.Run(1).Folder + "batch-0000000.json"))
	if report := s.verify(); len(report.Faults) != 3 {
		t.Errorf("got\n%s", faults(report))
	}
}

// Who writes everything anew, without a contradiction, is seen by the digest only.
func TestAForgeryWithoutAContradictionNeedsTheDigest(t *testing.T) {
	s := newScene(t, nil)
	name := s.file(s.Run(1).Folder + "batch-0000000.json") // nobody signed it
	s.write(name, bytes.Replace(s.read(name), []byte("0.05"), []byte("0.06"), 1))
	s.forge("2026-02", asItIs)
	if report := s.verify(); len(report.Faults) != 1 || !strings.Contains(faults(report), "this is not the manifest that was exported") {
		t.Errorf("with the digest:\n%s", faults(report))
	}
	s.digest = ""
	if report := s.verify(); !report.Holds {
		t.Errorf("without the digest, nothing shows it:\n%s", faults(report))
	}
}

func TestWhatTheStoreHadWrongIsNamed(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*memory.Trial)
		want   string
	}{
		"another version": {func(m *memory.Trial) {
			o := m.Objects[m.Run(1).Folder+"batch-0000000.json"]
			o.Later = []records.Version{{ID: "v2", Modified: o.Modified.Add(time.Hour)}}
		}, "the store has another version, v2, of 2026-02-24 04:01:00 UTC beside the record"},
		"a hidden record": {func(m *memory.Trial) {
			o := m.Objects[m.Run(1).Folder+"batch-0000000.json"]
			o.Body, o.Later = nil, []records.Version{{ID: "m", Modified: o.Modified, Deleted: true}}
		}, "only delete markers were left: the record is hidden"},
		"no lock": {func(m *memory.Trial) { m.Objects[m.Run(1).Folder+"batch-0000000.json"].Lock.Mode = "" }, "the store did not lock the record"},
		"a short lock of what was signed": {func(m *memory.Trial) {
			m.Objects[m.Run(0).Folder+"batch-0000000.json"].Lock.Until = first
		}, "locks of the decision records: decisions/"},
		"a signature after the deadline": {func(m *memory.Trial) {
			o := m.Objects[m.ApprovalKey(0)]
			body := o.Body
			o.Body = func() []byte {
				return bytes.Replace(body(), []byte(`"deadline": "2026-02-26T`), []byte(`"deadline": "2026-02-22T`), 1)
			}
		}, "order in time: the signature"},
	} {
		s := newScene(t, func(m *memory.Trial, _ *export.Options) { row.change(m) })
		if report := s.verify(); !strings.Contains(faults(report), row.want) {
			t.Errorf("%s: nothing says %q:\n%s", reason, row.want, faults(report))
		}
	}
}

func TestAPeriodBeginsAnywhere(t *testing.T) {
	s := newScene(t, func(_ *memory.Trial, o *export.Options) { o.From = "2026-02-26" })
	if report := s.verify(); !report.Holds || !strings.Contains(notes(report), "the transitions before 2026-02-26") {
		t.Errorf("got\n%s\n%s", faults(report), notes(report))
	}
}

func TestWhatCannotBeVerifiedIsRefused(t *testing.T) {
	for _, o := range []verify.Options{{Dir: "nowhere"}, {Dir: t.TempDir(), Digest: "ABC"}} {
		o.Now = time.Now
		if _, err := verify.Verify(context.Background(), o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := verify.Verify(ctx, verify.Options{Dir: newScene(t, nil).dir, Now: time.Now}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
