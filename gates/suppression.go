package gates

import (
	"path"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// Suppression is an accepted finding.
type Suppression struct {
	// Paths are the resources: the ids of constructs below the stage, or below the application for a stack outside stages,
	// separated by slashes. A "*" matches any characters of one id.
	Paths []string

	// Rules are the ids of the rules, including the pack.
	Rules []string

	// Findings are the accepted findings of a rule that can find several things at one resource: the text of the rule, or a regular
	// expression between slashes. Default: the rule finds only one thing.
	Findings []string

	// Reason is the reason for an auditor. It becomes part of the template.
	Reason string
}

// apply marks the resources of the suppression that exist in scope.
func (s Suppression) apply(scope constructs.IConstruct) {
	var marks []*cdknag.NagPackSuppression
	for _, rule := range s.Rules {
		mark := &cdknag.NagPackSuppression{Id: &rule, Reason: &s.Reason}
		if len(s.Findings) > 0 {
			mark.AppliesTo = s.appliesTo()
		}
		marks = append(marks, mark)
	}
	for _, p := range s.Paths {
		for _, resource := range below(scope, strings.Split(p, "/")) {
			cdknag.NagSuppressions_AddResourceSuppressions(resource, &marks, nil)
		}
	}
}

func (s Suppression) appliesTo() *[]any {
	var findings []any
	for _, f := range s.Findings {
		if strings.HasPrefix(f, "/") {
			findings = append(findings, &cdknag.RegexAppliesTo{Regex: &f})
		} else {
			findings = append(findings, f)
		}
	}
	return &findings
}

// below returns the constructs that a path names. The path starts below a stage, or with the id of a stack outside stages.
func below(scope constructs.IConstruct, ids []string) []constructs.IConstruct {
	if *awscdk.Stage_IsStage(scope) {
		return find(scope, ids)
	}
	if !matches(ids[0], *scope.Node().Id()) {
		return nil
	}
	return find(scope, ids[1:])
}

func find(construct constructs.IConstruct, ids []string) []constructs.IConstruct {
	if len(ids) == 0 {
		return []constructs.IConstruct{construct}
	}
	var found []constructs.IConstruct
	for _, child := range children(construct.Node(), ids[0]) {
		found = append(found, find(child, ids[1:])...)
	}
	return found
}

// children returns the children of the node whose ids match the pattern.
func children(node constructs.Node, pattern string) []constructs.IConstruct {
	if !strings.Contains(pattern, "*") {
		if child := node.TryFindChild(&pattern); child != nil {
			return []constructs.IConstruct{child}
		}
		return nil
	}
	var found []constructs.IConstruct
	for _, child := range *node.Children() {
		if matches(pattern, *child.Node().Id()) {
			found = append(found, child)
		}
	}
	return found
}

// matches reports whether an id matches a pattern. This package contains all patterns, so they are well-formed.
func matches(pattern, id string) bool {
	matched, err := path.Match(pattern, id)
	return err == nil && matched
}
