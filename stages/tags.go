package stages

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/fault"
)

// The tags of every stack.
const (
	applicationTag = "application"
	environmentTag = "environment" // not on the promotion, which has several environments
	application    = "clinical-risk-pipeline"
)

// tag adds the tags to all taggable resources of the stack except dashboards: cfn-lint does not know that dashboards have
// tags.
func tag(stack awscdk.Stack, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	manager := awscdk.Tags_Of(stack)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		manager.Add(&key, &value, &awscdk.TagProps{ExcludeResourceTypes: jsii.Strings("AWS::CloudWatch::Dashboard")})
	}
}

// validateTags reports tags that AWS does not accept:
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
func validateTags(tags map[string]string) fault.List {
	var faults fault.List
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		switch {
		case key == "" || len(key) > 128 || strings.HasPrefix(strings.ToLower(key), "aws:"):
			faults.Add("Tags", `must have keys of 1 to 128 characters that do not begin with "aws:"`, key)
		case key == applicationTag || key == environmentTag:
			faults.Add("Tags", fmt.Sprintf("must not set %q, which every stack has", key))
		case len(tags[key]) > 256:
			faults.Add(fmt.Sprintf("Tags[%q]", key), "must have at most 256 characters", len(tags[key]))
		}
	}
	return faults
}
