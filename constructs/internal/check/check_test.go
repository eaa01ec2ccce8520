package check

import (
	"regexp"
	"testing"
)

func TestMatchesReadsLiteralTexts(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+$`)
	if !Matches(name, "dropout") || Matches(name, "Dropout") || Matches(name, "") {
		t.Error("a literal text has the pattern's form, or it has not")
	}
}
