package services

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// models is the extract of AWS's API models.
type models struct {
	Source   string
	Services map[string]struct {
		SigningName string
		Operations  map[string]operation
		Shapes      map[string]shape
	}
}

type operation struct {
	Errors        []string
	Input, Output string
}

type shape struct {
	Members            map[string]string
	Required           []string
	Member, Key, Value string
}

func readModels(t *testing.T) *models {
	t.Helper()
	text, err := os.ReadFile("models.json")
	if err != nil {
		t.Fatal(err)
	}
	var m models
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

// operations are those of a call that have an API model.
func (c Call) operations() []Operation {
	return slices.DeleteFunc(append([]Operation{c.Operation}, c.Job...), func(o Operation) bool { return o.Service == "" })
}

// spelled is the name that Step Functions gives an exception of the API model. The SDK, and so Step Functions, also turns the
// ending "Fault" into "Exception".
func spelled(prefix, exception string) string {
	exception = strings.TrimSuffix(strings.TrimSuffix(exception, "Exception"), "Fault")
	return prefix + "." + exception + "Exception"
}

// declared are the errors that the API model declares for the operations, as Step Functions spells them.
func (m *models) declared(call Call, operations ...Operation) []string {
	prefix, _, _ := strings.Cut(call.Errors()[0], ".")
	var names []string
	for _, o := range operations {
		for _, exception := range m.Services[o.Service].Operations[o.Name].Errors {
			names = append(names, spelled(prefix, exception))
		}
	}
	return names
}

func TestTheExtractHasExactlyTheOperationsOfTheCalls(t *testing.T) {
	m := readModels(t)
	if !regexp.MustCompile(`^botocore \d+\.\d+\.\d+, https://`).MatchString(m.Source) {
		t.Errorf("source must name package, version and address, got %q", m.Source)
	}
	called := map[string]bool{}
	for _, call := range Calls() {
		for _, o := range call.operations() {
			called[o.Service+" "+o.Name] = true
			if _, ok := m.Services[o.Service].Operations[o.Name]; !ok {
				t.Errorf("%s: models.json has no %s of %s: add it to scripts/models.py and run make models", call.Integration, o.Name, o.Service)
			}
		}
	}
	for service, extract := range m.Services {
		for name := range extract.Operations {
			if !called[service+" "+name] {
				t.Errorf("models.json has %s of %s, which no call needs: remove it from scripts/models.py", name, service)
			}
		}
	}
}

func TestEveryErrorIsDeclaredOrExplained(t *testing.T) {
	m := readModels(t)
	for _, call := range Calls() {
		if call.Operation.Service == "" {
			continue // there is no model to declare anything
		}
		declared := m.declared(call, call.operations()...)
		for _, name := range call.Errors() {
			reason, explained := call.Undeclared[name]
			switch isDeclared := slices.Contains(declared, name); {
			case !isDeclared && reason == "":
				t.Errorf("%s: the API model does not declare %s: say in Undeclared where the name comes from", call.Integration, name)
			case isDeclared && explained:
				t.Errorf("%s: the API model declares %s: remove it from Undeclared", call.Integration, name)
			}
		}
	}
}

func TestEveryDeclaredErrorIsListed(t *testing.T) {
	m := readModels(t)
	for _, call := range Calls() {
		if call.Integration == ReadItems.Integration {
			continue // a Distributed Map fails under a name of Step Functions
		}
		for _, name := range m.declared(call, call.Operation) {
			if !slices.Contains(call.Errors(), name) {
				t.Errorf("%s: the API model declares %s, which is not listed", call.Integration, name)
			}
		}
	}
}

// prefixes are the IAM prefixes of services whose requests are signed under another name.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var prefixes = map[string]string{"monitoring": "cloudwatch"}

func TestEveryActionHasThePrefixOfItsService(t *testing.T) {
	m := readModels(t)
	for _, call := range Calls() {
		for _, o := range call.operations() {
			want := m.Services[o.Service].SigningName
			if other, ok := prefixes[want]; ok {
				want = other
			}
			if prefix, _, _ := strings.Cut(o.Action, ":"); prefix != want {
				t.Errorf("%s: the action of %s must have the prefix %s, got %s", call.Integration, o.Name, want, o.Action)
			}
		}
	}
}

// A check of a call's arguments follows the references of the extract, so each must lead to a shape.
func TestEveryShapeOfTheExtractIsInIt(t *testing.T) {
	for service, extract := range readModels(t).Services {
		known := func(from, name string) {
			if _, ok := extract.Shapes[name]; name != "" && !ok {
				t.Errorf("%s: %s refers to the shape %s, which models.json does not have", service, from, name)
			}
		}
		for name, o := range extract.Operations {
			known(name, o.Input)
			known(name, o.Output)
		}
		for name, s := range extract.Shapes {
			for _, member := range s.Members {
				known(name, member)
			}
			known(name, s.Member)
			known(name, s.Key)
			known(name, s.Value)
			for _, required := range s.Required {
				if s.Members[required] == "" {
					t.Errorf("%s: %s requires %s, which it does not have", service, name, required)
				}
			}
		}
	}
}
