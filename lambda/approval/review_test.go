package approval_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval/memory"
)

// The digest is the sha256sum of the output of sha256sum of the files, in the order of their names.
//
// Requirements: P11-10a-records, P11-70
func TestAnAuditorCanRepeatTheDigest(t *testing.T) {
	s := newScene(t)
	text := fmt.Sprintf("%x  decisions/T-1/nightly-7/000000.json\n%x  decisions/T-1/nightly-7/000100.json\n",
		sha256.Sum256([]byte(firstRecord)), sha256.Sum256([]byte(secondRecord)))
	reviewed := s.show().Reviewed
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(text))); reviewed.SHA256 != want {
		t.Errorf("got %s, want %s", reviewed.SHA256, want)
	}
	if o := reviewed.Objects[0]; o.Key != firstKey || o.Bytes != len(firstRecord) || o.Version == "" || !strings.HasPrefix(text, o.SHA256) {
		t.Errorf("the first object is %+v", o)
	}
}

func TestTheDigestDoesNotDependOnTheOrderOfTheList(t *testing.T) {
	s := newScene(t)
	want := s.show().Reviewed
	s.decider.Records.Objects = backwards{s.objects}
	if diff := cmp.Diff(want, s.show().Reviewed); diff != "" {
		t.Error(diff)
	}
}

type backwards struct{ *memory.Objects }

func (b backwards) List(ctx context.Context, prefix string) ([]string, error) {
	keys, err := b.Objects.List(ctx, prefix)
	slices.Reverse(keys)
	return keys, err
}

// Requirements: P11-10a-records, P11-70
func TestTheDigestSeesEveryChange(t *testing.T) {
	for reason, change := range map[string]func(*scene){
		"other bytes":    func(s *scene) { s.objects.Set(firstKey, []byte(`{}`)) },
		"another record": func(s *scene) { s.objects.Set("decisions/T-1/nightly-7/000200.json", []byte(`{}`)) },
		"swapped records": func(s *scene) {
			s.objects.Set(firstKey, []byte(secondRecord))
			s.objects.Set("decisions/T-1/nightly-7/000100.json", []byte(firstRecord))
		},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			before := newScene(t).show()
			change(s)
			if after := s.show(); after.Reviewed.SHA256 == before.Reviewed.SHA256 || after.Shown.SHA256 == before.Shown.SHA256 {
				t.Error("the digest is the same")
			}
		})
	}
}

func TestThousandsOfRecordsAreReviewed(t *testing.T) {
	s := newScene(t)
	for i := range 3500 {
		s.objects.Set(fmt.Sprintf("decisions/T-1/nightly-7/%06d.json", 200+100*i), fmt.Appendf(nil, `{"batch": %d}`, i))
	}
	reviewed := s.show().Reviewed
	if len(reviewed.Objects) != 3502 {
		t.Errorf("%d objects", len(reviewed.Objects))
	}
	text, err := json.Marshal(reviewed)
	if err != nil || len(text) > 1<<20 { // a function answers with 6 MB at most
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

// A key with a line break could make two lists of records look the same.
func TestKeysThatCouldHideARecordAreRefused(t *testing.T) {
	s := newScene(t)
	s.objects.Set("decisions/T-1/nightly-7/a\nb.json", []byte(`{}`))
	_, err := s.client(janesKey).Show(context.Background(), s.id)
	wantFault(t, err, http.StatusInternalServerError, "Failed")
	if !strings.Contains(s.logs.String(), "control character") {
		t.Errorf("the log does not say why:\n%s", s.logs.String())
	}
}
