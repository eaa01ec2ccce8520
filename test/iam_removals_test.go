package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// spare are allowed actions that no call needs, and why they stay.
var spare = map[string]string{
	"Requests's kms:DescribeKey":                   "the key's administration allows it, too; DynamoDB asks for it wherever it is used",
	"Registry's kms:DescribeKey":                   "the key's administration allows it, too; DynamoDB asks for it wherever it is used",
	"KeepKey's kms:DeleteImportedKeyMaterial":      "an imported key may have imported material; those of the stacks have none, and their policies let nobody delete it",
	disabling + ofNobody:                           "the administration of every key has it; where no role may break the glass, KeepKey denies it to everybody",
	"ScoreCohortRedrive's states:RedriveExecution": "AWS's policy for redriving a Distributed Map has it, although Express children are started again",
}

const (
	disabling = "Administration's kms:DisableKey"
	ofNobody  = ", where nobody may break the glass"
)

// removal is a policy without one statement, or without one action or condition of a statement.
type removal struct {
	policy, name string
	changes      bool     // the decision that it may change: true if the statement allows
	actions      []string // of the requests that it may affect
	left         string   // the name of the remaining policy
	document     object
}

// touches tells whether the removal may change the decision about a request.
func (r removal) touches(q question) bool {
	return q.allowed == r.changes && (q.Guard == r.policy || slices.Contains(q.Identity, r.policy)) && slices.ContainsFunc(r.actions, func(a string) bool {
		prefix, wild := strings.CutSuffix(a, "*")
		return a == q.Action || wild && strings.HasPrefix(q.Action, prefix)
	})
}

// exchange returns the question with the remaining policy.
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

// absence is a removal with the requests that it may affect.
type absence struct {
	removal
	open    []question // not asked yet
	noticed bool       // a decision has changed
}

// remove removes every statement, every action of statements with several, and every condition from its policy, one at a time.
// It reports removals that change no decision, and returns the number of removals.
func (d *deployment) remove(t *testing.T, simulator *simulator, policies map[string]object, all []question) int {
	t.Helper()
	absences := d.absences(all)
	for left := unnoticed(absences); len(left) > 0; left = unnoticed(left) {
		askNext(t, simulator, policies, left)
	}
	for _, a := range absences {
		if d.breakGlass == "" && isKept(a.policy) {
			a.name = strings.Replace(a.name, disabling, disabling+ofNobody, 1)
		}
		switch reason := spare[a.name]; {
		case reason == "" && !a.noticed:
			t.Errorf("%s: nothing needs %s of %s", d.name, a.name, a.policy)
		case reason != "" && a.noticed:
			t.Errorf("%s: a call needs %s of %s: remove it from spare: %s", d.name, a.name, a.policy, reason)
		}
		d.found[a.name] = true
	}
	return len(absences)
}

// absences returns all removals, with the requests that they may affect.
func (d *deployment) absences(all []question) []*absence {
	var absences []*absence
	for _, r := range d.removals() {
		a := &absence{removal: r}
		for _, q := range all {
			if r.touches(q) {
				a.open = append(a.open, q)
			}
		}
		absences = append(absences, a)
	}
	return absences
}

// unnoticed returns the absences with more requests to ask about. One changed decision is enough.
func unnoticed(absences []*absence) []*absence {
	return slices.DeleteFunc(slices.Clone(absences), func(a *absence) bool { return a.noticed || len(a.open) == 0 })
}

// askNext asks one question about each absence.
func askNext(t *testing.T, simulator *simulator, policies map[string]object, absences []*absence) {
	t.Helper()
	batch := maps.Clone(policies)
	var questions []question
	for _, a := range absences {
		batch[a.left] = a.document
		questions, a.open = append(questions, a.exchange(a.open[0])), a.open[1:]
	}
	for i, allowed := range simulator.ask(t, batch, questions) {
		absences[i].noticed = allowed != questions[i].allowed
	}
}

// removals returns the removals from every policy of the stack.
func (d *deployment) removals() []removal {
	var all []removal
	for policy, document := range d.documents {
		var statements []object
		for _, s := range document["Statement"].([]any) {
			statements = append(statements, s.(object))
		}
		add := func(s object, part string, changes bool, actions []string, with object) {
			left := fmt.Sprintf("%s after removal %d", policy, len(all))
			all = append(all, removal{policy, nameOf(s) + part, changes, actions, left, replaced(statements, s, with)})
		}
		for _, s := range statements {
			actions, allows := listOf(s["Action"]), s["Effect"] == "Allow"
			add(s, "", allows, actions, nil)
			for i, action := range actions {
				if len(actions) > 1 {
					add(s, "'s "+action, allows, []string{action}, object{"Action": slices.Delete(slices.Clone(actions), i, i+1)})
				}
			}
			conditions, _ := s["Condition"].(object)
			for operator, keys := range conditions {
				for key := range keys.(object) {
					add(s, "'s condition "+key, !allows, actions, object{"Condition": withoutCondition(conditions, operator, key)})
				}
			}
		}
	}
	return all
}

func withoutCondition(conditions object, operator, key string) object {
	left, keys := maps.Clone(conditions), maps.Clone(conditions[operator].(object))
	delete(keys, key)
	left[operator] = keys
	if len(keys) == 0 {
		delete(left, operator)
	}
	return left
}

// replaced returns a policy with other parts in a statement, or without the statement if parts is nil. Statements that differ
// only in their names, for two states, change together.
func replaced(statements []object, statement, parts object) object {
	said := func(s object) string { s = maps.Clone(s); delete(s, "Sid"); return text(s) }
	left := []any{}
	for _, s := range statements {
		if said(s) != said(statement) {
			left = append(left, s)
		} else if parts != nil {
			s = maps.Clone(s)
			maps.Copy(s, parts)
			left = append(left, s)
		}
	}
	if len(left) == 0 { // a policy needs a statement: this one has no effect
		nothing := object{"Effect": "Deny", "Action": "sts:GetCallerIdentity", "Resource": "*"}
		if statement["Principal"] != nil {
			nothing["Principal"] = object{"AWS": otherAccount}
		}
		left = []any{nothing}
	}
	return object{"Version": "2012-10-17", "Statement": left}
}

// listOf returns a value of a policy, a string or a list of strings, as a list.
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

// nameOf returns the name of a statement or, for a statement of the CDK without one, its effect, actions and conditions.
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
