package test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Why a resource has no narrower form.
const (
	noResource = "AWS supports no resource for these actions"
	oneFolder  = "the objects of one folder, whose names contain the execution"
	ofOne      = "the children of one resource have new names each time"
)

// wildcardResources has the reasons of statements that allow an action on more than one resource, by policy and name.
var wildcardResources = map[string]string{
	"AlertsActFunctionPermissions Logging":               ofOne,
	"AlertsActFunctionPermissions RecordTransitions":     oneFolder,
	"AlertsActFunctionPermissions WriteWorklists":        oneFolder,
	"AlertsUpdateFunctionPermissions Logging":            ofOne,
	"AlertsUpdateFunctionPermissions ReadCohorts":        oneFolder,
	"AlertsUpdateFunctionPermissions ReadDecisions":      oneFolder,
	"AlertsUpdateFunctionPermissions RecordExclusions":   oneFolder,
	"AlertsUpdateFunctionPermissions RecordTransitions":  oneFolder,
	"AlertsUpdateFunctionPermissions WriteWorklists":     oneFolder,
	"AlertsWatchFunctionPermissions Logging":             ofOne,
	"AlertsWatchFunctionPermissions RecordTransitions":   oneFolder,
	"AlertsWatchFunctionPermissions WriteWorklists":      oneFolder,
	"ApprovalCompletionPermissions Confirm":              ofOne,
	"ApprovalDecideFunctionPermissions Logging":          ofOne,
	"ApprovalDecideFunctionPermissions ReadAlerts":       oneFolder,
	"ApprovalDecideFunctionPermissions RecordDecision":   oneFolder,
	"ApprovalDecideFunctionPermissions ReviewRecords":    oneFolder,
	"ApprovalDecideFunctionPermissions WhoStarted":       ofOne,
	"ApprovalRequestFunctionPermissions Logging":         ofOne,
	"MonitoringApprovalWatchRolePermissions Logging":     noResource,
	"MonitoringApprovalWatchRolePermissions ReportCount": noResource + "; a condition names the namespace",
	"MonitoringApprovalWatchRolePermissions Tracing":     noResource,
	"PipelinePermissions FindCohort":                     oneFolder,
	"PipelinePermissions Logging":                        noResource,
	"PipelinePermissions ReadApproval":                   oneFolder,
	"PipelinePermissions ReadFeatures":                   oneFolder,
	"PipelinePermissions ReadRecord":                     oneFolder,
	"PipelinePermissions RecordDecision":                 oneFolder,
	"PipelinePermissions ScoreCohort":                    oneFolder,
	"PipelinePermissions ScoreCohortDescribe":            ofOne,
	"PipelinePermissions ScoreCohortRedrive":             ofOne,
	"PipelinePermissions StartEMRServerlessJobRun":       ofOne,
	"PipelinePermissions StartReviewRun":                 ofOne,
	"PipelinePermissions Tracing":                        noResource,
	"TrailLogsRolePermissions WriteEvents":               "CloudTrail adds a suffix to the name of its stream",
}

// promotionWildcards has the reasons of the statements with wildcards that CDK Pipelines adds to the promotion, by their first
// action. No other stack has wildcards in actions.
var promotionWildcards = map[string]string{
	"cloudformation:DescribeStacks":   "the self-mutation looks for the bootstrap stack of every account",
	"codebuild:BatchGetBuilds":        "the actions that publish assets start projects that are created later",
	"codebuild:BatchPutCodeCoverages": "the report groups of one project have generated names",
	"codepipeline:GetPipelineState":   "the security check reports to the pipeline, which depends on it",
	"kms:*":                           "the account administers the key, by default of the CDK",
	"kms:Decrypt":                     "families of actions on the keys of artifacts and topic, and of replicas in other regions",
	"lambda:InvokeFunction":           "the function's versions",
	"logs:CreateLogGroup":             "the streams of one project's log group",
	"s3:Abort*":                       "families of actions on the artifacts and the cache",
	"s3:GetBucket*":                   "families of actions on the artifacts",
	"s3:PutObjectAcl":                 "the artifacts have new names each time",
	"sts:AssumeRole":                  "the bootstrap roles of other accounts; a condition names their tag",
}

// Requirements: SRC-13
func TestEveryWildcardHasAReason(t *testing.T) {
	found := map[string]bool{}
	for template, statements := range everyTemplate(t) {
		for _, s := range statements {
			actions := listOf(s.statement["Action"])
			wildAction := strings.Contains(strings.Join(actions, " "), "*")
			wildResource := !s.guards && strings.Contains(text(s.statement["Resource"]), "*") // the policy of a resource is about that resource
			if s.statement["Effect"] != "Allow" || !wildAction && !wildResource {
				continue
			}
			name := strings.TrimRight(s.policy, "0123456789") + " " + nameOf(s.statement) // a role's further policies have a number
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
				t.Errorf("the statement %s has no wildcard any more: remove its reason", name)
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
				t.Errorf("%s: no simulated stack has the deployed statement %s of %s", template, nameOf(s.statement), s.policy)
			}
		}
	}
	fmt.Printf("iam: %d deployed statements, each in a simulated stack\n", deployed)
}

// policyStatement is a statement, with the logical id of its policy without the hash at the end.
type policyStatement struct {
	policy    string
	guards    bool // the policy belongs to a resource
	statement object
}

// The names of templates of other stacks than the application's.
const (
	promotionTemplate = "promotion"
	simulatedTemplate = "simulated "
)

// everyTemplate returns the statements of the application's templates, of the promotion and of the simulated stacks.
func everyTemplate(t *testing.T) map[string][]policyStatement {
	t.Helper()
	all := map[string][]policyStatement{promotionTemplate: statementsOf(promotion(t).pipeline.template["Resources"].(object))}
	err := filepath.WalkDir(environmentsFolder(t), func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".template.json") {
			all[filepath.Base(path)] = statementsOf(readJSON(t, path)["Resources"].(object))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range simulatedStacks(t) {
		resources := object{}
		for id, properties := range d.resources {
			resources[id] = object{"Properties": properties}
		}
		all[simulatedTemplate+d.name] = statementsOf(resources)
	}
	return all
}

var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

// statementsOf returns all statements of roles, resources and keys.
func statementsOf(resources object) []policyStatement {
	var all []policyStatement
	for id, r := range resources {
		properties, _ := r.(object)["Properties"].(object)
		for _, property := range []string{"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"} {
			document, _ := properties[property].(object)
			statements, _ := document["Statement"].([]any)
			for _, s := range statements {
				all = append(all, policyStatement{hash.ReplaceAllString(id, ""), s.(object)["Principal"] != nil, s.(object)})
			}
		}
	}
	return all
}
