package policy

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASetSortsStatementsByName(t *testing.T) {
	var set Set
	set.Add(Allow("Write", []string{"b"}, "s3:PutObject"), Allow("Log", []string{"*"}, "logs:PutLogEvents"))
	set.Add(Allow("Read", []string{"b"}, "s3:GetObject"))
	var names []string
	for _, s := range set.Parts()[0] {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"Log", "Read", "Write"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptySetHasNoStatements(t *testing.T) {
	if got := new(Set).Parts(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestStatementsThatAllowTheSameShareTheirResources(t *testing.T) {
	var set Set
	topics := make([]string, 1, 2) // appending to it would write into the caller's array
	topics[0] = "alerts"
	for _, resources := range [][]string{topics, {"operations"}, {"alerts"}} {
		set.Add(Allow("Publish", resources, "sns:Publish").If("Bool", "aws:SecureTransport", "true"))
	}
	want := []Statement{Allow("Publish", []string{"alerts", "operations"}, "sns:Publish").If("Bool", "aws:SecureTransport", "true")}
	if diff := cmp.Diff([][]Statement{want}, set.Parts()); diff != "" {
		t.Error(diff)
	}
	if got := topics[:2][1]; got != "" {
		t.Errorf("the caller's resources have changed: %q", got)
	}
}

func TestStatementsOfOneNameThatDifferAreRefused(t *testing.T) {
	known := Allow("Publish", []string{"alerts"}, "sns:Publish").If("Bool", "aws:SecureTransport", "true")
	denied := known
	denied.Denies = true
	for reason, other := range map[string]Statement{
		"another action":    Allow("Publish", []string{"alerts"}, "sns:Subscribe").If("Bool", "aws:SecureTransport", "true"),
		"one action more":   Allow("Publish", []string{"alerts"}, "sns:Publish", "sns:Subscribe").If("Bool", "aws:SecureTransport", "true"),
		"another condition": Allow("Publish", []string{"alerts"}, "sns:Publish").If("Bool", "aws:SecureTransport", "false"),
		"no condition":      Allow("Publish", []string{"alerts"}, "sns:Publish"),
		"another principal": known.For(Anybody()),
		"a denial":          denied,
	} {
		t.Run(reason, func(t *testing.T) {
			var set Set
			set.Add(known)
			defer func() {
				want := `two statements named "Publish" have different actions or conditions`
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if diff := cmp.Diff([][]Statement{{known}}, set.Parts()); diff != "" {
					t.Errorf("the refused statement has changed the set: %s", diff)
				}
			}()
			set.Add(other)
		})
	}
}

func TestASharedStatementBelongsToTheFirstPart(t *testing.T) {
	var set Set
	set.Add(Allow("Log", []string{"*"}, "logs:PutLogEvents"))
	set.Into(2)
	set.Add(Allow("Review", []string{"a"}, "states:StartExecution"), Allow("Log", []string{"b"}, "logs:PutLogEvents"))
	set.Into(1)
	set.Add(Allow("Incident", []string{"c"}, "states:InvokeHTTPEndpoint"))
	want := [][]Statement{
		{Allow("Log", []string{"*", "b"}, "logs:PutLogEvents")},
		{Allow("Incident", []string{"c"}, "states:InvokeHTTPEndpoint")},
		{Allow("Review", []string{"a"}, "states:StartExecution")},
	}
	if diff := cmp.Diff(want, set.Parts()); diff != "" {
		t.Error(diff)
	}
}
