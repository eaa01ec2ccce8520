package test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gkampitakis/go-snaps/snaps"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/stages"
	"clinical-risk-pipeline/workflow"
)

// promoted is a synthesized promotion: the folder of its assembly and the template of its stack.
type promoted struct {
	dir      string
	pipeline *pipeline
}

var promotedOnce *promoted

func promotion(t *testing.T) *promoted {
	t.Helper()
	if promotedOnce != nil {
		return promotedOnce
	}
	dir := filepath.Join(scratch, "promotion")
	orFatal(t, func() {
		app := newApp(dir)
		stages.NewPromotion(app, promotionProps(t))
		app.Synth(nil)
	})
	template := readJSON(t, filepath.Join(dir, "Promotion.template.json"))
	promotedOnce = &promoted{dir: dir, pipeline: &pipeline{template: template}}
	return promotedOnce
}

// actions returns the names of the actions of a stage of the pipeline, in the order of their execution.
func (p *promoted) actions(t *testing.T, stage string) []string {
	t.Helper()
	for _, s := range p.pipeline.resource(t, "AWS::CodePipeline::Pipeline")["Stages"].([]any) {
		if s.(object)["Name"] != stage {
			continue
		}
		actions := slices.Clone(s.(object)["Actions"].([]any))
		slices.SortStableFunc(actions, func(a, b any) int {
			return int(a.(object)["RunOrder"].(float64) - b.(object)["RunOrder"].(float64))
		})
		var names []string
		for _, a := range actions {
			names = append(names, a.(object)["Name"].(string))
		}
		return names
	}
	t.Fatalf("no stage %q", stage)
	return nil
}

// environment returns the stack of an environment that scores subjects.
func (p *promoted) environment(t *testing.T, stage string) *pipeline {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, "assembly-Promotion-"+stage, "*ClinicalRisk*.template.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("templates: %v, %v, want one", files, err)
	}
	return &pipeline{template: readJSON(t, files[0])}
}

// stages returns the names of the stages of the pipeline, in their order.
func (p *promoted) stages(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, s := range p.pipeline.resource(t, "AWS::CodePipeline::Pipeline")["Stages"].([]any) {
		names = append(names, s.(object)["Name"].(string))
	}
	return names
}

// Requirements: P11-10k2
func TestPromotionGoesThroughTheEnvironmentsInOrder(t *testing.T) {
	if got, want := join(promotion(t).stages(t)), "Source Build UpdatePipeline Assets Dev Staging Prod"; got != want {
		t.Errorf("stages %s, want %s", got, want)
	}
}

// Requirements: P11-10g, P11-10k2
func TestPromotionGatesProductionOnly(t *testing.T) {
	p := promotion(t)
	if got, want := join(p.actions(t, "Dev")), "ClinicalRisk.Prepare CohortRisk.Prepare ClinicalRisk.Deploy CohortRisk.Deploy Smoke"; got != want {
		t.Errorf("dev: %s, want %s", got, want)
	}
	stacks := func(region, step string) string {
		return region + ".ClinicalRisk." + step + " " + region + ".CohortRisk." + step
	}
	gated := []string{"Prod.Live Produs.Live Prod.SecurityChanges.Check Produs.SecurityChanges.Check Prod.SecurityChanges.Confirm Produs.SecurityChanges.Confirm"}
	for _, step := range []string{"Prepare", "Approve", "Deploy"} {
		gated = append(gated, stacks("Prod", step), stacks("Produs", step))
	}
	gated = append(gated, "Prod.Smoke Produs.Smoke")
	if got, want := join(p.actions(t, "Prod")), join(gated); got != want {
		t.Errorf("prod, in two regions: %s, want %s", got, want)
	}
}

