package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// spare are the actions that are allowed though no call needs them, and why they stay.
var spare = map[string]string{
	"Requests's kms:DescribeKey":                   "the key's administration allows it, too; DynamoDB asks for it wherever it is used",
	"ScoreCohortRedrive's states:RedriveExecution": "AWS's policy for redriving a Distributed Map has it, although Express children are started again",
}

// removal is a policy without a statement, or without one of its actions.
type removal struct {
	policy, name string
	allows       bool     // whether what is missing allows; else it refuses
	actions      []string // that are allowed, or refused, no more
	left         string   // the name of what is left
	document     object
}

// touches tells whether the removal may change the decision: what allows is missed by what is allowed.
func (r removal) touches(q question) bool {
	return q.allowed == r.allows && (q.Guard == r.policy || slices.Contains(q.Identity, r.policy)) && slices.ContainsFunc(r.actions, func(a string) bool {
		prefix, wild := strings.CutSuffix(a, "*")
		return a == q.Action || wild && strings.HasPrefix(q.Action, prefix)
	})
}

// exchange is the question with the policy that the removal leaves.
func (r removal) exchange(q question) question {
	if q.Guard == r.policy {
		q.Guard = r.left
	}
	q.Identity = slices.Clone(q.Identity)
	if at := slices.Index(q.Identity, r.policy); at >= 0 {
		q.Identity[at] = r.left
	}
	return q
}

// remove takes every statement, and every action of those that have several, out of its policy, once, and reports those
// whose absence changes no decision. It returns how many it took.
func (d *deployment) remove(t *testing.T, simulator *simulator, policies map[string]object, all []question) int {
	t.Helper()
	removals := d.removals()
	var questions []question
	var owners []int // of the questions
	batch := maps.Clone(policies)
	for i, r := range removals {
		batch[r.left] = r.document
		for _, q := range all {
			if r.touches(q) {
				questions, owners = append(questions, r.exchange(q)), append(owners, i)
			}
		}
	}
	changes := make([]int, len(removals))
	for i, allowed := range simulator.ask(t, batch, questions) {
		if allowed != questions[i].allowed {
			changes[owners[i]]++
		}
	}
	for i, r := range removals {
		if reason := spare[r.name]; reason != "" && changes[i] > 0 {
			t.Errorf("%s: %s of %s is needed, and no spare: %s", d.name, r.name, r.policy, reason)
		} else if reason == "" && changes[i] == 0 {
			t.Errorf("%s: nothing needs %s of %s", d.name, r.name, r.policy)
		}
	}
	return len(removals)
}

// removals are those of every policy of the stack.
func (d *deployment) removals() []removal {
	var all []removal
	add := func(policy, name string, allows bool, actions []string, document object) {
		left := fmt.Sprintf("%s after removal %d", policy, len(all))
		all = append(all, removal{policy, name, allows, actions, left, document})
	}
	for policy, document := range d.documents {
		var statements []object
		for _, s := range document["Statement"].([]any) {
			statements = append(statements, s.(object))
		}
		for _, s := range statements {
			names, allows := listOf(s["Action"]), s["Effect"] == "Allow"
			add(policy, nameOf(s), allows, names, replaced(statements, s, nil))
			for j, action := range names {
				if len(names) > 1 {
					rest := slices.Delete(slices.Clone(names), j, j+1)
					add(policy, nameOf(s)+"'s "+action, allows, []string{action}, replaced(statements, s, rest))
				}
			}
		}
	}
	return all
}

// replaced is a policy in which a statement keeps some of its actions, or is missing. Statements that say the same under
// different names, for two states that need it, go together.
func replaced(statements []object, statement object, actions []string) object {
	said := func(s object) string { s = maps.Clone(s); delete(s, "Sid"); return text(s) }
	left := []any{}
	for _, s := range statements {
		if said(s) != said(statement) {
			left = append(left, s)
		} else if actions != nil {
			s = maps.Clone(s)
			s["Action"] = actions
			left = append(left, s)
		}
	}
	if len(left) == 0 { // one without statements is not valid: this says nothing
		nothing := object{"Effect": "Deny", "Action": "sts:GetCallerIdentity", "Resource": "*"}
		if statement["Principal"] != nil {
			nothing["Principal"] = object{"AWS": otherAccount}
		}
		left = []any{nothing}
	}
	return object{"Version": "2012-10-17", "Statement": left}
}

// listOf is a value that a policy gives as one text or as a list of them.
func listOf(value any) []string {
	if one, ok := value.(string); ok {
		return []string{one}
	}
	var list []string
	for _, item := range value.([]any) {
		list = append(list, item.(string))
	}
	return list
}

// nameOf is the statement's name, or where the CDK gave it none, what it does and on which conditions.
func nameOf(statement object) string {
	if sid, ok := statement["Sid"].(string); ok {
		return sid
	}
	name := fmt.Sprint(statement["Effect"], " ", strings.Join(listOf(statement["Action"]), " "))
	conditions, _ := statement["Condition"].(object)
	for _, operator := range slices.Sorted(maps.Keys(conditions)) {
		name += fmt.Sprint(" ", operator, " ", slices.Sorted(maps.Keys(conditions[operator].(object))))
	}
	return name
}
