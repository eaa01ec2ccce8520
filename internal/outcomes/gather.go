package outcomes

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// Score is the first score of a subject by the trial's model.
type Score struct {
	Site  string
	Risk  float64
	Day   string // the data cut; of a run without one, the day on which it started
	Sex   string // "" if the cohort does not say it
	Age   *float64
	order string // of the run
	in    alert.Object
}

// Opened is an alert that a run opened.
type Opened struct {
	Subject, Site, Day, Model string
}

// Gathered is what a record store has of a trial's scores and alerts.
type Gathered struct {
	First  map[string]*Score // by subject
	Runs   []alert.Scores    // of the trial's model, in the order of their data cuts
	Alerts []Opened          // in the order of their days

	OtherModels int // scores by models that the trial's file does not name
	Unread      int // cohorts that could not be read, so that sex and age are unknown
}

// Cohorts reads what the extraction wrote.
type Cohorts interface {
	Open(ctx context.Context, o alert.Object) (io.ReadCloser, error)
}

// decision is what counts of a decision record: docs/decision-record.schema.json.
type decision struct {
	Run struct {
		Execution string `json:"execution"`
		StartedAt string `json:"startedAt"`
		CutDate   string `json:"cutDate"`
		Test      bool   `json:"test"`
	} `json:"run"`
	Model struct {
		Endpoint string `json:"endpoint"`
	} `json:"model"`
	Input    alert.Object `json:"input"`
	Subjects []struct {
		Subject string  `json:"subject"`
		Site    string  `json:"site"`
		Score   float64 `json:"score"`
		Branch  string  `json:"branch"`
	} `json:"subjects"`
	NotScored []struct{} `json:"notScored"`
}

// Gather reads the decision records and the transitions of a trial. Cohorts say sex and age; without them, both are unknown.
func Gather(ctx context.Context, store Reader, cohorts Cohorts, t *trial.Trial) (*Gathered, error) {
	g := &gathering{Gathered: Gathered{First: map[string]*Score{}}, trial: t, runs: map[string]*alert.Scores{}}
	if err := each(ctx, store, workflow.RecordFolder+"/"+t.ID+"/", g.decision); err != nil {
		return nil, err
	}
	if err := each(ctx, store, alert.Folder+t.ID+"/", g.transition); err != nil {
		return nil, err
	}
	g.Runs = make([]alert.Scores, 0, len(g.runs))
	for _, run := range g.runs {
		g.Runs = append(g.Runs, *run)
	}
	slices.SortFunc(g.Runs, func(a, b alert.Scores) int {
		return cmp.Or(strings.Compare(a.Cut, b.Cut), strings.Compare(a.Execution, b.Execution))
	})
	slices.SortStableFunc(g.Alerts, func(a, b Opened) int { return strings.Compare(a.Day, b.Day) })
	return &g.Gathered, g.describe(ctx, cohorts)
}

