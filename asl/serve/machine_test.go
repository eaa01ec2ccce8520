package serve_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/serve"
)

const arnPrefix = "arn:aws:states:us-east-1:123456789012:"

func TestCreateAndDescribe(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", pass, object{"tags": []any{object{"key": "a", "value": "b"}}})
	if arn != arnPrefix+"stateMachine:m" {
		t.Errorf("ARN %s", arn)
	}
	equal(t, c.call("DescribeStateMachine", object{"stateMachineArn": arn}), object{
		"stateMachineArn": arn, "name": "m", "status": "ACTIVE", "definition": pass, "roleArn": role, "type": "STANDARD", "revisionId": nil, "description": nil,
		"loggingConfiguration": object{"level": "OFF", "includeExecutionData": false}, "tracingConfiguration": object{"enabled": false},
		"encryptionConfiguration": object{"type": "AWS_OWNED_KEY"}, "variableReferences": nil, "label": nil,
	})
	equal(t, c.call("DescribeStateMachine", object{"stateMachineArn": arn, "includedData": "METADATA_ONLY"}), object{"definition": "{}"})
	equal(t, c.call("DescribeStateMachine", object{"stateMachineArn": arn + "/Label"}), object{"label": "Label"})
}

func TestCreateIsIdempotent(t *testing.T) {
	c := start(t, serve.Config{})
	request := object{"name": "m", "definition": pass, "roleArn": role}
	first := c.call("CreateStateMachine", request)
	with := func(more object) object {
		changed := object{}
		for _, members := range []object{request, more} {
			for name, value := range members {
				changed[name] = value
			}
		}
		return changed
	}
	for _, more := range []object{{}, {"roleArn": role + "2"}, {"tags": []any{object{"key": "a", "value": "b"}}}} {
		equal(t, c.call("CreateStateMachine", with(more)), first)
	}
	for _, more := range []object{
		{"definition": pass + " "}, {"type": "EXPRESS"}, {"publish": true}, {"tracingConfiguration": object{"enabled": true}},
		{"encryptionConfiguration": object{"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}},
	} {
		if got := c.refuse("CreateStateMachine", with(more)); got != "StateMachineAlreadyExists: State Machine Already Exists: '"+arnPrefix+"stateMachine:m'" {
			t.Errorf("%v: %s", more, got)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	c := start(t, serve.Config{})
	group := object{"cloudWatchLogsLogGroup": object{"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:g:*"}}
	for _, row := range []struct {
		reason string
		more   object
		want   string
	}{
		{"a name with a blank", object{"name": "a b"}, "InvalidName: Invalid Name: 'a b'"},
		{"a role that is none", object{"roleArn": "admin"}, "InvalidArn: Invalid Role Arn: 'admin'"},
		{"a description without a version", object{"versionDescription": "v"}, "ValidationException: Version description can only be set when publish is true"},
		{"two log destinations", object{"loggingConfiguration": object{"level": "ALL", "destinations": []any{group, group}}},
			"InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination."},
		{"a key that is AWS's and one's own", object{"encryptionConfiguration": object{"type": "AWS_OWNED_KEY", "kmsKeyId": "k"}},
			"InvalidEncryptionConfiguration: Invalid Encryption Configuration: kmsKeyId and kmsDataKeyReusePeriodSeconds are not allowed with AWS_OWNED_KEY."},
		{"no key", object{"encryptionConfiguration": object{"type": "CUSTOMER_MANAGED_KMS_KEY"}},
			"InvalidEncryptionConfiguration: Invalid Encryption Configuration: kmsKeyId is required with CUSTOMER_MANAGED_KMS_KEY."},
		{"51 tags", object{"tags": tags(51)}, "TooManyTags: Too many tags: a resource has at most 50 tags, and would have 51"},
		{"a definition that is not JSON", object{"definition": "{]"},
			"InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: Unexpected character (']' (code 93)): was expecting double-quote to start field name\n at [Source: (String)\"{]\"; line: 1, column: 3]'"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			request := object{"name": "m", "definition": pass, "roleArn": role}
			for name, value := range row.more {
				request[name] = value
			}
			if got := (&client{t, c.server}).refuse("CreateStateMachine", request); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
	if got := c.call("ListStateMachines", object{})["stateMachines"].([]any); len(got) > 0 {
		t.Errorf("there is %v", got)
	}
}

func tags(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = object{"key": fmt.Sprint(i), "value": "v"}
	}
	return all
}

func TestUpdate(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", pass, nil)
	update := func(more object) object {
		request := object{"stateMachineArn": arn}
		for name, value := range more {
			request[name] = value
		}
		return c.call("UpdateStateMachine", request)
	}
	if same := update(object{"definition": pass, "roleArn": role}); same["revisionId"] != nil || same["updateDate"] == nil {
		t.Errorf("nothing changed: %v", same)
	}
	changed := update(object{"roleArn": role + "2"})
	if changed["revisionId"] == nil {
		t.Errorf("no revision: %v", changed)
	}
	if again := update(object{"tracingConfiguration": object{"enabled": true}}); again["revisionId"] == changed["revisionId"] {
		t.Error("two revisions have one id")
	}
	equal(t, c.call("DescribeStateMachine", object{"stateMachineArn": arn}), object{"roleArn": role + "2", "tracingConfiguration": object{"enabled": true}})
	for _, row := range []struct {
		request object
		want    string
	}{
		{object{"stateMachineArn": arn}, "MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"},
		{object{"stateMachineArn": arn + "x", "roleArn": role}, "StateMachineDoesNotExist: State Machine Does Not Exist: '" + arn + "x'"},
		{object{"stateMachineArn": arn, "roleArn": "x"}, "InvalidArn: Invalid Role Arn: 'x'"},
		{object{"stateMachineArn": arn, "definition": "{}"}, "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'"},
		{object{"stateMachineArn": arn, "roleArn": role, "versionDescription": "v"}, "ValidationException: Version description can only be set when publish is true"},
		{object{"stateMachineArn": arn + ":1", "roleArn": role}, "ValidationException: This operation does not accept the ARN of a version or an alias: " + arn + ":1"},
	} {
		if got := c.refuse("UpdateStateMachine", row.request); got != row.want {
			t.Errorf("got  %s\nwant %s", got, row.want)
		}
	}
}

func TestDelete(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", pass, nil)
	for range 2 { // Deleting again is no error.
		c.call("DeleteStateMachine", object{"stateMachineArn": arn})
	}
	for _, operation := range []string{"DescribeStateMachine", "StartExecution", "ListExecutions", "PublishStateMachineVersion", "ListStateMachineAliases"} {
		if got := c.refuse(operation, object{"stateMachineArn": arn}); got != "StateMachineDoesNotExist: State Machine Does Not Exist: '"+arn+"'" {
			t.Errorf("%s: %s", operation, got)
		}
	}
}

func TestPagesOfStateMachines(t *testing.T) {
	c := start(t, serve.Config{})
	for _, name := range []string{"c", "a", "d", "b", "e"} {
		c.create(name, pass, nil)
	}
	var pages []string
	request := object{"maxResults": 2}
	for {
		answer := c.call("ListStateMachines", request)
		pages = append(pages, list(answer, "stateMachines", "name"))
		if answer["nextToken"] == nil {
			break
		}
		request["nextToken"] = answer["nextToken"]
	}
	if got := strings.Join(pages, "|"); got != "a b|c d|e" {
		t.Errorf("pages %s", got)
	}
	if got := list(c.call("ListStateMachines", object{"maxResults": 0}), "stateMachines", "name"); got != "a b c d e" {
		t.Errorf("maxResults 0: %s", got)
	}
	token := c.call("ListStateMachines", object{"maxResults": 1})["nextToken"]
	if got := c.refuse("ListActivities", object{"nextToken": token}); got != "InvalidToken: Invalid Token: 'Invalid token'" {
		t.Errorf("the token of another list: %s", got)
	}
	c.server.SetNow(func() time.Time { return time.Now().Add(25 * time.Hour) })
	if got := c.refuse("ListStateMachines", object{"nextToken": token}); got != "InvalidToken: Invalid Token: 'Invalid token'" {
		t.Errorf("a token of yesterday: %s", got)
	}
}

func TestTags(t *testing.T) {
	c := start(t, serve.Config{})
	activity := c.call("CreateActivity", object{"name": "a"})["activityArn"].(string)
	for _, arn := range []string{c.create("m", pass, nil), activity} {
		tag := func(pairs ...string) {
			var all []any
			for i := 0; i < len(pairs); i += 2 {
				all = append(all, object{"key": pairs[i], "value": pairs[i+1]})
			}
			c.call("TagResource", object{"resourceArn": arn, "tags": all})
		}
		tag("a", "1", "b", "2")
		tag("c", "3", "a", "4")
		c.call("UntagResource", object{"resourceArn": arn, "tagKeys": []any{"b", "unknown"}})
		equal(t, c.call("ListTagsForResource", object{"resourceArn": arn}), object{"tags": []any{object{"key": "a", "value": "4"}, object{"key": "c", "value": "3"}}})
		if got := c.refuse("TagResource", object{"resourceArn": arn, "tags": tags(49)}); !strings.HasPrefix(got, "TooManyTags: ") {
			t.Errorf("51 tags: %s", got)
		}
	}
	for _, operation := range []string{"TagResource", "UntagResource", "ListTagsForResource"} {
		unknown := arnPrefix + "stateMachine:unknown"
		if got := c.refuse(operation, object{"resourceArn": unknown, "tags": []any{}, "tagKeys": []any{}}); got != "ResourceNotFound: Resource not found: '"+unknown+"'" {
			t.Errorf("%s: %s", operation, got)
		}
	}
}
