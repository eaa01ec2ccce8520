package test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
	api "clinical-risk-pipeline/services"
)

// requestOf is what a call's arguments are as the input of its operation. Optimized integrations have a form of their own:
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
var requestOf = map[string]func(arguments object) object{
	"elasticmapreduce:addStep.sync": func(arguments object) object {
		request := renamedMember(arguments, "ClusterId", "JobFlowId")
		if step, ok := request["Step"]; ok {
			request["Steps"] = []any{step}
			delete(request, "Step")
		}
		return request
	},
	"sns:publish":                  func(arguments object) object { return asText(arguments, "Message") },
	"states:startExecution.sync:2": func(arguments object) object { return asText(arguments, "Input") },
}

func renamedMember(arguments object, from, to string) object {
	request := object{}
	for name, value := range arguments {
		if name == from {
			name = to
		}
		request[name] = value
	}
	return request
}

// asText is the arguments with a member as a text: Step Functions writes the JSON of any other value.
func asText(arguments object, member string) object {
	request := renamedMember(arguments, "", "")
	if value, ok := request[member]; ok && !isExpression(value) {
		if _, isText := value.(string); !isText {
			request[member] = asl.Encode(value)
		}
	}
	return request
}

// httpTask is the contract of http:invoke, which is no API of AWS:
// https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
var httpTask = map[string]apiShape{
	"Request": {Type: "structure", Required: []string{"ApiEndpoint", "Method", "Authentication"}, Members: map[string]string{
		"ApiEndpoint": "URL", "Method": "Method", "Authentication": "Authentication", "Headers": "Texts", "QueryParameters": "Texts",
		"RequestBody": "Any", "Transform": "Any",
	}},
	"Authentication": {Type: "structure", Required: []string{"ConnectionArn"}, Members: map[string]string{"ConnectionArn": "Connection"}},
	"Response":       {Type: "structure", Members: map[string]string{"Headers": "Texts", "ResponseBody": "Any", "StatusCode": "Number", "StatusText": "Text"}},
	"URL":            {Type: "string", Pattern: `https://[^?]+`},
	"Method":         {Type: "string", Enum: []string{"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"}},
	"Connection":     {Type: "string", Pattern: `arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:connection/.+`},
	"Texts":          {Type: "map", Key: "Text", Value: "Any"},
	"Text":           {Type: "string"}, "Number": {Type: "integer"}, "Any": {Type: "blob"},
}

// modelOf returns the contract of a call, and the names of its request and of its result, "" where the model says nothing of it: a task
// token returns what its holder says.
func (m *apiModels) modelOf(call api.Call) (c *contract, request, result string) {
	if call.Integration == api.InvokeHTTP.Integration {
		return &contract{shapes: httpTask}, "Request", "Response"
	}
	c, request, result = m.of(call.Operation)
	switch {
	case strings.HasSuffix(call.Integration, ".waitForTaskToken"):
		result = ""
	case len(call.Job) > 0: // the description of the job
		for _, o := range call.Job {
			if strings.HasPrefix(o.Name, "Describe") || o.Name == "GetJobRun" {
				_, _, result = m.of(o)
			}
		}
	}
	return c, request, result
}

// checkArguments reports what is wrong with the arguments of a call.
func (m *apiModels) checkArguments(call api.Call, arguments any) []string {
	c, request, _ := m.modelOf(call)
	if members, ok := arguments.(object); ok && requestOf[call.Integration] != nil {
		arguments = requestOf[call.Integration](members)
	}
	c.check("", request, arguments)
	slices.Sort(c.faults)
	return c.faults
}

// resultPath is a path into the result of a task.
var resultPath = regexp.MustCompile(`\$states\.result((?:\.[A-Za-z_]\w*)+)`)

// checkState reports what is wrong with a task of a definition, or with an item reader.
func (m *apiModels) checkState(state object) []string {
	resource, _ := state["Resource"].(string)
	call, ok := api.Of(resource)
	if !ok {
		return []string{"calls " + resource + ", which package services does not list"}
	}
	faults := m.checkArguments(call, state["Arguments"])
	c, _, result := m.modelOf(call)
	if result != "" {
		for _, found := range resultPath.FindAllStringSubmatch(text(state["Output"])+text(state["Assign"]), -1) {
			if !c.has(result, strings.Split(found[1][1:], ".")) {
				faults = append(faults, "reads "+found[0]+", which "+result+" does not have")
			}
		}
	}
	for _, field := range []string{"Retry", "Catch"} {
		rules, _ := state[field].([]any)
		for _, rule := range rules {
			for _, name := range rule.(object)["ErrorEquals"].([]any) {
				if !slices.Contains(call.Errors(), name.(string)) && !slices.Contains(reservedErrors, name.(string)) {
					faults = append(faults, fmt.Sprintf("%s names %s, which the call does not end with", field, name))
				}
			}
		}
	}
	return faults
}

