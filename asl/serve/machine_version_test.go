package serve_test

import (
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// versions creates a state machine with versions, each with a result of its number.
func (c *client) versions(n int) (arn string) {
	c.t.Helper()
	definition := func(i int) string {
		return fmt.Sprintf(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": %d, "End": true}}}`, i)
	}
	arn = c.create("m", definition(1), object{"publish": true, "versionDescription": "the first"})
	for i := 2; i <= n; i++ {
		c.call("UpdateStateMachine", object{"stateMachineArn": arn, "definition": definition(i), "publish": true})
	}
	return arn
}

func TestVersions(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.versions(3)
	if got := list(c.call("ListStateMachineVersions", object{"stateMachineArn": arn}), "stateMachineVersions", "stateMachineVersionArn"); got != arn+":3 "+arn+":2 "+arn+":1" {
		t.Errorf("versions %s", got)
	}
	equal(t, c.call("DescribeStateMachine", object{"stateMachineArn": arn + ":1"}), object{"stateMachineArn": arn + ":1", "description": "the first", "revisionId": nil})
	equal(t, c.call("PublishStateMachineVersion", object{"stateMachineArn": arn}), object{"stateMachineVersionArn": arn + ":3"}) // It is published.
	for range 2 {
		c.call("DeleteStateMachineVersion", object{"stateMachineVersionArn": arn + ":3"})
	}
	equal(t, c.call("PublishStateMachineVersion", object{"stateMachineArn": arn, "description": "again"}), object{"stateMachineVersionArn": arn + ":4"})
	equal(t, c.call("DescribeStateMachine", object{"stateMachineArn": arn + ":4"}), object{"description": "again"})
	revision := c.call("DescribeStateMachine", object{"stateMachineArn": arn})["revisionId"].(string)
	if got := c.refuse("PublishStateMachineVersion", object{"stateMachineArn": arn, "revisionId": "other"}); got !=
		"ConflictException: Failed to publish the State Machine version for revision other. The current State Machine revision is "+revision+"." {
		t.Errorf("another revision: %s", got)
	}
	if got := c.refuse("DescribeStateMachine", object{"stateMachineArn": arn + ":3"}); got != "StateMachineDoesNotExist: State Machine Does Not Exist: '"+arn+":3'" {
		t.Errorf("a deleted version: %s", got)
	}
	if got := c.refuse("DeleteStateMachineVersion", object{"stateMachineVersionArn": arn}); !strings.HasPrefix(got, "InvalidArn: ") {
		t.Errorf("a machine for a version: %s", got)
	}
	equal(t, c.call("ListStateMachineVersions", object{"stateMachineArn": arn + "unknown"}), object{"stateMachineVersions": []any{}})
}

func TestAnExecutionRunsItsVersion(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.versions(2)
	equal(t, c.run(arn+":1", nil), object{"output": "1", "stateMachineArn": arn, "stateMachineVersionArn": arn + ":1", "stateMachineAliasArn": nil})
	equal(t, c.run(arn, nil), object{"output": "2", "stateMachineVersionArn": nil})
	if got := list(c.call("ListExecutions", object{"stateMachineArn": arn + ":1"}), "executions", "stateMachineVersionArn"); got != arn+":1" {
		t.Errorf("executions of version 1: %s", got)
	}
	if got := len(c.call("ListExecutions", object{"stateMachineArn": arn})["executions"].([]any)); got != 2 {
		t.Errorf("%d executions", got)
	}
	// An execution keeps the definition that it started with.
	execution := c.started(arn+":1", nil)
	c.call("UpdateStateMachine", object{"stateMachineArn": arn, "definition": pass})
	if got := c.call("DescribeStateMachineForExecution", object{"executionArn": execution}); !strings.Contains(got["definition"].(string), `"Result": 1`) {
		t.Errorf("got %v", got)
	}
	c.ended(execution)
}

func routes(pairs ...any) []any {
	var all []any
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, object{"stateMachineVersionArn": pairs[i], "weight": pairs[i+1]})
	}
	return all
}

