package alerts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/alert"
)

// closeOtherModels closes the open alerts of models that the trial's file no longer names: nobody scores their subjects by them again.
func (u *Updater) closeOtherModels(ctx context.Context, this alert.Run) error {
	for entry, err := range u.Registry.List(ctx, alert.HeadKey("")) {
		if err != nil {
			return err
		}
		var head alert.Head
		if err := strictjson.UnmarshalKnown(entry.Body, &head); err != nil {
			return fmt.Errorf("the entry %s of the registry is damaged: %w", entry.Key, err)
		}
		if entry.Key == alert.HeadKey(u.model()) || head.Phase == alert.Replaced {
			continue
		}
		store := u.of(strings.TrimPrefix(entry.Key, alert.HeadKey("")))
		if err := store.replace(ctx, this); err != nil {
			return err
		}
		head.Phase = alert.Replaced
		if err := u.putDocument(ctx, entry.Key, head, entry.Revision); err != nil {
			return err
		}
	}
	return nil
}

// replace closes what is open of the store's model.
func (s Store) replace(ctx context.Context, this alert.Run) error {
	items, err := s.load(ctx)
	if err != nil {
		return err
	}
	subjects := slices.Sorted(maps.Keys(items))
	return each(ctx, len(subjects), func(ctx context.Context, i int) error {
		stored := items[subjects[i]]
		if stored.IsIdle() {
			return nil
		}
		stored, err := s.catchUp(ctx, stored)
		if err == nil {
			_, err = s.apply(ctx, stored, func(item alert.Item) (alert.Item, *alert.Event, error) { return s.Rules.Replace(item, this) })
		}
		return err
	})
}
