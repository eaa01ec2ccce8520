package registry

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	exports "clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/alert"
)

// Records returns the folder of the records that the functions wrote: transitions and exclusions. Decisions and approvals are in Objects.
func (f *Folder) Records() string { return filepath.Join(f.dir, eventsFolder) }

// Claims implements the claims of package internal/records.
func (f *Folder) Claims(ctx context.Context) iter.Seq2[exports.Claim, error] {
	return func(yield func(exports.Claim, error) bool) {
		for e, err := range f.List(ctx, alert.ClaimKey("")) {
			claim := exports.Claim{Cut: strings.TrimPrefix(e.Key, alert.ClaimKey(""))}
			if err == nil && strictjson.Unmarshal(e.Body, &claim) != nil {
				err = fmt.Errorf("the entry %s of the registry is damaged", e.Key)
			}
			if !yield(claim, err) || err != nil {
				return
			}
		}
	}
}
