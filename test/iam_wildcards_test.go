package test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Why AWS has no narrower form for a resource.
const (
	noResource = "AWS knows no resource for these actions"
	oneFolder  = "the objects of one folder; their names say which execution wrote them"
	ofOne      = "what is started below one resource has a name of its own each time"
)

// wildcardResources are the statements that allow something on more than one resource, by policy and name, and why.
var wildcardResources = map[string]string{
	"ApprovalCompletionPermissions Confirm":              ofOne,
	"ApprovalDecideFunctionPermissions Logging":          ofOne,
	"ApprovalDecideFunctionPermissions RecordDecision":   oneFolder,
	"ApprovalDecideFunctionPermissions ReviewRecords":    oneFolder,
	"ApprovalDecideFunctionPermissions WhoStarted":       noResource,
	"ApprovalRequestFunctionPermissions Logging":         ofOne,
	"MonitoringApprovalWatchRolePermissions Logging":     noResource,
	"MonitoringApprovalWatchRolePermissions ReportCount": noResource + "; a condition names the namespace",
	"MonitoringApprovalWatchRolePermissions Tracing":     noResource,
	"PipelinePermissions Logging":                        noResource,
	"PipelinePermissions ReadApproval":                   oneFolder,
	"PipelinePermissions ReadRecord":                     oneFolder,
	"PipelinePermissions RecordDecision":                 oneFolder,
	"PipelinePermissions ScoreCohort":                    oneFolder,
	"PipelinePermissions ScoreCohortRedrive":             ofOne,
	"PipelinePermissions StartEMRServerlessJobRun":       ofOne,
	"PipelinePermissions StartReviewRun":                 ofOne,
	"PipelinePermissions Tracing":                        noResource,
	"TrailLogsRolePermissions WriteEvents":               "CloudTrail adds to the name of its stream",
}

// promotionWildcards are the statements by a pattern that CDK Pipelines writes into the promotion, by their first action, and
// why. There are none elsewhere.
var promotionWildcards = map[string]string{
	"cloudformation:DescribeStacks":   "the self-mutation looks for the bootstrap stack of every account",
	"codebuild:BatchGetBuilds":        "the actions that publish assets start projects that are made later",
	"codebuild:BatchPutCodeCoverages": "report groups of one project have names of their own",
	"codepipeline:GetPipelineState":   "the security check answers for the pipeline, which depends on it",
	"kms:*":                           "the account administers the key; the CDK's default",
	"kms:Decrypt":                     "families of actions on the keys of artifacts and topic, and of replicas in other regions",
	"lambda:InvokeFunction":           "the function's versions",
	"logs:CreateLogGroup":             "the streams of one project's log group",
	"s3:Abort*":                       "families of actions on the artifacts and the cache",
	"s3:GetBucket*":                   "families of actions on the artifacts",
	"s3:PutObjectAcl":                 "the artifacts have names of their own each time",
	"sts:AssumeRole":                  "the bootstrap roles of other accounts, which a condition on their tag names",
}

// Requirements: SRC-13
func TestNoStatementAllowsByAWildcardWithoutAReason(t *testing.T) {
	found := map[string]bool{}
	for template, statements := range everyTemplate(t) {
		for _, s := range statements {
			actions := listOf(s.statement["Action"])
			wildAction := strings.Contains(strings.Join(actions, " "), "*")
			wildResource := !s.guards && strings.Contains(text(s.statement["Resource"]), "*") // a guard speaks of its own resource
			if s.statement["Effect"] != "Allow" || !wildAction && !wildResource {
				continue
			}
			name := s.policy + " " + nameOf(s.statement)
			allowed := !wildAction && wildcardResources[name] != ""
			if template == promotionTemplate {
				name = actions[0]
				allowed = promotionWildcards[name] != ""
			}
			found[name] = true
			if !allowed {
				t.Errorf("%s: %s allows %v on %s", template, name, actions, text(s.statement["Resource"]))
			}
		}
	}
	for _, list := range []map[string]string{wildcardResources, promotionWildcards} {
		for name := range list {
			if !found[name] {
				t.Errorf("no statement %s has a wildcard any more", name)
			}
		}
	}
}

// TestEveryDeployedStatementIsSimulated compares the environments with the stacks that the simulator decides about.
//
// Requirements: SRC-13, P11-10d
func TestEveryDeployedStatementIsSimulated(t *testing.T) {
	known := map[string]bool{}
	all := everyTemplate(t)
	for template, statements := range all {
		for _, s := range statements {
			if strings.HasPrefix(template, simulatedTemplate) {
				known[s.policy+" "+nameOf(s.statement)] = true
			}
		}
	}
	deployed := 0
	for template, statements := range all {
		if template == promotionTemplate || strings.HasPrefix(template, simulatedTemplate) {
			continue
		}
		for _, s := range statements {
			if deployed++; !known[s.policy+" "+nameOf(s.statement)] {
				t.Errorf("%s: the statement %s of %s is deployed, and in no stack that is simulated", template, nameOf(s.statement), s.policy)
			}
		}
	}
	fmt.Printf("iam: %d statements deployed, each of a kind that is simulated\n", deployed)
}

// said is a statement of a policy, whose id is without the hash at its end.
type said struct {
	policy    string
	guards    bool // whether the policy is that of a resource
	statement object
}

// The names of the templates that are none of the application's.
const (
	promotionTemplate = "promotion"
	simulatedTemplate = "simulated "
)

// everyTemplate are the statements of the application's templates, of the promotion's, and of those that are simulated.
func everyTemplate(t *testing.T) map[string][]said {
	t.Helper()
	all := map[string][]said{promotionTemplate: statementsOf(promotion(t).pipeline.template["Resources"].(object))}
	err := filepath.WalkDir(environmentsFolder(t), func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".template.json") {
			all[filepath.Base(path)] = statementsOf(readJSON(t, path)["Resources"].(object))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range simulated(t) {
		resources := object{}
		for id, properties := range d.resources {
			resources[id] = object{"Properties": properties}
		}
		all[simulatedTemplate+d.name] = statementsOf(resources)
	}
	return all
}

var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

// statementsOf are all statements of roles, resources and keys.
func statementsOf(resources object) []said {
	var all []said
	for id, r := range resources {
		properties, _ := r.(object)["Properties"].(object)
		for _, property := range []string{"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"} {
			document, _ := properties[property].(object)
			statements, _ := document["Statement"].([]any)
			for _, s := range statements {
				all = append(all, said{hash.ReplaceAllString(id, ""), s.(object)["Principal"] != nil, s.(object)})
			}
		}
	}
	return all
}
