package test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/stages"
)

// Existing resources and roles that the simulated stacks refer to.
const (
	cohortsBucket  = "cohorts-bucket"
	cohortsKey     = "arn:aws:kms:" + ownRegion + ":" + ownAccount + ":key/11111111-12ab-34cd-56ef-1234567890ab"
	featuresKeyARN = "arn:aws:kms:" + ownRegion + ":" + ownAccount + ":key/33333333-12ab-34cd-56ef-1234567890ab"
	topicKey       = "arn:aws:kms:" + ownRegion + ":" + ownAccount + ":key/22222222-12ab-34cd-56ef-1234567890ab"
	custodianRole  = "arn:aws:iam::" + ownAccount + ":role/DataCustodian"
	breakGlassRole = "arn:aws:iam::" + ownAccount + ":role/quality/BreakGlass"
)

// The keys of existing resources, and the secrets of the connections.
var (
	encryptedWith = map[string]string{"arn:aws:s3:::" + cohortsBucket: cohortsKey, existingTopic: topicKey, "arn:aws:s3:::" + featuresBucket: featuresKeyARN}
	secretOf      = map[string]string{connectionARN: secretARN}
)

// simulatedStacks are the stacks that the simulator decides about: variants that together have every integration and every
// statement of the environments, and the stacks of the last environment.
func simulatedStacks(t *testing.T) []*deployment {
	t.Helper()
	var all []*deployment
	add := func(name string, template object, approver, custodian string) {
		orFatal(t, func() {
			d := deploy(name, template)
			d.approver, d.custodian, d.breakGlass = approver, custodian, breakGlassOf(custodian)
			all = append(all, d)
		})
	}
	variant := func(name string, build func(awscdk.Stack)) object {
		return synthesizeStack(t, "simulated "+name, build).template
	}
	add("cohort", variant("cohort", fullStack), approverRole, "")
	add("existing topics", variant("existing topics", existingTopicsStack), "", "")
	add("registered trial", variant("registered trial", registeredStack), approverRole, "")
	add("custodian", variant("custodian", custodianStack), "", custodianRole)
	addLast(t, add)
	return all
}

// breakGlassOf is the role that may destroy the keys where there is a custodian, another one.
func breakGlassOf(custodian string) string {
	if custodian == "" {
		return ""
	}
	return breakGlassRole
}

// addLast adds the stacks of the last environment.
func addLast(t *testing.T, add func(name string, template object, approver, custodian string)) {
	t.Helper()
	last := stages.Environments()[len(stages.Environments())-1]
	// The simulation moves it to our account and region.
	moved := strings.NewReplacer(cmp.Or(last.Account, ownAccount), ownAccount, cmp.Or(last.Region, ownRegion), ownRegion)
	for i, template := range templates(t, environmentsFolder(t), last) {
		var here object
		if err := json.Unmarshal([]byte(moved.Replace(text(template))), &here); err != nil {
			t.Fatal(err)
		}
		add(last.Name+" "+stacksOf(last)[i], here, moved.Replace(approverOf(last)), "")
	}
	if cohort := last.Cohort; cohort != nil {
		encryptedWith["arn:aws:s3:::"+cohort.BucketName] = moved.Replace(cohort.BucketKey)
		if cohort.Incident != nil {
			secretOf[moved.Replace(cohort.Incident.ConnectionARN)] = moved.Replace(cohort.Incident.SecretARN)
		}
	}
}

// approverOf returns the ARN of an approver of the environment, or "".
func approverOf(environment stages.Environment) string {
	if environment.Cohort == nil || len(environment.Cohort.Approvers) == 0 {
		return ""
	}
	if approver := environment.Cohort.Approvers[0]; strings.HasPrefix(approver, "arn:") {
		return approver
	}
	return "arn:aws:iam::" + ownAccount + ":" + environment.Cohort.Approvers[0]
}

// asks returns everything that a stack needs from IAM.
func (d *deployment) asks(t *testing.T) []claim {
	t.Helper()
	var all []claim
	for id := range d.resources {
		if d.resolver.kind(id) != "AWS::StepFunctions::StateMachine" {
			continue
		}
		all = append(all, d.machineNeeds(id)...)
		for _, c := range d.executed(t, id) {
			row := integrations[c.integration]
			if row == nil {
				t.Fatalf("%s calls %s, which integrations does not list", id, c.integration)
			}
			d.found[c.integration] = true
			needs := row(d, d.resolver.arn(id), c)
			areListed(t, c, needs)
			for _, n := range needs {
				all = append(all, claim{d.roleOf(id), c.integration, n})
			}
		}
	}
	return slices.Concat(all, d.functionNeeds(t), d.serviceNeeds(), d.trustNeeds(t), d.guardNeeds())
}

// TestIAMAllowsEveryCallAndNothingMore asks a simulator of IAM about every call of executions, functions, services and people, and
// about the same calls on the resources of others. Then it asks again without each statement.
//
// Requirements: SRC-13, SRC-24, P11-10d, P11-10g, P11-30
func TestIAMAllowsEveryCallAndNothingMore(t *testing.T) {
	stacks := simulatedStacks(t)
	t.Parallel() // the rest does not use the CDK
	simulator := startSimulator(t)
	var allowed, strange, refused, removed int
	found := map[string]bool{}
	for _, d := range stacks {
		all := d.allQuestions(t)
		policies := maps.Clone(d.documents)
		maps.Copy(policies, everybodysPolicies)
		for i, is := range simulator.ask(t, policies, all) {
			switch q := all[i]; {
			case is != q.allowed:
				t.Errorf("%s: %s on %s: allowed is %t, want %t: %s", q.what, q.Action, q.Resource, is, q.allowed, asl.Encode(q.Context))
			case is:
				allowed++
			case strings.HasSuffix(q.what, neighbours):
				strange++
			default:
				refused++
			}
		}
		removed += d.remove(t, simulator, policies, all)
		maps.Copy(found, d.found)
	}
	for name := range integrations {
		if !found[name] {
			t.Errorf("no execution calls %s", name)
		}
	}
	for name := range spare {
		if !found[name] {
			t.Errorf("no policy has %s", name)
		}
	}
	fmt.Printf("iam: %d requests allowed, %d of a neighbour's resource and %d others refused; %d statements, actions and conditions removed, each once; "+
		"%d decisions\n", allowed, strange, refused, removed, simulator.decisions)
}

// allQuestions returns the questions about everything that the stack needs, each once, in a fixed order.
func (d *deployment) allQuestions(t *testing.T) []question {
	t.Helper()
	found := map[string]question{}
	for _, a := range d.asks(t) {
		for _, q := range d.questions(a) {
			key := q.Principal + " " + q.Action + " " + q.Resource + " " + q.Guard + asl.Encode(q.Context)
			if same, twice := found[key]; twice && same.allowed != q.allowed {
				t.Errorf("%s must be both allowed and refused: %s", same.what, q.what)
			}
			found[key] = q
		}
	}
	var all []question
	for _, key := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[key])
	}
	return all
}
