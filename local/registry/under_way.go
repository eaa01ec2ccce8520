package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
)

// underWay is the run that uses the registry, and did not end yet.
type underWay struct {
	Cut    string `json:"cut"`
	Number int    `json:"number"` // from 1; 0: the last run has ended
}

// Begin begins a run of a data cut, and returns its number, which the name of the execution has. A run that was killed before its end is
// begun again under its number: its execution finds what it wrote before, and goes on. Until then, no other cut can be run, because nobody
// would be asked about the alerts of the one that was killed.
func (f *Folder) Begin(cut string) (number int, err error) {
	ctx := context.Background()
	e, err := f.Get(ctx, runsKey)
	if err != nil && !errors.Is(err, alerts.ErrNotFound) {
		return 0, err
	}
	var last underWay
	if err == nil {
		if err := strictjson.UnmarshalKnown(e.Body, &last); err != nil {
			return 0, fmt.Errorf("%s is damaged: %w", f.file(runsKey), err)
		}
	}
	switch {
	case last.Number > 0 && last.Cut == cut:
		return last.Number, nil
	case last.Number > 0:
		return 0, fmt.Errorf("the run of the data cut %s was interrupted before its end: run it again first, with --cut-date %s", last.Cut, last.Cut)
	}
	number = e.Revision/2 + 1 // a run writes the entry twice
	return number, f.setUnderWay(ctx, e.Revision, underWay{cut, number})
}

// End says that the run has ended, whatever its outcome.
func (f *Folder) End() error {
	ctx := context.Background()
	e, err := f.Get(ctx, runsKey)
	if err != nil {
		return err
	}
	return f.setUnderWay(ctx, e.Revision, underWay{})
}

func (f *Folder) setUnderWay(ctx context.Context, revision int, run underWay) error {
	body, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return f.Put(ctx, alerts.Entry{Key: runsKey, Body: body, Revision: revision})
}

// runsKey is the key of the entry of the run that is under way. Its revision counts the runs.
const runsKey = "RUNS"

// LastCut returns the data cut of the last run that updated the alerts, "" before the first one.
func (f *Folder) LastCut() (string, error) {
	e, err := f.Get(context.Background(), alert.HeadKey(f.rules.Trial.Endpoint.Name))
	if errors.Is(err, alerts.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var head alert.Head
	if err := strictjson.UnmarshalKnown(e.Body, &head); err != nil {
		return "", fmt.Errorf("%s is damaged: %w", f.file(e.Key), err)
	}
	return head.Run.Cut, nil
}