// each reads the objects below a prefix.
func each(ctx context.Context, store Reader, prefix string, read func(key string, body []byte) error) error {
	keys, err := store.List(ctx, prefix)
	if err != nil {
		return err
	}
	for _, key := range keys {
		body, _, err := store.Read(ctx, key)
		if err == nil {
			err = read(key, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type gathering struct {
	Gathered
	trial *trial.Trial
	runs  map[string]*alert.Scores // by the folder of their records
}

// decision reads a decision record. Those of tests do not count.
func (g *gathering) decision(key string, body []byte) error {
	var d decision
	if err := strictjson.Unmarshal(body, &d); err != nil {
		return fmt.Errorf("%s is not a decision record: %w", key, err)
	}
	started, err := time.Parse(time.RFC3339, d.Run.StartedAt)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not a decision record: run.startedAt must be a time", key)
	case d.Run.Test:
		return nil
	case d.Model.Endpoint != g.trial.Endpoint.Name:
		g.OtherModels += len(d.Subjects)
		return nil
	}
	day := cmp.Or(d.Run.CutDate, started.In(g.trial.Location()).Format(time.DateOnly))
	run := g.runs[path.Dir(key)]
	if run == nil {
		run = &alert.Scores{Cut: day, Execution: d.Run.Execution}
		g.runs[path.Dir(key)] = run
	}
	run.NotScored += len(d.NotScored)
	order := started.UTC().Format(time.RFC3339Nano)
	for _, s := range d.Subjects {
		run.Count(s.Score, s.Branch == workflow.AlertBranch)
		if !workflow.IsID(s.Subject) || s.Subject == workflow.Unknown {
			continue // nobody can say what became of it
		}
		known := g.First[s.Subject]
		// A subject that occurs twice in a run counts by its highest risk, as for its alert.
		if known == nil || order < known.order || order == known.order && s.Score > known.Risk {
			g.First[s.Subject] = &Score{Site: s.Site, Risk: s.Score, Day: day, order: order, in: d.Input}
		}
	}
	return nil
}

// transition reads a transition of an alert.
func (g *gathering) transition(key string, body []byte) error {
	e, err := alert.ReadEvent(key, body)
	if err != nil {
		return err
	}
	for _, change := range e.Changes {
		if change.Kind == alert.Opened {
			g.Alerts = append(g.Alerts, Opened{e.After.Subject, e.After.Site, e.Day, e.After.Model})
		}
	}
	return nil
}

// describe reads sex and age from the cohorts of the first scores. A cohort that cannot be read leaves them unknown.
func (g *gathering) describe(ctx context.Context, cohorts Cohorts) error {
	wanted := map[alert.Object]bool{}
	for _, s := range g.First {
		if s.in.Key != "" {
			wanted[s.in] = true
		}
	}
	if cohorts == nil {
		g.Unread = len(wanted)
		return nil
	}
	objects := slices.SortedFunc(maps.Keys(wanted), func(a, b alert.Object) int { return strings.Compare(a.Key+a.VersionID, b.Key+b.VersionID) })
	for _, object := range objects {
		if err := g.people(ctx, cohorts, object); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			g.Unread++
		}
	}
	return nil
}

// longestLine is the longest line of a cohort, in bytes.
const longestLine = 1 << 20

func (g *gathering) people(ctx context.Context, cohorts Cohorts, object alert.Object) (err error) {
	body, err := cohorts.Open(ctx, object)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	plain, err := alerts.Unpack(object.Key, body)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plain.Close()) }()
	lines := bufio.NewScanner(plain)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	for lines.Scan() {
		var line struct {
			Subject  string         `json:"subject"`
			Features map[string]any `json:"features"`
		}
		if strictjson.Unmarshal(lines.Bytes(), &line) != nil {
			continue // it has no score, either
		}
		if s := g.First[line.Subject]; s != nil && s.in == object {
			for name, value := range line.Features {
				switch strings.ToLower(name) { // SDTM's names are capital letters
				case "sex":
					s.Sex, _ = value.(string)
				case "age":
					if age, ok := value.(float64); ok {
						s.Age = &age
					}
				}
			}
		}
	}
	return lines.Err()
}

// Recorded reads the records of an export's store: of each object its oldest version, because a record is created once.
func Recorded(store records.Store) Reader { return recorded{store, map[string]string{}} }

type recorded struct {
	store  records.Store
	oldest map[string]string // the versions by key
}

// List implements Reader.
func (r recorded) List(ctx context.Context, prefix string) ([]string, error) {
	var keys []string
	for object, err := range r.store.List(ctx, prefix, "") {
		if err != nil {
			return nil, err
		}
		for _, version := range object.Versions {
			if !version.Deleted {
				keys = append(keys, object.Key)
				r.oldest[object.Key] = version.ID
				break
			}
		}
	}
	return keys, nil
}

// Read implements Reader.
func (r recorded) Read(ctx context.Context, key string) ([]byte, string, error) {
	object, err := r.store.Read(ctx, key, r.oldest[key])
	return object.Body, r.oldest[key], err
}
