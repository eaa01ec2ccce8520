package assembly

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testTemplate = `{
	"Parameters": {
		"Name": {"Type": "String", "Default": "risk"},
		"Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
		"Count": {"Type": "Number", "Default": 3},
		"Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
		"Open": {"Type": "String"}
	},
	"Mappings": {"Sizes": {"dev": {"nodes": 2}}},
	"Conditions": {
		"Yes": {"Fn::Equals": [{"Ref": "Name"}, "risk"]},
		"No": {"Fn::Not": [{"Condition": "Yes"}]},
		"Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
		"Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
		"Circle": {"Fn::Not": [{"Condition": "Circle"}]}
	},
	"Resources": {
		"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${AWS::StackName}-alerts"}}},
		"Key": {"Type": "AWS::KMS::Key"},
		"Bucket": {"Type": "AWS::S3::Bucket"},
		"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
		"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "dropout"}},
		"Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f"}},
		"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/l"}},
		"Rule": {"Type": "AWS::Events::Rule"},
		"Custom": {"Type": "Custom::Thing"},
		"SelfNamed": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "SelfNamed"}}}
	}
}`

func testResolver(t *testing.T) *resolver {
	t.Helper()
	tpl := &template{}
	if err := json.Unmarshal([]byte(testTemplate), tpl); err != nil {
		t.Fatal(err)
	}
	return newResolver(&Stack{Name: "S", Account: DefaultAccount, Region: DefaultRegion}, tpl, nil)
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestIntrinsics(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{`{"Ref": "AWS::AccountId"}`, `"111111111111"`},
		{`{"Ref": "AWS::Region"}`, `"us-east-1"`},
		{`{"Ref": "AWS::Partition"}`, `"aws"`},
		{`{"Ref": "AWS::URLSuffix"}`, `"amazonaws.com"`},
		{`{"Ref": "AWS::StackName"}`, `"S"`},
		{`{"Ref": "AWS::NotificationARNs"}`, `[]`},
		{`{"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}`, `{"b": [1]}`},
		{`{"Ref": "Name"}`, `"risk"`},
		{`{"Ref": "Zones"}`, `["a", "b"]`},
		{`{"Ref": "Topic"}`, `"arn:aws:sns:us-east-1:111111111111:S-alerts"`},
		{`{"Fn::GetAtt": ["Topic", "TopicArn"]}`, `"arn:aws:sns:us-east-1:111111111111:S-alerts"`},
		{`{"Fn::GetAtt": "Topic.TopicName"}`, `"S-alerts"`},
		{`{"Ref": "Queue"}`, `"https://sqs.us-east-1.amazonaws.com/111111111111/q"`},
		{`{"Fn::GetAtt": ["Queue", "Arn"]}`, `"arn:aws:sqs:us-east-1:111111111111:q"`},
		{`{"Ref": "Endpoint"}`, `"arn:aws:sagemaker:us-east-1:111111111111:endpoint/dropout"`},
		{`{"Fn::GetAtt": ["Endpoint", "EndpointName"]}`, `"dropout"`},
		{`{"Fn::GetAtt": ["Function", "Arn"]}`, `"arn:aws:lambda:us-east-1:111111111111:function:f"`},
		{`{"Ref": "Logs"}`, `"/l"`},
		{`{"Fn::GetAtt": ["Logs", "Arn"]}`, `"arn:aws:logs:us-east-1:111111111111:log-group:/l:*"`},
		{`{"Fn::Join": ["-", ["a", {"Ref": "Name"}, {"Ref": "Count"}, true]]}`, `"a-risk-3-true"`},
		{`{"Fn::Sub": "${Name}/${Topic.TopicName}/${!Literal}/${AWS::Region}/$"}`, `"risk/S-alerts/${Literal}/us-east-1/$"`},
		{`{"Fn::Sub": ["${x}-${Name}", {"x": {"Ref": "Count"}}]}`, `"3-risk"`},
		{`{"Fn::Select": [1, ["a", "b"]]}`, `"b"`},
		{`{"Fn::Select": ["0", {"Fn::Split": [":", "x:y"]}]}`, `"x"`},
		{`{"Fn::FindInMap": ["Sizes", "dev", "nodes"]}`, `2`},
		{`{"Fn::FindInMap": ["Sizes", "qa", "nodes", {"DefaultValue": 1}]}`, `1`},
		{`{"Fn::If": ["Yes", "then", {"Ref": "Missing"}]}`, `"then"`}, // the other branch is not evaluated
		{`{"Fn::If": ["No", "then", "else"]}`, `"else"`},
		{`{"Fn::If": ["Both", "then", "else"]}`, `"else"`},
		{`{"Fn::If": ["Either", "then", "else"]}`, `"then"`},
		{`{"Condition": "a field of that name"}`, `{"Condition": "a field of that name"}`},
	} {
		got, err := testResolver(t).resolve(parse(t, c.expression), "Here")
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		if diff := cmp.Diff(parse(t, c.want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.expression, diff)
		}
	}
}

