package alerts

import (
	"context"
	"slices"

	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/alert/worklist"
)

// writeWorklists renders the worklists of all sites.
func (s Store) writeWorklists(ctx context.Context, to Worklists, items map[string]Stored, dataCut, day string) error {
	var live []alert.Item
	for item := range values(items) {
		if !item.IsIdle() {
			live = append(live, *item)
		}
	}
	return writeLists(ctx, to, worklist.Lists(s.Rules, live, dataCut, day))
}

// writeSite renders the worklists that have the subjects of a site.
func (s Store) writeSite(ctx context.Context, to Worklists, site, dataCut, day string) error {
	items, err := s.load(ctx)
	if err != nil {
		return err
	}
	var all, ofSite []alert.Item
	for item := range values(items) {
		if item.IsIdle() {
			continue
		}
		all = append(all, *item)
		if item.Site == site {
			ofSite = append(ofSite, *item)
		}
	}
	lists := []worklist.List{worklist.New(s.Rules, all, "", dataCut, day)}
	if slices.Contains(s.Rules.Trial.Sites, site) {
		lists = append(lists, worklist.New(s.Rules, ofSite, site, dataCut, day))
	}
	return writeLists(ctx, to, lists)
}

func writeLists(ctx context.Context, to Worklists, lists []worklist.List) error {
	return each(ctx, len(lists), func(ctx context.Context, i int) error {
		files, err := lists[i].Files()
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := to.Put(ctx, worklist.Folder(lists[i].Site)+"/"+file.Name, file.ContentType, file.Body); err != nil {
				return err
			}
		}
		return nil
	})
}

// dataCut returns the cut of the last run; "" before the first one.
func (s Store) dataCut(ctx context.Context) (string, error) {
	var head *alert.Head
	if _, err := s.document(ctx, alert.HeadKey(s.model()), &head); err != nil || head == nil {
		return "", err
	}
	return head.Run.Cut, nil
}
