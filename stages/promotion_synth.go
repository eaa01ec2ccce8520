package stages

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/internal/strictjson"
)

// buildImage has Node 22 and 24 and Go 1.26: https://github.com/aws/aws-codebuild-docker-images/tree/master/ubuntu/standard/8.0
// The CDK has no constant for it yet.
const buildImage = "aws/codebuild/standard:8.0"

// The runtimes of buildImage. Without them, CodeBuild takes the image's defaults, which AWS changes.
const (
	imageGo   = "1.26"
	imageNode = 22 // the older one
)

// cdkAssets is the version of the npm package that publishes assets. The latest version may not fit the pinned CDK.
const cdkAssets = "4.7.3"

// addPipeline makes the pipeline, which tests and synthesizes each commit and then updates itself.
func (p *promotion) addPipeline() {
	tools, err := readTools(".")
	if err != nil {
		panic(err)
	}
	p.tools = tools
	p.pipeline = pipelines.NewCodePipeline(p.stack, jsii.String(codePipelineID), &pipelines.CodePipelineProps{
		Synth:               p.synthStep(),
		CrossAccountKeys:    jsii.Bool(true),
		EnableKeyRotation:   jsii.Bool(true),
		CliVersion:          &tools.cdk,
		CdkAssetsCliVersion: jsii.String(cdkAssets),
		// One project publishes every asset: there are few, and each project takes a minute to start.
		PublishAssetsInParallel: jsii.Bool(false),
		CodeBuildDefaults: &pipelines.CodeBuildOptions{
			BuildEnvironment: &awscodebuild.BuildEnvironment{BuildImage: awscodebuild.LinuxBuildImage_FromCodeBuildImageId(jsii.String(buildImage))},
			PartialBuildSpec: awscodebuild.BuildSpec_FromObject(&map[string]any{
				"phases": map[string]any{"install": tools.runtimes()},
			}),
		},
		SynthCodeBuildDefaults: p.synthProject(tools),
	})
}

// synthStep runs what .ci runs, and passes the cloud assembly on.
func (p *promotion) synthStep() pipelines.ShellStep {
	variables := map[string]*string{}
	for name, value := range p.Variables {
		variables[name] = &value
	}
	return pipelines.NewShellStep(jsii.String("Synth"), &pipelines.ShellStepProps{
		Input:                  p.source,
		Env:                    &variables,
		Commands:               jsii.Strings("make test", "make synth"),
		PrimaryOutputDirectory: jsii.String("cdk.out"),
	})
}

// synthProject tests and synthesizes. The Go of the image fetches the version of go.mod, and checks its sum. The cache keeps modules, compiled packages and npm's packages between builds: compiling the CDK takes minutes.
func (p *promotion) synthProject(tools tools) *pipelines.CodeBuildOptions {
	cache := awss3.NewBucket(p.stack, jsii.String(cacheID), &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		LifecycleRules:    &[]*awss3.LifecycleRule{{Expiration: awscdk.Duration_Days(jsii.Number(30))}},
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
	return &pipelines.CodeBuildOptions{
		Cache:   awscodebuild.Cache_Bucket(cache, nil),
		Timeout: awscdk.Duration_Hours(jsii.Number(1)),
		BuildEnvironment: &awscodebuild.BuildEnvironment{
			// 8 processors and 15 GB: the CDK's Go modules are large.
			ComputeType: awscodebuild.ComputeType_LARGE,
			// The paths are those of CodeBuild's image, whose builds run as root.
			EnvironmentVariables: &map[string]*awscodebuild.BuildEnvironmentVariable{
				"GOTOOLCHAIN": {Value: "go" + tools.golang},
				"GOMODCACHE":  {Value: "/root/go/pkg/mod"},
				"GOCACHE":     {Value: "/root/.cache/go-build"},
			},
		},
		PartialBuildSpec: awscodebuild.BuildSpec_FromObject(&map[string]any{
			"cache": map[string]any{
				"paths": []string{"/root/go/pkg/mod/**/*", "/root/.cache/go-build/**/*", "/root/.npm/**/*"},
			},
		}),
	}
}

// tools are the versions in go.mod and package.json.
type tools struct {
	golang string // "1.26.0"
	node   string // the major version, as CodeBuild names it: "22"
	cdk    string // "2.1148.1"
}

// runtimes are the runtimes of every project, as the install phase of a build specification names them.
func (t tools) runtimes() map[string]any {
	return map[string]any{"runtime-versions": map[string]any{"golang": imageGo, "nodejs": t.node}}
}

var (
	goDirective = regexp.MustCompile(`(?m)^go (\d+\.\d+(?:\.\d+)?)$`)
	nodeEngine  = regexp.MustCompile(`^(?:>=|\^|~)?(\d+)`)
)

// readTools reads the versions from go.mod and package.json, which are together in the folder or in one above it.
func readTools(folder string) (tools, error) {
	root, err := filepath.Abs(folder)
	if err != nil {
		return tools{}, err
	}
	for !isFile(filepath.Join(root, "package.json")) || !isFile(filepath.Join(root, "go.mod")) {
		if root == filepath.Dir(root) {
			return tools{}, fmt.Errorf("no go.mod and package.json in %s or above: the promotion installs the tools that they name", folder)
		}
		root = filepath.Dir(root)
	}
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return tools{}, err
	}
	text, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err != nil {
		return tools{}, err
	}
	var packages struct {
		Engines      map[string]string `json:"engines"`
		Dependencies map[string]string `json:"dependencies"`
	}
	if err := strictjson.Unmarshal(text, &packages); err != nil {
		return tools{}, fmt.Errorf("package.json: %w", err)
	}
	golang, node, cdk := goDirective.FindSubmatch(module), nodeEngine.FindStringSubmatch(packages.Engines["node"]), packages.Dependencies["aws-cdk"]
	if golang == nil || node == nil || cdk == "" {
		return tools{}, fmt.Errorf("in %s, go.mod must have a go directive, and package.json engines.node and dependencies.aws-cdk", root)
	}
	major, err := strconv.Atoi(node[1])
	if err != nil {
		return tools{}, fmt.Errorf("package.json: engines.node: %w", err)
	}
	return tools{golang: string(golang[1]), node: strconv.Itoa(max(major, imageNode)), cdk: cdk}, nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
