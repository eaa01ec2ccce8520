package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"clinical-risk-pipeline/gates"
	"clinical-risk-pipeline/stages"
)

// testRules tries each rule on templates that break it: changes of the cohort stack of production.
func testRules(t *testing.T) {
	production := regulatedTemplate(t)
	batches := batchesOf(t, production)
	templates := []object{production}
	for _, batch := range batches {
		templates = append(templates, breakBy(t, production, batch))
	}
	got := findings(t, templates)
	if len(got[0]) > 0 {
		t.Fatalf("the unchanged template has findings: %v", got[0])
	}
	for i, batch := range batches {
		found := got[1+i]
		for _, row := range batch {
			t.Run(row.rule+", "+row.reason, func(t *testing.T) {
				places := found[row.rule]
				delete(found, row.rule)
				if len(places) != 1 || !row.isAt(production, places[0]) {
					t.Errorf("reported at %v, want %s or the resource of that policy", places, row.id)
				}
			})
		}
		if len(found) > 0 {
			t.Errorf("reported without a cause: %v", found)
		}
	}
}

// trial is a row with the rule that it breaks. Its id is the whole logical id of the resource.
type trial struct {
	rule string
	broken
}

// isAt tells whether a finding at a place is about the broken resource or, if that is a policy or a filter of the trail's events, about
// its owner.
func (b trial) isAt(template object, place string) bool {
	watches := b.kind == "AWS::Logs::MetricFilter" && template["Resources"].(object)[place].(object)["Type"] == "AWS::CloudTrail::Trail"
	return place == b.id || watches || strings.HasSuffix(b.kind, "Policy") && strings.Contains(text(template["Resources"].(object)[b.id]), `"Ref": "`+place+`"`)
}

// batchesOf groups the rows, one template for each group, because validating a template takes a tenth of a second. The rows of a
// group break different rules and different resources, so that each finding belongs to one row.
func batchesOf(t *testing.T, template object) [][]trial {
	t.Helper()
	var batches [][]trial
	for _, rule := range slices.Sorted(maps.Keys(brokenBy)) {
		for _, row := range brokenBy[rule] {
			row.id = row.find(t, template)
			free := slices.IndexFunc(batches, func(batch []trial) bool {
				return !slices.ContainsFunc(batch, func(other trial) bool { return other.rule == rule || other.id == row.id })
			})
			if free < 0 {
				free, batches = len(batches), append(batches, nil)
			}
			batches[free] = append(batches[free], trial{rule, row})
		}
	}
	return batches
}

// testRulesTried fails on a rule that no row breaks.
func testRulesTried(t *testing.T) {
	files, err := filepath.Glob("../gates/rules/*.rego")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range regexp.MustCompile(`"(GxP-\w+)"`).FindAllStringSubmatch(string(text), -1) {
			rules[id[1]] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(brokenBy)), slices.Sorted(maps.Keys(rules)); !slices.Equal(got, want) {
		t.Errorf("tried %v\nwant  %v", got, want)
	}
}

// regulatedTemplate is the cohort stack of production, with every kind of resource that a rule checks. It has a short definition:
// no rule reads the definition, and the engine would parse it for each row.
func regulatedTemplate(t *testing.T) object {
	t.Helper()
	dir := filepath.Join(scratch, "regulated")
	orFatal(t, func() {
		app := newApp(dir)
		environment := prodEnvironment()
		environment.AlertEmails = []string{"team@example.com"}
		stages.NewStage(app, environment)
		awscdk.Validations_Of(app).AddPlugins(gates.Validator()) // otherwise the CDK adds a validator that takes seconds
		app.Synth(nil)
	})
	files, err := filepath.Glob(filepath.Join(dir, "assembly-Prod", "*CohortRisk*.template.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("templates: %v, %v, want one", files, err)
	}
	template := readJSON(t, files[0])
	for _, r := range template["Resources"].(object) {
		if properties, _ := r.(object)["Properties"].(object); properties["DefinitionString"] != nil {
			properties["DefinitionString"] = `{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}`
		}
	}
	delete(template, "Outputs")
	return template
}

// find returns the logical id of the resource that the row breaks.
func (b broken) find(t *testing.T, template object) string {
	t.Helper()
	resources := template["Resources"].(object)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		if resources[id].(object)["Type"] == b.kind && strings.Contains(id, b.id) {
			return id
		}
	}
	t.Fatalf("the template has no resource of type %s to break", b.kind)
	return ""
}

// breakBy returns the template with the changes of a batch.
func breakBy(t *testing.T, template object, batch []trial) object {
	t.Helper()
	var changed object
	if err := json.Unmarshal([]byte(text(template)), &changed); err != nil {
		t.Fatal(err)
	}
	for _, row := range batch {
		resource := changed["Resources"].(object)[row.id].(object)
		row.change(resource, resource["Properties"].(object))
	}
	return changed
}

// validationContext is the context that the CDK gives a validator.
type validationContext struct {
	stacks []*awscdk.PolicyValidationStack
}

func (c *validationContext) AccountId() *string                               { return nil } //nolint:revive // the CDK's name
func (c *validationContext) AppConstruct() constructs.IConstruct              { return nil }
func (c *validationContext) Region() *string                                  { return nil }
func (c *validationContext) TemplatePaths() *[]*string                        { return &[]*string{} }
func (c *validationContext) StackTemplates() *[]*awscdk.PolicyValidationStack { return &c.stacks }

// findings returns, for each template, the logical ids of the resources that our rules refuse, by rule.
func findings(t *testing.T, templates []object) []map[string][]string {
	t.Helper()
	context := &validationContext{}
	found := make([]map[string][]string, len(templates))
	foundIn := map[string]map[string][]string{}
	dir := t.TempDir()
	for i, template := range templates {
		name := fmt.Sprint(i)
		file := filepath.Join(dir, name+".template.json")
		if err := os.WriteFile(file, []byte(text(template)), 0o600); err != nil {
			t.Fatal(err)
		}
		found[i] = map[string][]string{}
		foundIn[file] = found[i]
		context.stacks = append(context.stacks, &awscdk.PolicyValidationStack{StackConstructPath: &name, TemplatePath: &file})
	}
	orFatal(t, func() {
		for _, violation := range *gates.Validator().Validate(context).Violations {
			for _, resource := range *violation.ViolatingResources {
				rule, id, rules := *violation.RuleName, *resource.ResourceLogicalId, foundIn[*resource.TemplatePath]
				if strings.HasPrefix(rule, "GxP-") && !slices.Contains(rules[rule], id) {
					rules[rule] = append(rules[rule], id)
				}
			}
		}
	})
	return found
}
