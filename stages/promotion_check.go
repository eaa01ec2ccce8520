package stages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/internal/strictjson"
)

// unpinned is how the project of the security check installs the command line. CDK Pipelines has no setting for this project.
const unpinned = "npm install -g aws-cdk"

// pinSecurityCheck gives the project of the security check the image, the runtimes and the command line of the other projects.
// It panics if CDK Pipelines makes another project than this package knows.
func (p *promotion) pinSecurityCheck() {
	check := p.pipeline.Node().TryFindChild(jsii.String("PipelinesSecurityCheck"))
	if check == nil {
		return // no wave needs a check
	}
	project := check.Node().FindChild(jsii.String("CDKSecurityCheck")).Node().DefaultChild().(awscodebuild.CfnProject)
	spec := p.buildSpec(project)
	phases := spec["phases"].(map[string]any)
	build := phases["build"].(map[string]any)
	commands := build["commands"].([]any)
	at := slices.Index(commands, any(unpinned))
	if at < 0 {
		panic(fmt.Errorf("promotion: the security check does not run %q, so its version of aws-cdk is not pinned: adapt pinSecurityCheck to this version of the CDK", unpinned))
	}
	install := p.tools.runtimes()
	install["commands"] = []any{unpinned + "@" + p.tools.cdk}
	phases["install"] = install
	build["commands"] = slices.Delete(commands, at, at+1)

	project.AddPropertyOverride(jsii.String("Source.BuildSpec"), p.stack.ToJsonString(spec, jsii.Number(2)))
	project.AddPropertyOverride(jsii.String("Environment.Image"), buildImage)
}

// buildSpec returns the build specification of a project. It refers to other resources, which are tokens in the result.
func (p *promotion) buildSpec(project awscodebuild.CfnProject) map[string]any {
	var text strings.Builder
	source := p.stack.Resolve(project.Source()).(map[string]any)
	join := source["buildSpec"].(map[string]any)["Fn::Join"].([]any)
	for _, part := range join[1].([]any) {
		if literal, ok := part.(string); ok {
			text.WriteString(literal)
			continue
		}
		text.WriteString(*awscdk.Token_AsString(part, nil))
	}
	var spec map[string]any
	if err := strictjson.Unmarshal([]byte(text.String()), &spec); err != nil {
		panic(fmt.Errorf("promotion: the security check's build specification is not JSON: %w", err))
	}
	return spec
}
