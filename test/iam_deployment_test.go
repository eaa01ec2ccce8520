package test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// deployment is a stack as IAM sees it: its roles, and every policy that affects a request.
type deployment struct {
	name       string
	resolver   resolver
	documents  map[string]object   // the policies, by the logical id of their owner
	roles      map[string][]string // the policies of each role, by the role's ARN
	guards     map[string]string   // the policy of a resource, by the resource's ARN
	resources  map[string]object   // the resolved properties of resources that have a policy or are in one, by logical id
	approver   string              // the ARN of the role that decides about requests for approval
	custodian  string              // the ARN of the role that may lift locks, "" if nobody may
	breakGlass string              // the ARN of the role that may destroy the keys of records and trail, "" if nobody may
	found      map[string]bool     // the integrations that executions called, and the removals from policies
}

// deploy makes a deployment of a template.
func deploy(name string, template object) *deployment {
	d := &deployment{
		name: name, resolver: resolver{template["Resources"].(object)},
		documents: map[string]object{}, roles: map[string][]string{}, guards: map[string]string{}, resources: map[string]object{},
		found: map[string]bool{},
	}
	for id, r := range d.resolver.resources {
		kind := d.resolver.kind(id)
		if properties, ok := r.(object)["Properties"].(object); ok && (arns[kind] != "" || strings.HasSuffix(kind, "Policy") || kind == "AWS::Lambda::Permission") {
			d.resources[id] = d.resolver.resolve(properties).(object)
		}
	}
	for id, properties := range d.resources {
		d.addPolicy(id, properties)
	}
	return d
}

// addPolicy adds the policies of a resource and notes their owners.
func (d *deployment) addPolicy(id string, properties object) {
	document, _ := properties["PolicyDocument"].(object)
	list := func(property string) []any { items, _ := properties[property].([]any); return items }
	switch d.resolver.kind(id) {
	case "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy":
		d.documents[id] = document
		for _, role := range list("Roles") {
			arn := d.resolver.arn(role.(string))
			d.roles[arn] = append(d.roles[arn], id)
		}
	case "AWS::IAM::Role":
		arn := d.resolver.arn(id)
		d.documents[id], d.guards[arn] = properties["AssumeRolePolicyDocument"].(object), id
		for _, managed := range list("ManagedPolicyArns") {
			policy := managed.(string)[strings.LastIndex(managed.(string), "/")+1:]
			if d.resolver.resources[policy] == nil {
				panic(id + " has a policy of another stack: " + managed.(string))
			}
			d.roles[arn] = append(d.roles[arn], policy)
		}
		for _, inline := range list("Policies") {
			name := id + " " + inline.(object)["PolicyName"].(string)
			d.documents[name], d.roles[arn] = inline.(object)["PolicyDocument"].(object), append(d.roles[arn], name)
		}
	case "AWS::KMS::Key":
		d.documents[id], d.guards[d.resolver.arn(id)] = properties["KeyPolicy"].(object), id
	case "AWS::S3::BucketPolicy":
		d.documents[id], d.guards["arn:aws:s3:::"+properties["Bucket"].(string)] = document, id
	case "AWS::SNS::TopicPolicy":
		d.documents[id], d.guards[list("Topics")[0].(string)] = document, id
	case "AWS::SQS::QueuePolicy":
		d.documents[id], d.guards[d.resolver.arn(list("Queues")[0].(string))] = document, id
	case "AWS::Lambda::Permission":
		d.addPermission(properties)
	}
}

// addPermission adds the statement that Lambda makes of a permission to the policy of the function:
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
func (d *deployment) addPermission(properties object) {
	function := properties["FunctionName"].(string)
	statement := object{
		"Effect": "Allow", "Principal": object{"AWS": properties["Principal"]}, "Action": properties["Action"], "Resource": function,
	}
	name := "permissions of " + function
	if d.documents[name] == nil {
		d.documents[name], d.guards[function] = object{"Version": "2012-10-17", "Statement": []any{}}, name
	}
	d.documents[name]["Statement"] = append(d.documents[name]["Statement"].([]any), statement)
}

// find returns the logical id of the only resource of a type whose id has the prefix, or "".
func (d *deployment) find(kind, prefix string) string {
	found := ""
	for id := range d.resources {
		if d.resolver.kind(id) == kind && strings.HasPrefix(id, prefix) {
			if found != "" {
				panic(fmt.Sprintf("%s has two resources %s %s…", d.name, kind, prefix))
			}
			found = id
		}
	}
	return found
}

// has tells whether the stack has a resource of a type.
func (d *deployment) has(kind string) bool {
	for id := range d.resources {
		if d.resolver.kind(id) == kind {
			return true
		}
	}
	return false
}

// arn returns the ARN of the resource that find returns, or "".
func (d *deployment) arn(kind, prefix string) string {
	if id := d.find(kind, prefix); id != "" {
		return d.resolver.arn(id)
	}
	return ""
}

// keyOf returns the ARN of the key that encrypts the resource of an ARN, or "".
func (d *deployment) keyOf(arn string) string {
	for id, properties := range d.resources {
		if arns[d.resolver.kind(id)] == "" || d.resolver.arn(id) != arn {
			continue
		}
		var key any
		switch d.resolver.kind(id) {
		case "AWS::SNS::Topic", "AWS::SQS::Queue":
			key = properties["KmsMasterKeyId"]
		case "AWS::Logs::LogGroup":
			key = properties["KmsKeyId"]
		case "AWS::DynamoDB::Table":
			key = properties["SSESpecification"].(object)["KMSMasterKeyId"]
		case "AWS::S3::Bucket":
			rule := properties["BucketEncryption"].(object)["ServerSideEncryptionConfiguration"].([]any)[0]
			key = rule.(object)["ServerSideEncryptionByDefault"].(object)["KMSMasterKeyID"]
		}
		found, _ := key.(string)
		return found
	}
	return encryptedWith[arn]
}

// guardOf returns the name of the policy of the resource of an ARN, or of the bucket of an object, or "". A key of another stack
// trusts our account: without a policy nobody could use it.
func (d *deployment) guardOf(arn string) string {
	if strings.HasPrefix(arn, "arn:aws:s3:::") {
		arn, _, _ = strings.Cut(arn, "/")
	}
	guard := d.guards[arn]
	if guard == "" && strings.HasPrefix(arn, "arn:aws:kms:") {
		return trusting
	}
	return guard
}

// trailARN returns the ARN of the stack's trail.
func (d *deployment) trailARN() string { return d.arn("AWS::CloudTrail::Trail", "") }

// machine loads the definition of a state machine of the stack.
func (d *deployment) machine(t *testing.T, id string) (*asl.Machine, object) {
	t.Helper()
	text := d.resources[id]["DefinitionString"].(string)
	machine, err := asl.Load([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var definition object
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		t.Fatal(err)
	}
	return machine, definition
}
