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
	"KeepKey's kms:DeleteImportedKeyMaterial":      "an imported key may have imported material; those of the stacks have none, and their policies let nobody delete it",
	disabling + ofNobody:                           "the administration of every key has it; where no role may break the glass, KeepKey denies it to everybody",
	"ScoreCohortRedrive's states:RedriveExecution": "AWS's policy for redriving a Distributed Map has it, although Express children are started again",
}

const (
	disabling = "Administration's kms:DisableKey"
	ofNobody  = ", where nobody may break the glass"
)

// removal is a policy without a statement, or without one of the statement's actions or conditions.
type removal struct {
	policy, name string
	changes      bool     // the decision that it may change: what is allowed by a statement is refused without it
	actions      []string // of the requests that it is about
	left         string   // the name of what is left
	document     object
}

// touches tells whether the removal may change the decision.
func (r removal) touches(q question) bool {
	return q.allowed == r.changes && (q.Guard == r.policy || slices.Contains(q.Identity, r.policy)) && slices.ContainsFunc(r.actions, func(a string) bool {
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

// absence is a removal with the requests whose decision it may change.
type absence struct {
	removal
	open    []question // those that are not asked yet
	noticed bool       // by a decision that changed
}

// remove takes every statement, every action of those that have several, and every condition, out of its policy, once, and
// reports those whose absence changes no decision. It returns how many it took.
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
			t.Errorf("%s: %s of %s is needed, and no spare: %s", d.name, a.name, a.policy, reason)
		}
		d.found[a.name] = true
	}
	return len(absences)
}

// absences are all removals, with the requests that they are about.
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

// unnoticed are those that there is more to ask about. One decision that changes is enough.
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

// removals are those of every policy of the stack.
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

// replaced is a policy in which something else takes the place of parts of a statement, or of all of it if that is nil.
// Statements that say the same under different names, for two states that need it, change together.
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
