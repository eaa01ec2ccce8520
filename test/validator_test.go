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

// broken is a resource that one rule refuses, and no other.
type broken struct {
	reason string
	kind   string // the type of the resource that is broken, the first by its logical id
	id     string // what its logical id contains. Default: anything
	change func(resource, properties object)
}

// leavingOut breaks a template by leaving a property out.
func leavingOut(name string) func(resource, properties object) {
	return func(_, properties object) { delete(properties, name) }
}

// setting breaks a template by another value of a property; dots lead into objects.
func setting(name string, value any) func(resource, properties object) {
	return func(_, properties object) {
		path := strings.Split(name, ".")
		for _, part := range path[:len(path)-1] {
			properties = properties[part].(object)
		}
		properties[path[len(path)-1]] = value
	}
}

// adding breaks a policy by one statement more.
func adding(more object) func(resource, properties object) {
	return func(_, properties object) {
		document, ok := properties["PolicyDocument"].(object)
		if !ok {
			document = properties["KeyPolicy"].(object)
		}
		document["Statement"] = append(document["Statement"].([]any), more)
	}
}

// plainHTTP breaks a policy by letting plain HTTP in.
func plainHTTP(_, properties object) {
	document := properties["PolicyDocument"].(object)
	document["Statement"] = slices.DeleteFunc(document["Statement"].([]any), func(s any) bool {
		return strings.Contains(text(s), "aws:SecureTransport")
	})
}

func locked(mode string) object {
	return object{"ObjectLockEnabled": "Enabled", "Rule": object{"DefaultRetention": object{"Mode": mode, "Days": 1}}}
}

func allowing(action, resource any) object {
	return object{"Sid": "More", "Effect": "Allow", "Action": action, "Resource": resource}
}