// AWS checks the action with the prefix of the connection's ARN, which says codestar-connections for older connections.
func TestPromotionUsesTheConnectionUnderBothNames(t *testing.T) {
	connection := promotionProps(t).Connection
	var got []string
	for id, properties := range promotion(t).pipeline.resources("AWS::IAM::Policy") {
		for _, statement := range properties["PolicyDocument"].(object)["Statement"].([]any) {
			if s := statement.(object); s["Resource"] == connection && strings.HasPrefix(id, "PipelineSource") {
				got = append(got, s["Action"].(string))
			}
		}
	}
	slices.Sort(got)
	if want := "codeconnections:UseConnection codestar-connections:UseConnection"; join(got) != want {
		t.Errorf("the source action may %v, want %s", got, want)
	}
}

func TestPromotionSmokesThroughARoleOfTheEnvironment(t *testing.T) {
	environment := promotion(t).environment(t, "Prod")
	for id, role := range environment.resources("AWS::IAM::Role") {
		if role["RoleName"] != "clinical-risk-smoke-prod" {
			continue
		}
		trust := text(role["AssumeRolePolicyDocument"])
		for _, want := range []string{"111111111111", "role/clinical-risk-smoke-tester-eu-central-1", `"ArnEquals"`, "aws:PrincipalArn"} {
			if !strings.Contains(trust, want) {
				t.Errorf("the trust policy lacks %s: %s", want, trust)
			}
		}
		for _, policy := range environment.resources("AWS::IAM::Policy") {
			if strings.Contains(text(policy["Roles"]), id) {
				wantSmokePermissions(t, environment, policy["PolicyDocument"])
				return
			}
		}
	}
	t.Error("no smoke role")
}

// wantSmokePermissions expects a policy that allows to start the released version and to follow smoke executions, whose data is
// encrypted, and nothing else.
func wantSmokePermissions(t *testing.T, environment *pipeline, policy any) {
	t.Helper()
	machine, properties := environment.one(t, "AWS::StepFunctions::StateMachine", "")
	key := properties["EncryptionConfiguration"].(object)["KmsKeyId"]
	name := object{"Fn::GetAtt": []any{machine, "Name"}}
	follow := object{"Fn::Join": []any{"", []any{
		"arn:aws:states:eu-central-1:444444444444:execution:", name, ":smoke-*",
	}}}
	live := object{"ForAnyValue:StringEquals": object{"states:StateMachineQualifier": "live"}}
	if diff := cmp.Diff(map[string]object{
		"StartLive": with(allow("StartLive", object{"Ref": machine}, "states:StartExecution"), live),
		"PointBack": with(allow("PointBack", []any{
			"arn:aws:states:eu-central-1:444444444444:stateMachine:" + properties["StateMachineName"].(string),
			"arn:aws:states:eu-central-1:444444444444:stateMachine:" + cohortMachine,
		}, []any{"states:DescribeStateMachineAlias", "states:UpdateStateMachineAlias"}), live),
		"Follow": allow("Follow", follow, "states:DescribeExecution"),
		"FollowEncryption": with(allow("FollowEncryption", key, "kms:Decrypt"), object{"StringEquals": object{
			"kms:ViaService": object{"Fn::Join": []any{"", []any{"states.eu-central-1.", object{"Ref": "AWS::URLSuffix"}}}},
			"kms:EncryptionContext:aws:states:stateMachineArn": object{"Ref": machine},
		}}),
	}, policyOf(policy)); diff != "" {
		t.Error(diff)
	}
}

// cohortMachine is the name of the state machine of production's cohorts.
const cohortMachine = "ProdCohortRisk-Pipeline-AE8D723E"

