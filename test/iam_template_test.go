package test

import (
	"fmt"
	"strconv"
	"strings"
)

// The account and the region of the simulated stacks, and those of a neighbour.
const (
	ownAccount   = "123456789012"
	ownRegion    = "eu-central-1"
	otherAccount = "999999999999"
	otherRegion  = "eu-west-1"
)

// resolver replaces the intrinsics of a template with values as CloudFormation returns them. It panics on anything that it does
// not know: a statement about a guessed resource proves nothing.
type resolver struct{ resources object }

// named has the property that sets the name of a resource, by type.
var named = map[string]string{
	"AWS::Logs::LogGroup": "LogGroupName", "AWS::StepFunctions::StateMachine": "StateMachineName", "AWS::CloudTrail::Trail": "TrailName",
	"AWS::Lambda::Function": "FunctionName", "AWS::IAM::Role": "RoleName",
}

// arns has the ARN of a resource, by type. NAME is the name of the resource.
var arns = map[string]string{
	"AWS::CloudTrail::Trail":                  "arn:aws:cloudtrail:" + ownRegion + ":" + ownAccount + ":trail/NAME",
	"AWS::CloudWatch::Alarm":                  "arn:aws:cloudwatch:" + ownRegion + ":" + ownAccount + ":alarm:NAME",
	"AWS::DynamoDB::Table":                    "arn:aws:dynamodb:" + ownRegion + ":" + ownAccount + ":table/NAME",
	"AWS::Events::Rule":                       "arn:aws:events:" + ownRegion + ":" + ownAccount + ":rule/NAME",
	"AWS::IAM::ManagedPolicy":                 "arn:aws:iam::" + ownAccount + ":policy/NAME",
	"AWS::IAM::Role":                          "arn:aws:iam::" + ownAccount + ":role/NAME",
	"AWS::KMS::Key":                           "arn:aws:kms:" + ownRegion + ":" + ownAccount + ":key/NAME",
	"AWS::Lambda::Function":                   "arn:aws:lambda:" + ownRegion + ":" + ownAccount + ":function:NAME",
	"AWS::Logs::LogGroup":                     "arn:aws:logs:" + ownRegion + ":" + ownAccount + ":log-group:NAME:*",
	"AWS::S3::Bucket":                         "arn:aws:s3:::NAME",
	"AWS::SNS::Topic":                         "arn:aws:sns:" + ownRegion + ":" + ownAccount + ":NAME",
	"AWS::SQS::Queue":                         "arn:aws:sqs:" + ownRegion + ":" + ownAccount + ":NAME",
	"AWS::StepFunctions::StateMachine":        "arn:aws:states:" + ownRegion + ":" + ownAccount + ":stateMachine:NAME",
	"AWS::StepFunctions::StateMachineVersion": "arn:aws:states:" + ownRegion + ":" + ownAccount + ":stateMachine:versioned:NAME",
	"AWS::StepFunctions::StateMachineAlias":   "arn:aws:states:" + ownRegion + ":" + ownAccount + ":stateMachine:aliased:NAME",
}

// referredByARN are the types for which Ref returns the ARN instead of the name.
var referredByARN = map[string]bool{
	"AWS::IAM::ManagedPolicy": true, "AWS::SNS::Topic": true, "AWS::StepFunctions::StateMachine": true, "AWS::StepFunctions::StateMachineAlias": true, "AWS::StepFunctions::StateMachineVersion": true,
}

var pseudoParameters = map[string]any{
	"AWS::AccountId": ownAccount, "AWS::Region": ownRegion, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "Variant",
}

// resolve returns the value with its intrinsics replaced.
func (r resolver) resolve(value any) any {
	switch v := value.(type) {
	case object:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return r.intrinsic(name, argument)
				}
			}
		}
		out := object{}
		for key, field := range v {
			out[key] = r.resolve(field)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = r.resolve(item)
		}
		return out
	}
	return value
}

func (r resolver) intrinsic(name string, argument any) any {
	if id, ok := argument.(string); ok {
		switch name {
		case "Ref":
			return r.ref(id)
		case "Fn::Sub":
			return r.sub(id)
		}
	}
	a := r.resolve(argument).([]any)
	switch name {
	case "Fn::GetAtt":
		return r.attribute(a[0].(string), a[1].(string))
	case "Fn::Join":
		parts := []string{}
		for _, part := range a[1].([]any) {
			parts = append(parts, part.(string))
		}
		return strings.Join(parts, a[0].(string))
	case "Fn::Select":
		i, err := strconv.Atoi(fmt.Sprint(a[0]))
		if err != nil {
			panic(err)
		}
		return a[1].([]any)[i]
	case "Fn::Split":
		parts := []any{}
		for part := range strings.SplitSeq(a[1].(string), a[0].(string)) {
			parts = append(parts, part)
		}
		return parts
	}
	panic("the resolver does not know " + name)
}

func (r resolver) ref(id string) any {
	if value, ok := pseudoParameters[id]; ok {
		return value
	}
	if referredByARN[r.kind(id)] {
		return r.arn(id)
	}
	return r.name(id)
}

func (r resolver) attribute(id, name string) any {
	switch {
	case strings.HasSuffix(name, "Arn"):
		return r.arn(id)
	case strings.HasSuffix(name, "Name"):
		return r.name(id)
	}
	return id + "." + name // no policy names it
}

// sub replaces ${…} in a string. The templates use only pseudo parameters there.
func (r resolver) sub(text string) string {
	for name, value := range pseudoParameters {
		text = strings.ReplaceAll(text, "${"+name+"}", value.(string))
	}
	return text
}

func (r resolver) kind(id string) string {
	resource, ok := r.resources[id].(object)
	if !ok {
		panic("the template has no resource " + id)
	}
	return resource["Type"].(string)
}

func (r resolver) name(id string) string {
	kind := r.kind(id)
	properties, _ := r.resources[id].(object)["Properties"].(object)
	if name := properties[named[kind]]; name != nil {
		return r.resolve(name).(string)
	}
	if kind == "AWS::S3::Bucket" {
		return strings.ToLower(id)
	}
	return id
}

func (r resolver) arn(id string) string {
	pattern, ok := arns[r.kind(id)]
	if !ok {
		panic("arns does not list " + r.kind(id))
	}
	return strings.ReplaceAll(pattern, "NAME", r.name(id))
}