func TestAliases(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.versions(2)
	request := object{"name": "live", "description": "d", "routingConfiguration": routes(arn+":1", 100)}
	for range 2 { // It is idempotent.
		equal(t, c.call("CreateStateMachineAlias", request), object{"stateMachineAliasArn": arn + ":live"})
	}
	request["routingConfiguration"] = routes(arn+":2", 100)
	if got := c.refuse("CreateStateMachineAlias", request); got !=
		"ConflictException: Failed to create alias because an alias with the same name and a different routing configuration already exists." {
		t.Errorf("another route: %s", got)
	}
	equal(t, c.run(arn+":live", nil), object{"output": "1", "stateMachineVersionArn": arn + ":1", "stateMachineAliasArn": arn + ":live"})
	if got := list(c.call("ListExecutions", object{"stateMachineArn": arn + ":live"}), "executions", "stateMachineAliasArn"); got != arn+":live" {
		t.Errorf("executions of the alias: %s", got)
	}
	if got := c.refuse("DeleteStateMachineVersion", object{"stateMachineVersionArn": arn + ":1"}); got !=
		"ConflictException: Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live]" {
		t.Errorf("a version in use: %s", got)
	}
	c.call("UpdateStateMachineAlias", object{"stateMachineAliasArn": arn + ":live", "routingConfiguration": routes(arn+":1", 0, arn+":2", 100)})
	equal(t, c.call("DescribeStateMachineAlias", object{"stateMachineAliasArn": arn + ":live"}),
		object{"name": "live", "description": "d", "routingConfiguration": routes(arn+":1", 0, arn+":2", 100)})
	equal(t, c.run(arn+":live", nil), object{"output": "2"})
	c.call("CreateStateMachineAlias", object{"name": "beta", "routingConfiguration": routes(arn+":1", 100)})
	for _, row := range [][2]string{{arn, arn + ":beta " + arn + ":live"}, {arn + ":2", arn + ":live"}} {
		if got := list(c.call("ListStateMachineAliases", object{"stateMachineArn": row[0]}), "stateMachineAliases", "stateMachineAliasArn"); got != row[1] {
			t.Errorf("aliases of %s: %s", row[0], got)
		}
	}
	for range 2 {
		c.call("DeleteStateMachineAlias", object{"stateMachineAliasArn": arn + ":live"})
	}
	if got := c.refuse("StartExecution", object{"stateMachineArn": arn + ":live"}); got != "StateMachineDoesNotExist: State Machine Does Not Exist: '"+arn+":live'" {
		t.Errorf("a deleted alias: %s", got)
	}
}

func TestAnAliasDividesExecutionsByWeight(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.versions(2)
	c.call("CreateStateMachineAlias", object{"name": "live", "routingConfiguration": routes(arn+":1", 50, arn+":2", 50)})
	counts := map[any]int{}
	for range 200 {
		counts[c.run(arn+":live", nil)["output"]]++
	}
	if counts["1"] < 50 || counts["2"] < 50 { // Less likely than one in 10^12.
		t.Errorf("got %v", counts)
	}
}

func TestAliasesRefuse(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.versions(2)
	other := c.create("other", pass, object{"publish": true})
	for _, row := range []struct {
		reason  string
		request object
		want    string
	}{
		{"a name of digits", object{"name": "12", "routingConfiguration": routes(arn+":1", 100)},
			"ValidationException: 1 validation error detected: Value '12' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"},
		{"no routes", object{"name": "a", "routingConfiguration": []any{}},
			"ValidationException: 1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a weight over 100", object{"name": "a", "routingConfiguration": routes(arn+":1", 101)},
			"ValidationException: 1 validation error detected: Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have value less than or equal to 100"},
		{"weights that do not sum up", object{"name": "a", "routingConfiguration": routes(arn+":1", 70, arn+":2", 29)},
			"ValidationException: Sum of routing configuration weights must equal 100. Received: [70, 29]"},
		{"one version twice", object{"name": "a", "routingConfiguration": routes(arn+":1", 50, arn+":1", 50)},
			"ValidationException: Routing configuration must contain distinct state machine version ARNs. Received: [" + arn + ":1, " + arn + ":1]"},
		{"a machine for a version", object{"name": "a", "routingConfiguration": routes(arn, 100)},
			"ValidationException: Routing configuration must contain state machine version ARNs. Received: [" + arn + "]"},
		{"a version that does not exist", object{"name": "a", "routingConfiguration": routes(arn+":9", 100)}, "ResourceNotFound: Resource not found: '" + arn + ":9'"},
		{"versions of two machines", object{"name": "a", "routingConfiguration": routes(arn+":1", 50, other+":1", 50)},
			"ValidationException: Routing configuration must contain versions of one state machine. Received: [" + arn + ":1, " + other + ":1]"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			if got := (&client{t, c.server}).refuse("CreateStateMachineAlias", row.request); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
	for _, operation := range []string{"DescribeStateMachineAlias", "UpdateStateMachineAlias"} {
		if got := c.refuse(operation, object{"stateMachineAliasArn": arn + ":unknown", "description": "d"}); got != "ResourceNotFound: Request references a resource that does not exist." {
			t.Errorf("%s: %s", operation, got)
		}
	}
}