// The rows of one rule stand together. A bucket is the records' own: the trail's and the access logs' are alike.
var brokenBy = map[string][]broken{
	"GxP-BucketLocked": {
		{"without a default retention a record is locked by nobody", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration", object{"ObjectLockEnabled": "Enabled"})},
		{"a mode without a time locks nothing", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration.Rule", object{"DefaultRetention": object{"Mode": "COMPLIANCE"}})},
		{"a trail is a record, too", "AWS::S3::Bucket", "TrailBucket", leavingOut("ObjectLockConfiguration")},
	},
	"GxP-BucketCompliance": {{"GOVERNANCE can be bypassed", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration", locked("GOVERNANCE"))}},
	"GxP-BucketVersioned":  {{"a log that is overwritten is lost", "AWS::S3::Bucket", "AccessLogs", setting("VersioningConfiguration", object{"Status": "Suspended"})}},
	"GxP-BucketRetained": {
		{"the stack is deleted, and the records with it", "AWS::S3::Bucket", "RecordsBucket", func(resource, _ object) { resource["DeletionPolicy"] = "Delete" }},
		{"the stack replaces the bucket", "AWS::S3::Bucket", "RecordsBucket", func(resource, _ object) { delete(resource, "UpdateReplacePolicy") }},
	},
	"GxP-BucketPrivate": {{"a policy might open it", "AWS::S3::Bucket", "RecordsBucket", setting("PublicAccessBlockConfiguration.BlockPublicPolicy", false)}},
	"GxP-BucketKey": {
		{"S3's own key is nobody's to withhold", "AWS::S3::Bucket", "RecordsBucket", setting("BucketEncryption", object{"ServerSideEncryptionConfiguration": []any{object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}}}})},
		{"AWS's key for S3 is not ours", "AWS::S3::Bucket", "RecordsBucket", setting("BucketEncryption", object{"ServerSideEncryptionConfiguration": []any{object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}}}})},
	},
	"GxP-BucketTLS": {{"plain HTTP", "AWS::S3::BucketPolicy", "RecordsBucket", plainHTTP}},
	"GxP-TopicKey": {
		{"not encrypted", "AWS::SNS::Topic", "", leavingOut("KmsMasterKeyId")},
		{"AWS's key for SNS is not ours", "AWS::SNS::Topic", "", setting("KmsMasterKeyId", "alias/aws/sns")},
	},
	"GxP-TopicTLS": {{"plain HTTP", "AWS::SNS::TopicPolicy", "", plainHTTP}},
	"GxP-QueueKey": {{"encrypted by SQS itself", "AWS::SQS::Queue", "", leavingOut("KmsMasterKeyId")}},
	"GxP-QueueTLS": {{"plain HTTP", "AWS::SQS::QueuePolicy", "", plainHTTP}},
	"GxP-TableKey": {{"encrypted by DynamoDB itself", "AWS::DynamoDB::Table", "", leavingOut("SSESpecification")}},
	"GxP-KeyRotates": {
		{"never", "AWS::KMS::Key", "", leavingOut("EnableKeyRotation")},
		{"not any more", "AWS::KMS::Key", "", setting("EnableKeyRotation", false)},
	},
	"GxP-LogGroupKey":       {{"encrypted by CloudWatch itself", "AWS::Logs::LogGroup", "", leavingOut("KmsKeyId")}},
	"GxP-LogGroupRetention": {{"kept forever, at whose cost?", "AWS::Logs::LogGroup", "", leavingOut("RetentionInDays")}},
	"GxP-TrailValidated": {
		{"files without digests", "AWS::CloudTrail::Trail", "", setting("EnableLogFileValidation", false)},
		{"a trail that sleeps", "AWS::CloudTrail::Trail", "", setting("IsLogging", false)},
		{"encrypted by S3 itself", "AWS::CloudTrail::Trail", "", leavingOut("KMSKeyId")},
	},
	"GxP-EnvironmentNamed": {{"nobody knows what is asked of it", "AWS::StepFunctions::StateMachine", "", leavingOut("Tags")}},
	"GxP-ExecutionsLogged": {
		{"failures only", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.Level", "ERROR")},
		{"subjects' data in a log", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.IncludeExecutionData", true)},
		{"to nowhere", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.Destinations", []any{})},
		{"not at all", "AWS::StepFunctions::StateMachine", "", leavingOut("LoggingConfiguration")},
	},
	"GxP-ExecutionsTraced": {{"no traces", "AWS::StepFunctions::StateMachine", "", leavingOut("TracingConfiguration")}},
	"GxP-ExecutionsKey":    {{"histories with AWS's key", "AWS::StepFunctions::StateMachine", "Pipeline", leavingOut("EncryptionConfiguration")}},
	"GxP-AlarmActs": {
		{"tells nobody", "AWS::CloudWatch::Alarm", "", setting("AlarmActions", []any{})},
		{"switched off", "AWS::CloudWatch::Alarm", "", setting("ActionsEnabled", false)},
	},
	"GxP-FunctionPinned": {{"whichever processor", "AWS::Lambda::Function", "", leavingOut("Architectures")}},
	"GxP-FunctionLogs":   {{"a log group that Lambda makes", "AWS::Lambda::Function", "", leavingOut("LoggingConfig")}},
	"GxP-URLSigned":      {{"open to the world", "AWS::Lambda::Url", "", setting("AuthType", "NONE")}},
	"GxP-ActionNamed": {
		{"everything of a service", "AWS::IAM::ManagedPolicy", "", adding(allowing("s3:*", "arn:aws:s3:::bucket/prefix/*"))},
		{"one of several", "AWS::IAM::ManagedPolicy", "", adding(allowing([]any{"s3:GetObject", "s3:Put*"}, "arn:aws:s3:::bucket/prefix/*"))},
		{"all but one", "AWS::IAM::ManagedPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "NotAction": "iam:CreateUser", "Resource": "arn:aws:s3:::bucket/prefix/*"})},
		{"to whom a topic's policy speaks", "AWS::SNS::TopicPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "Action": "sns:*", "Resource": "*", "Principal": object{"Service": "events.amazonaws.com"}})},
	},
	"GxP-KeyActionNamed": {{"a service that may do anything", "AWS::KMS::Key", "", adding(object{"Effect": "Allow", "Action": "kms:GenerateDataKey*", "Resource": "*", "Principal": object{"Service": "events.amazonaws.com"}})}},
	"GxP-ResourceNamed": {
		{"any endpoint", "AWS::IAM::ManagedPolicy", "", adding(allowing("sagemaker:InvokeEndpoint", "*"))},
		{"any other endpoint", "AWS::IAM::ManagedPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "NotResource": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/other"})},
	},
	"GxP-ResourceNarrow": {
		{"any cluster", "AWS::IAM::ManagedPolicy", "", adding(allowing("elasticmapreduce:AddJobFlowSteps", "arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/*"))},
		{"a whole bucket", "AWS::IAM::ManagedPolicy", "", adding(allowing("s3:GetObject", "arn:aws:s3:::bucket/*"))},
		{"executions of any state machine", "AWS::IAM::ManagedPolicy", "", adding(allowing("states:StopExecution", "arn:aws:states:us-east-1:123456789012:execution:*"))},
	},
	"GxP-PolicyOurs": {{"full access, as the source document has it", "AWS::IAM::Role", "", func(_, properties object) {
		properties["ManagedPolicyArns"] = append(properties["ManagedPolicyArns"].([]any), "arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess")
	}}},
}

// testRules tries each rule on templates that break it: the cohort stack of production with changes.
func testRules(t *testing.T) {
	production := regulated(t)
	batches := batchesOf(t, production)
	templates := []object{production}
	for _, batch := range batches {
		templates = append(templates, breakBy(t, production, batch))
	}
	got := findings(t, templates)
	if len(got[0]) > 0 {
		t.Fatalf("the template that is to be broken has findings: %v", got[0])
	}
	for i, batch := range batches {
		found := got[1+i]
		for _, row := range batch {
			t.Run(row.rule+", "+row.reason, func(t *testing.T) {
				places := found[row.rule]
				delete(found, row.rule)
				if len(places) != 1 || !row.isAt(production, places[0]) {
					t.Errorf("reported at %v, want %s, or the resource that it is the policy of", places, row.id)
				}
			})
		}
		if len(found) > 0 {
			t.Errorf("reported, though nothing breaks it: %v", found)
		}
	}
}

// trial is a row with the rule that it breaks; its id is the resource's whole one.
type trial struct {
	rule string
	broken
}

// isAt tells whether a finding at a resource is about what the row broke: that resource, or its policy.
func (b trial) isAt(template object, place string) bool {
	return place == b.id || strings.HasSuffix(b.kind, "Policy") && strings.Contains(text(template["Resources"].(object)[b.id]), `"Ref": "`+place+`"`)
}

// batchesOf shares the rows out by templates, since to validate one takes a tenth of a second. The rows of a batch break rules and
// resources that are all different, so that each finding is one row's.
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

// testRulesTried fails on a rule that no template breaks.
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
		t.Errorf("tried  %v\nthere are %v", got, want)
	}
}

// regulated is the cohort stack of production, with everything that a rule speaks of. Its definition is left out: no rule
// reads it, and the engine would read it for each row.
func regulated(t *testing.T) object {
	t.Helper()
	dir := filepath.Join(scratch, "regulated")
	orFatal(t, func() {
		app := newApp(dir)
		environment := someProd()
		environment.AlertEmails = []string{"team@example.com"}
		stages.NewStage(app, environment)
		awscdk.Validations_Of(app).AddPlugins(gates.Validator()) // or the CDK makes another, which takes seconds
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

// find is the logical id of the resource that the row breaks.
func (b broken) find(t *testing.T, template object) string {
	t.Helper()
	resources := template["Resources"].(object)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		if resources[id].(object)["Type"] == b.kind && strings.Contains(id, b.id) {
			return id
		}
	}
	t.Fatalf("no resource of type %s to break", b.kind)
	return ""
}

// breakBy is the template with the changes of a batch.
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

// validationContext is what the CDK tells a validator.
type validationContext struct {
	stacks []*awscdk.PolicyValidationStack
}

func (c *validationContext) AccountId() *string                               { return nil } //nolint:revive // the CDK's name
func (c *validationContext) AppConstruct() constructs.IConstruct              { return nil }
func (c *validationContext) Region() *string                                  { return nil }
func (c *validationContext) TemplatePaths() *[]*string                        { return &[]*string{} }
func (c *validationContext) StackTemplates() *[]*awscdk.PolicyValidationStack { return &c.stacks }

// findings are the logical ids of the resources that rules of ours refuse, by rule, for each of the templates.
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