// reservedErrors are the names that any task may end with:
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
var reservedErrors = []string{
	"States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout", "States.Permissions", "States.QueryEvaluationError", "States.DataLimitExceeded",
}

// positional names the variant whose endpoint repeats no ids.
const positional = "positional"

// contractVariants are pipelines that together have every kind of state.
func contractVariants(t *testing.T) []*variant {
	t.Helper()
	all := variants(t)
	add := func(name string, p *pipeline) {
		machine, err := asl.Load(p.machine.Definition)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &variant{name: name, pipeline: p, tasks: tasksOf(p.definition), machine: machine})
	}
	add("glue", gluePipeline(t))
	add("smallest", synthesize(t, "smallest", smallestProps))
	add(positional, synthesize(t, "positional cohort", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Container = &risk.Container{Answer: risk.AnswerObjects}
		return p
	}))
	add("compressed", synthesize(t, "compressed cohort", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Cohort.Compression = risk.Zstandard
		return p
	}))
	return all
}

// TestEveryStateKeepsTheContractOfItsAPI checks each call of each definition, in every variant, environment and simulated stack, against
// AWS's API models: names, required members, types, enums, patterns and lengths of the arguments, the members of the response that
// expressions read, and the names of errors.
//
// Requirements: SRC-06, SRC-07
func TestEveryStateKeepsTheContractOfItsAPI(t *testing.T) {
	models := readAPIModels(t)
	definitions := map[string]object{}
	for _, v := range contractVariants(t) {
		definitions[v.name] = v.pipeline.definition
	}
	for _, d := range simulatedStacks(t) {
		for id := range d.resources {
			if d.resolver.kind(id) == "AWS::StepFunctions::StateMachine" {
				_, definitions[d.name+" "+id] = d.machine(t, id)
			}
		}
	}
	found := map[string]bool{}
	for name, definition := range definitions {
		walk(definition, func(state string, value object) {
			checked := []object{}
			if value["Type"] == "Task" {
				checked = append(checked, value)
			}
			if reader, ok := value["ItemReader"].(object); ok {
				checked = append(checked, reader)
			}
			for _, c := range checked {
				call, _ := api.Of(c["Resource"].(string))
				found[call.Integration] = true
				for _, fault := range models.checkState(c) {
					t.Errorf("%s: %s: %s", name, state, fault)
				}
			}
		})
	}
	for _, call := range api.Calls() {
		if !found[call.Integration] {
			t.Errorf("no definition calls %s", call.Integration)
		}
	}
}

// contractWorld checks the arguments of calls as an execution evaluates them.
type contractWorld struct {
	*world
	models *apiModels
	calls  int
	faults []string
}

func (w *contractWorld) Call(ctx context.Context, task *asl.Task) (asl.Reply, error) {
	if call, ok := api.Of(task.Resource); ok {
		w.calls++
		for _, fault := range w.models.checkArguments(call, plainJSON(task.Input)) {
			w.faults = append(w.faults, task.State+": "+fault)
		}
	}
	return w.world.Call(ctx, task)
}

// plainJSON is a value as it is on the wire.
func plainJSON(value any) (plain any) {
	if err := json.Unmarshal([]byte(asl.Encode(value)), &plain); err != nil {
		panic(err)
	}
	return plain
}

// TestEveryCallKeepsTheContractOfItsAPI checks the same of the arguments that executions send, when all is well, after each failure of
// each task, and after a redrive.
//
// Requirements: SRC-06, SRC-07
func TestEveryCallKeepsTheContractOfItsAPI(t *testing.T) {
	models := readAPIModels(t)
	all := contractVariants(t)
	t.Parallel() // the rest does not use the CDK
	seen, calls := map[string]bool{}, 0
	for _, v := range all {
		if v.name == positional {
			continue // the world matches by id; each of this variant's calls is also one of another variant's
		}
		for _, w := range v.worlds() {
			checked := &contractWorld{world: w, models: models}
			options := asl.Options{Handler: checked, Name: "run-1", Objects: w.cohorts}
			x, err := v.machine.Run(context.Background(), w.input(), options)
			if err != nil {
				t.Fatalf("%s: %v", v.name, err)
			}
			if w.faults = nil; x.Status != asl.Succeeded {
				if _, err := v.machine.Redrive(context.Background(), x, options); err != nil {
					t.Fatalf("%s: %v", v.name, err)
				}
			}
			calls += checked.calls
			for _, fault := range checked.faults {
				if fault = v.name + ": " + fault; !seen[fault] {
					seen[fault] = true
					t.Error(fault)
				}
			}
		}
	}
	fmt.Printf("contract: %d evaluated calls of %d variants\n", calls, len(all))
	if calls < 1000 {
		t.Errorf("only %d calls were checked", calls)
	}
}
