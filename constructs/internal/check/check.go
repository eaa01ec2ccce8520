// Package check has what the props of all constructs are validated with.
package check

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// Matches tells whether a text has the pattern's form. A CDK token has every form: it stands for a value that only the
// deployment knows. The CDK is asked last, so that validating literal props needs no Node.
func Matches(pattern *regexp.Regexp, s string) bool {
	return pattern.MatchString(s) || strings.Contains(s, "${Token[") && *awscdk.Token_IsUnresolved(s)
}

// SameAs reports a value that differs from the stack's, where both are known.
func SameAs(rule string, got, want *string) error {
	if *awscdk.Token_IsUnresolved(got) || *awscdk.Token_IsUnresolved(want) || *got == *want {
		return nil
	}
	return fmt.Errorf("%s, %s, got %s", rule, *want, *got)
}
