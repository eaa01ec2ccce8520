package approval

import (
	"fmt"
	"regexp"
)

// Names is a pattern of the session and user names of people. Its zero value matches e-mail addresses.
type Names struct {
	pattern string
	whole   *regexp.Regexp // matches whole names only
}

var emailAddress = regexp.MustCompile(`\A[\w.=,-]+@[\w-]+(\.[\w-]+)+\z`)

// notPeople are names that are no person's, or not a person's of the company. A pattern that matches one of them would let
// anybody take the name of somebody else.
var notPeople = []string{
	"x", "jenkins", "GitHubActions", "CodeBuild-1", "StepFunctions", "botocore-session-1767225600", "i-0abcd1234ef567890",
	"0f3a5b7c9d1e2f3a4b5c6d7e", "terraform-name", "nightly", "anybody@attacker.invalid",
}

// ParseNames reads a regular expression that the whole name of a person matches: `[a-z.]+@example\.com` means the same as
// `^[a-z.]+@example\.com$`. It refuses an expression that also matches the names of machines, or that leaves a part of a domain open.
func ParseNames(pattern string) (Names, error) {
	if _, err := regexp.Compile(pattern); err != nil { // by itself: it must not close the group around it
		return Names{}, fmt.Errorf("must be a regular expression, got %q", pattern)
	}
	whole, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return Names{}, fmt.Errorf(`must be a regular expression without an open \Q, got %q`, pattern)
	}
	for _, name := range notPeople {
		if whole.MatchString(name) {
			return Names{}, fmt.Errorf(`must match the names of people only, such as %q, got %q, which also matches %q`, `[a-z.]+@example\.com`, pattern, name)
		}
	}
	if openDomain(pattern) {
		return Names{}, fmt.Errorf(`must have the whole domain after an @ as text, such as %q, got %q`, `[a-z.]+@example\.com`, pattern)
	}
	return Names{pattern, whole}, nil
}

func (n Names) match(name string) bool {
	if n.whole == nil {
		return emailAddress.MatchString(name)
	}
	return n.whole.MatchString(name)
}

// String describes the pattern to people.
func (n Names) String() string {
	if n.whole == nil {
		return "an e-mail address"
	}
	return "the pattern " + n.pattern
}
