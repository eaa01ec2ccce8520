package gates

import (
	"embed"
	"io/fs"
	"path"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

//go:embed rules/*.rego
var rules embed.FS

// Validator returns the CDK's validator with our rules in addition to its own.
//
// Requirements: P11-10a
func Validator() awscdk.IPolicyValidationPlugin { return validator() }

// The process shares one validator, because creating one takes seconds.
var validator = sync.OnceValue(func() awscdk.IPolicyValidationPlugin {
	return awscdk.NewCloudFormationValidatePlugin(&awscdk.CloudFormationValidatePluginProps{RegoRules: sources()})
})

func sources() *[]*awscdk.ValidationRuleSource {
	var all []*awscdk.ValidationRuleSource
	files, err := fs.Glob(rules, "rules/*.rego")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		text, err := rules.ReadFile(file)
		if err != nil {
			panic(err)
		}
		all = append(all, &awscdk.ValidationRuleSource{Name: jsii.String(path.Base(file)), Content: jsii.String(string(text))})
	}
	return &all
}
