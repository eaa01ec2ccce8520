package evidence

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/evidence/gotest"
	"clinical-risk-pipeline/evidence/scenario"
)

// Scenarios know the name of their test but not its package, so a failure in one package must outweigh a success in another.
func TestAFailureIsNotHiddenByATestOfTheSameName(t *testing.T) {
	e := &Evidence{
		Stamp:        &Stamp{},
		Tests:        Tests{All: []gotest.Test{{Package: "a", Name: "TestOne", Status: gotest.Failed}, {Package: "b", Name: "TestOne", Status: gotest.Passed}}},
		Verification: &scenario.Summary{Group: scenario.Group{Groups: []*scenario.Group{{Name: "TestOne"}}}},
	}
	var page strings.Builder
	if err := e.writePage(&page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), `<strong class="bad">fail</strong>`) {
		t.Error("the page does not show the failure")
	}
}
