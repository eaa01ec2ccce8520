package assembly

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
)

// kind says what CloudFormation returns for the resources of a type. In a pattern, {name} is the physical name of the resource, and
// {account}, {region} and {partition} are those of the stack.
type kind struct {
	name string // the property that sets the physical name. Default: none
	ref  string // the pattern of Ref. Default: {name}
	arn  string // the pattern of the ARN. Default: arn:{partition}:SERVICE:{region}:{account}:TYPE/{name}
}

// kinds has the types that differ from the defaults. Sources: the 'Return values' of each type in the CloudFormation template
// reference.
var kinds = map[string]kind{
	"AWS::SNS::Topic":                         {"TopicName", "{arn}", "arn:{partition}:sns:{region}:{account}:{name}"},
	"AWS::SQS::Queue":                         {"QueueName", "https://sqs.{region}.amazonaws.com/{account}/{name}", "arn:{partition}:sqs:{region}:{account}:{name}"},
	"AWS::S3::Bucket":                         {"BucketName", "{name}", "arn:{partition}:s3:::{name}"},
	"AWS::KMS::Key":                           {"", "{id}", "arn:{partition}:kms:{region}:{account}:key/{id}"},
	"AWS::IAM::Role":                          {"RoleName", "{name}", "arn:{partition}:iam::{account}:role/{name}"},
	"AWS::Logs::LogGroup":                     {"LogGroupName", "{name}", "arn:{partition}:logs:{region}:{account}:log-group:{name}:*"},
	"AWS::Lambda::Function":                   {"FunctionName", "{name}", "arn:{partition}:lambda:{region}:{account}:function:{name}"},
	"AWS::Lambda::Version":                    {"", "{arn}", "arn:{partition}:lambda:{region}:{account}:function:{name}:1"},
	"AWS::Lambda::Alias":                      {"", "{arn}", "arn:{partition}:lambda:{region}:{account}:function:{name}:live"},
	"AWS::DynamoDB::Table":                    {"TableName", "{name}", "arn:{partition}:dynamodb:{region}:{account}:table/{name}"},
	"AWS::SageMaker::Endpoint":                {"EndpointName", "{arn}", "arn:{partition}:sagemaker:{region}:{account}:endpoint/{name}"},
	"AWS::EMR::Cluster":                       {"", "j-{code}", "arn:{partition}:elasticmapreduce:{region}:{account}:cluster/j-{code}"},
	"AWS::EMRServerless::Application":         {"", "{code}", "arn:{partition}:emr-serverless:{region}:{account}:/applications/{code}"},
	"AWS::Glue::Job":                          {"Name", "{name}", "arn:{partition}:glue:{region}:{account}:job/{name}"},
	"AWS::Events::Connection":                 {"Name", "{name}", "arn:{partition}:events:{region}:{account}:connection/{name}/{id}"},
	"AWS::StepFunctions::Activity":            {"Name", "{arn}", "arn:{partition}:states:{region}:{account}:activity:{name}"},
	stateMachineType:                          {"StateMachineName", "{arn}", "arn:{partition}:states:{region}:{account}:stateMachine:{name}"},
	"AWS::StepFunctions::StateMachineVersion": {"", "{arn}", "arn:{partition}:states:{region}:{account}:stateMachine:{name}:1"},
}

// ref is Ref: a pseudo parameter, a parameter, or a resource.
func (r *resolver) ref(name, at string) (any, error) {
	if value, ok := r.pseudo(name); ok {
		return value, nil
	}
	if p, ok := r.template.Parameters[name]; ok {
		value, err := p.value()
		if err != nil {
			return nil, r.fault(at, "Ref "+name, err.Error())
		}
		return value, nil
	}
	res, ok := r.template.Resources[name]
	if !ok {
		return nil, r.fault(at, "Ref "+name, "the template has no parameter and no resource with this name")
	}
	pattern := kinds[res.Type].ref
	if pattern == "" {
		pattern = "{name}"
	}
	return r.fill(pattern, name, res, at)
}