// Before production is deployed, the promotion notes the version of each alias. A failed smoke execution points them back.
func TestAFailedSmokeExecutionOfProductionRollsBack(t *testing.T) {
	p := promotion(t)
	commands := func(step string) string {
		_, spec := p.project(t, step)
		return text(spec["phases"].(object)["build"].(object)["commands"])
	}
	for _, alias := range []string{p.environment(t, "Prod").resource(t, "AWS::StepFunctions::StateMachine")["StateMachineName"].(string), cohortMachine} {
		if want := "arn:aws:states:eu-central-1:444444444444:stateMachine:" + alias + ":live"; !strings.Contains(commands("Prod/Prod.Live"), want) {
			t.Errorf("nobody notes the version of %s: %s", want, commands("Prod/Prod.Live"))
		}
	}
	_, spec := p.project(t, "Prod/Prod.Live")
	if diff := cmp.Diff(any(object{"exported-variables": []any{"LIVE_BEFORE"}}), spec["env"]); diff != "" {
		t.Errorf("the versions are not handed on: %s", diff)
	}
	if want := "|| { AWS_PROFILE=smoke scripts/roll-back.sh $LIVE_BEFORE; exit 1; }"; !strings.Contains(commands("Prod/Prod.Smoke"), want) {
		t.Errorf("a failure does not roll back: %s", commands("Prod/Prod.Smoke"))
	}
	if got := commands("Dev/Smoke"); strings.Contains(got, "roll-back") {
		t.Errorf("dev rolls back: %s", got)
	}
	stages := p.pipeline.resource(t, "AWS::CodePipeline::Pipeline")["Stages"].([]any)
	if got := text(stages[len(stages)-1]); !strings.Contains(got, `\"name\":\"LIVE_BEFORE\",\"type\":\"PLAINTEXT\",\"value\":\"#{`) {
		t.Errorf("the smoke execution does not get the versions: %s", got)
	}
}

// A smoke execution starts the alias that the stack outputs.
func TestPromotionSmokesThroughTheAlias(t *testing.T) {
	_, spec := promotion(t).project(t, "Dev/Smoke")
	if got := text(spec); !strings.Contains(got, "scripts/smoke.sh $LIVE_ALIAS_ARN examples/smoke-input.json") {
		t.Errorf("does not start the alias: %s", got)
	}
	for _, stage := range promotion(t).pipeline.resource(t, "AWS::CodePipeline::Pipeline")["Stages"].([]any) {
		for _, action := range stage.(object)["Actions"].([]any) {
			variables := text(action.(object)["Configuration"].(object)["EnvironmentVariables"])
			if strings.Contains(variables, "LIVE_ALIAS_ARN") && strings.Contains(variables, ".LiveAliasArn}") {
				return
			}
		}
	}
	t.Error("no action passes the output LiveAliasArn")
}

// The smoke input is a valid input with the mark of a test.
func TestTheSmokeInputIsValidAndMarkedAsATest(t *testing.T) {
	file, err := intake.Open(t.Context(), "../examples/smoke-input.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for input, err := range file.Inputs() {
		if err != nil || input.Value.Value(workflow.Test) != true {
			t.Errorf("the input is invalid or not marked as a test: %v, %v", input.Value, err)
		}
	}
}

func TestPromotionEncryptsItsArtifacts(t *testing.T) {
	for id, key := range promotion(t).pipeline.resources("AWS::KMS::Key") {
		if key["EnableKeyRotation"] != true {
			t.Errorf("%s does not rotate", id)
		}
	}
	store := text(promotion(t).pipeline.resource(t, "AWS::CodePipeline::Pipeline")["ArtifactStores"])
	if strings.Count(store, `"KMS"`) != 2 {
		t.Errorf("want an encrypted store in each of two regions: %s", store)
	}
}

func TestPromotionSnapshot(t *testing.T) {
	p := promotion(t)
	snaps.WithConfig(snaps.Filename("promotion"), snaps.Ext(".json")).
		MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(p.pipeline.template), "ASSET-HASH"))
}

// Requirements: SRC-11, P11-10k2
func TestPromotionDeploysTheStacksThatALaptopDeploys(t *testing.T) {
	manifest, err := os.ReadFile(filepath.Join(promotion(t).dir, "assembly-Promotion-Staging", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(manifest), `"stackName": "Staging-ClinicalRisk"`) {
		t.Error("the name of the stack is not the one that cdk deploy 'Staging/*' uses")
	}
}