// Generated names look like those of CloudFormation: stack, logical id and a code. Those of buckets are in lower case.
func TestGeneratedNames(t *testing.T) {
	for _, c := range []struct{ expression, prefix string }{
		{`{"Ref": "Bucket"}`, "s-bucket-"},
		{`{"Fn::GetAtt": ["Bucket", "Arn"]}`, "arn:aws:s3:::s-bucket-"},
		{`{"Fn::GetAtt": ["Key", "Arn"]}`, "arn:aws:kms:us-east-1:111111111111:key/"},
		{`{"Fn::GetAtt": ["Rule", "Arn"]}`, "arn:aws:events:us-east-1:111111111111:rule/S-Rule-"},
	} {
		got, err := testResolver(t).resolve(parse(t, c.expression), "Here")
		if text, ok := got.(string); err != nil || !ok || !strings.HasPrefix(text, c.prefix) {
			t.Errorf("%s = %v, %v; want %s…", c.expression, got, err, c.prefix)
		}
	}
}

func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "eu-west-1": "aws"} {
		r := testResolver(t)
		r.stack.Region = region
		if got, err := r.ref("AWS::Partition", "Here"); got != want {
			t.Errorf("partition of %s = %v, %v; want %s", region, got, err, want)
		}
	}
}

func TestUnresolvableIntrinsics(t *testing.T) {
	for _, c := range []struct{ reason, expression, intrinsic, path string }{
		{"no such name", `{"a": {"Ref": "Missing"}}`, "Ref Missing", "Here.a"},
		{"a parameter without a default", `{"Ref": "Open"}`, "Ref Open", "Here"},
		{"a value in the Parameter Store", `{"Ref": "Version"}`, "Ref Version", "Here"},
		{"no such resource", `["x", {"Fn::GetAtt": ["Missing", "Arn"]}]`, "Fn::GetAtt Missing.Arn", "Here[1].Fn::GetAtt"},
		{"an attribute without a local value", `{"Fn::GetAtt": ["Bucket", "WebsiteURL"]}`, "Fn::GetAtt Bucket.WebsiteURL", "Here.Fn::GetAtt"},
		{"an attribute of a custom resource", `{"Fn::GetAtt": ["Custom", "Arn"]}`, "Fn::GetAtt Custom.Arn", "Here.Fn::GetAtt"},
		{"no such export", `{"Fn::ImportValue": "nowhere"}`, "Fn::ImportValue nowhere", "Here.Fn::ImportValue"},
		{"no such mapping", `{"Fn::FindInMap": ["Sizes", "qa", "nodes"]}`, "Fn::FindInMap", "Here.Fn::FindInMap"},
		{"no such condition", `{"Fn::If": ["Maybe", 1, 2]}`, "Condition Maybe", "Here.Fn::If[0]"},
		{"a condition that refers to itself", `{"Fn::If": ["Circle", 1, 2]}`, "Condition Circle", "Conditions.Circle.Fn::Not[0]"},
		{"a name that refers to itself", `{"Ref": "SelfNamed"}`, "the name of SelfNamed", "Resources.SelfNamed.Properties.TopicName"},
		{"an index out of range", `{"Fn::Select": [2, ["a"]]}`, "Fn::Select", "Here.Fn::Select"},
		{"an unknown function", `{"Fn::Transform": {"Name": "x"}}`, "Fn::Transform", "Here.Fn::Transform"},
		{"a reference in a text", `{"Fn::Sub": "${Missing}"}`, "Ref Missing", "Here.Fn::Sub"},
		{"an object in a text", `{"Fn::Join": ["", [{"a": 1}]]}`, "Fn::Join", "Here.Fn::Join"},
		{"a dynamic reference", `"{{resolve:ssm:/secret}}"`, "{{resolve:ssm:/secret}}", "Here"},
	} {
		value, err := testResolver(t).resolve(parse(t, c.expression), "Here")
		var fault *IntrinsicError
		if !errors.As(err, &fault) {
			t.Errorf("%s: %s = %v, %v; want an IntrinsicError", c.reason, c.expression, value, err)
			continue
		}
		if fault.Intrinsic != c.intrinsic || fault.Path != c.path || fault.Stack != "S" {
			t.Errorf("%s: fault %q at %q in %q, want %q at %q", c.reason, fault.Intrinsic, fault.Path, fault.Stack, c.intrinsic, c.path)
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, err := testResolver(t).resolve(parse(t, `{"a": {"Ref": "First"}, "b": [{"Ref": "Second"}]}`), "Here")
	if err == nil || !strings.Contains(err.Error(), "First") || !strings.Contains(err.Error(), "Second") {
		t.Errorf("error = %v, want both faults", err)
	}
}

func TestDefinition(t *testing.T) {
	for _, c := range []struct{ reason, properties, want, fault string }{
		{"text", `{"DefinitionString": "{\"a\":1}"}`, `{"a":1}`, ""},
		{"an object instead of text", `{"Definition": {"a": 1}}`, `{"a":1}`, ""},
		{"substitutions, one of them without a value", `{"DefinitionString": "{\"a\":\"${x}${y}\"}", "DefinitionSubstitutions": {"x": "v"}}`, `{"a":"v${y}"}`, ""},
		{"an S3 object", `{"DefinitionS3Location": {}}`, "", "S3 object is not supported"},
		{"invalid JSON", `{"DefinitionString": "{"}`, "", "must be JSON"},
		{"two states of the same name", `{"DefinitionString": "{\"States\":{\"A\":1,\"A\":2}}"}`, "", `the name "A" appears twice in the object "States"`},
		{"a list", `{"DefinitionString": ["x"]}`, "", "must be a string"},
	} {
		properties, _ := parse(t, c.properties).(map[string]any)
		got, err := definition(properties)
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s: error %v, want %q", c.reason, err, c.fault)
			}
		} else if string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.reason, got, err, c.want)
		}
	}
}