// pseudo returns the value of a pseudo parameter.
func (r *resolver) pseudo(name string) (any, bool) {
	partition, suffix := "aws", "amazonaws.com"
	switch {
	case strings.HasPrefix(r.stack.Region, "cn-"):
		partition, suffix = "aws-cn", "amazonaws.com.cn"
	case strings.HasPrefix(r.stack.Region, "us-gov-"):
		partition = "aws-us-gov"
	}
	switch name {
	case "AWS::AccountId":
		return r.stack.Account, true
	case "AWS::Region":
		return r.stack.Region, true
	case "AWS::Partition":
		return partition, true
	case "AWS::URLSuffix":
		return suffix, true
	case "AWS::StackName":
		return r.stack.Name, true
	case "AWS::StackId":
		return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", partition, r.stack.Region, r.stack.Account,
			r.stack.Name, uuid(r.stack.Name)), true
	case "AWS::NotificationARNs":
		return []any{}, true
	case "AWS::NoValue":
		return noValue{}, true
	}
	return nil, false
}

// getAttOf is the list form of Fn::GetAtt: [resource, attribute].
func (r *resolver) getAttOf(a []any, at string) (any, error) {
	var parts []string
	for _, item := range a {
		s, _ := item.(string)
		parts = append(parts, s)
	}
	return r.getAtt(parts, at)
}

// getAtt is Fn::GetAtt: a resource and its attribute. Only ids, names and ARNs have local values.
func (r *resolver) getAtt(parts []string, at string) (any, error) {
	what := "Fn::GetAtt " + strings.Join(parts, ".")
	if len(parts) != 2 {
		return nil, r.fault(at, what, "it takes a resource and an attribute")
	}
	res, ok := r.template.Resources[parts[0]]
	if !ok {
		return nil, r.fault(at, what, "the template has no resource with this name")
	}
	if !strings.HasPrefix(res.Type, "AWS::") || strings.HasPrefix(res.Type, "AWS::CloudFormation::") {
		return nil, r.fault(at, what, "only a deployment knows the attributes of a "+res.Type)
	}
	pattern := ""
	switch attribute := parts[1]; {
	case strings.HasSuffix(attribute, "Arn"):
		pattern = "{arn}"
	case strings.HasSuffix(attribute, "Name") && !strings.HasSuffix(attribute, "DomainName"):
		pattern = "{name}"
	case attribute == "KeyId":
		pattern = "{id}"
	case attribute == "ApplicationId" || attribute == "Id":
		pattern = "{code}"
	default:
		return nil, r.fault(at, what, "this attribute of a "+res.Type+" has no local value")
	}
	return r.fill(pattern, parts[0], res, at)
}

// fill fills a pattern for the resource with the logical id.
func (r *resolver) fill(pattern, id string, res resource, at string) (any, error) {
	name, err := r.physicalName(id, res, at)
	if err != nil {
		return nil, err
	}
	k := kinds[res.Type]
	arn := k.arn
	if arn == "" {
		service, kind, _ := strings.Cut(strings.TrimPrefix(res.Type, "AWS::"), "::")
		arn = "arn:{partition}:" + strings.ToLower(service) + ":{region}:{account}:" + strings.ToLower(kind) + "/{name}"
	}
	partition, _ := r.pseudo("AWS::Partition")
	key := r.stack.Name + "/" + id
	return strings.NewReplacer(
		"{name}", name, "{id}", uuid(key), "{code}", code(key),
		"{account}", r.stack.Account, "{region}", r.stack.Region, "{partition}", fmt.Sprint(partition),
	).Replace(strings.ReplaceAll(pattern, "{arn}", arn)), nil
}

// physicalName returns the name in the template, or a name like those that CloudFormation generates: STACK-LOGICALID-CODE.
func (r *resolver) physicalName(id string, res resource, at string) (string, error) {
	if property := kinds[res.Type].name; property != "" && res.Properties[property] != nil {
		leave, err := r.enter("the name of "+id, at)
		if err != nil {
			return "", err
		}
		defer leave()
		value, err := r.resolve(res.Properties[property], "Resources."+id+".Properties."+property)
		if err != nil {
			return "", err
		}
		if name, ok := value.(string); ok {
			return name, nil
		}
	}
	name := fmt.Sprintf("%s-%s-%s", r.stack.Name, id, code(r.stack.Name+"/"+id))
	if res.Type == "AWS::S3::Bucket" {
		name = strings.ToLower(name)
	}
	return name, nil
}

// code returns 12 capitals and digits that derive from the key.
func code(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base32.StdEncoding.EncodeToString(sum[:])[:12]
}

// uuid returns a UUID that derives from the key.
func uuid(key string) string {
	sum := sha256.Sum256([]byte(key))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
