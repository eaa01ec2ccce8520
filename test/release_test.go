package test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/release"
)

// Requirements: SRC-11, P11-10k2
func TestADeploymentPublishesTheRevisionAndKeepsThePreviousVersion(t *testing.T) {
	p := synthesizeRelease(t, "all at once", nil)
	machine, _ := p.one(t, "AWS::StepFunctions::StateMachine", "")
	id, version := p.one(t, "AWS::StepFunctions::StateMachineVersion", "")
	if diff := cmp.Diff(object{
		"StateMachineArn": object{"Ref": machine}, "StateMachineRevisionId": attribute(machine, "StateMachineRevisionId"),
	}, version); diff != "" {
		t.Error(diff)
	}
	resource := p.template["Resources"].(object)[id].(object)
	if resource["DeletionPolicy"] != "Retain" || resource["UpdateReplacePolicy"] != "Retain" {
		t.Errorf("a deployment or a rollback deletes the version that executions run: %s", text(resource))
	}
}

// Requirements: P11-10k2
func TestTheAliasShiftsAllAtOnceOrAsACanary(t *testing.T) {
	for name, row := range map[string]struct {
		change func(awscdk.Stack, *release.ReleaseProps)
		want   object
	}{
		"all at once": {nil, object{"Type": "ALL_AT_ONCE"}},
		"a canary": {canaryRelease, object{
			"Type": "CANARY", "Percentage": 10.0, "Interval": 60.0, // minutes
			"Alarms": []any{"Failed"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := synthesizeRelease(t, name, row.change)
			version, _ := p.one(t, "AWS::StepFunctions::StateMachineVersion", "")
			alias := p.resource(t, "AWS::StepFunctions::StateMachineAlias")
			row.want["StateMachineVersionArn"] = attribute(version, "Arn")
			if diff := cmp.Diff(row.want, alias["DeploymentPreference"]); diff != "" {
				t.Error(diff)
			}
			if alias["Name"] != "live" {
				t.Errorf("the alias is named %v", alias["Name"])
			}
		})
	}
}

// Requirements: P11-10g
func TestExecutionsStartThroughTheAliasOnly(t *testing.T) {
	p := synthesizeRelease(t, "all at once", nil)
	machine, _ := p.one(t, "AWS::StepFunctions::StateMachine", "")
	want := with(allow("StartLive", object{"Ref": machine}, "states:StartExecution"),
		object{"ForAnyValue:StringEquals": object{"states:StateMachineQualifier": "live"}})
	if diff := cmp.Diff(map[string]object{"StartLive": want}, p.policy(t, "Starter")); diff != "" {
		t.Error(diff)
	}
}

func TestAReleaseExposesItsARNs(t *testing.T) {
	p := synthesizeRelease(t, "all at once", nil)
	version, _ := p.one(t, "AWS::StepFunctions::StateMachineVersion", "")
	alias, _ := p.one(t, "AWS::StepFunctions::StateMachineAlias", "")
	if diff := cmp.Diff(object{
		"AliasARN": object{"Value": attribute(alias, "Arn")}, "VersionARN": object{"Value": attribute(version, "Arn")},
	}, p.template["Outputs"]); diff != "" {
		t.Error(diff)
	}
}

func TestEveryPropOfAReleaseChangesTheTemplate(t *testing.T) {
	changes := map[string]func(awscdk.Stack, *release.ReleaseProps){
		"StateMachine": func(stack awscdk.Stack, p *release.ReleaseProps) { p.StateMachine = newMachine(stack, "Other") },
		"Shift":        func(_ awscdk.Stack, p *release.ReleaseProps) { p.Shift.Percentage = 20 },
		"Alarms":       func(_ awscdk.Stack, p *release.ReleaseProps) { p.Alarms = append(p.Alarms, "Slow") },
	}
	unchanged := text(synthesizeRelease(t, "a canary", canaryRelease).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[release.ReleaseProps]()) {
		change := changes[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
			continue
		}
		p := synthesizeRelease(t, "prop "+field.Name, func(stack awscdk.Stack, p *release.ReleaseProps) {
			canaryRelease(stack, p)
			change(stack, p)
		})
		if text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}

func TestAnInvalidReleaseIsRefused(t *testing.T) {
	fault := panicOf(func() {
		release.NewRelease(awscdk.NewStack(newApp(t.TempDir()), jsii.String("Variant"), nil), "Release", &release.ReleaseProps{})
	})
	if err, ok := fault.(error); !ok || err.Error() != "StateMachine is required, got none" {
		t.Errorf("got %v", fault)
	}
}
