package check

import (
	"regexp"
	"testing"
)

func TestMatchesChecksLiteralTexts(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+$`)
	if !Matches(name, "dropout") || Matches(name, "Dropout") || Matches(name, "") {
		t.Error(`Matches must accept "dropout" only`)
	}
}
