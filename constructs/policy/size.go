package policy

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// What IAM accepts: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. It counts no white space. An account may
// raise the second one to 25.
const (
	maxPolicySize    = 6144 // characters of a managed policy
	policiesOfARole  = 10
	emptyPolicySize  = len(`{"Version":"2012-10-17","Statement":[]}`)
	betweenStatement = len(",")
)

// pack puts the statements of the parts into as few policies as hold them, in the order of the parts, so that a part that is added last
// moves no statement of another one: a policy that loses a statement before another one gets it would refuse a call meanwhile. A part
// that is larger than a policy is divided.
func pack(stack awscdk.Stack, parts [][]Statement) (policies [][]Statement) {
	left := 0 // characters in the last policy
	for _, part := range parts {
		sizes, whole := sizesOf(stack, part), 0
		for _, size := range sizes {
			whole += size
		}
		for i, s := range part {
			if sizes[i] > left || i == 0 && whole > left && whole <= maxPolicySize-emptyPolicySize {
				policies, left = append(policies, nil), maxPolicySize-emptyPolicySize
			}
			policies[len(policies)-1] = append(policies[len(policies)-1], s)
			left -= sizes[i]
		}
	}
	return policies
}

// sizesOf is how many characters of a policy each statement takes at most, whatever the values are that only a deployment knows.
func sizesOf(stack awscdk.Stack, statements []Statement) []int {
	list := make([]any, len(statements))
	for i, s := range statements {
		list[i] = s.JSON()
	}
	sizes := make([]int, len(statements))
	for i, s := range stack.Resolve(list).([]any) {
		text, err := json.Marshal(longest(s))
		if err != nil {
			panic(err) // the CDK resolves to JSON values
		}
		sizes[i] = len(text) + betweenStatement
	}
	return sizes
}

// The longest values of what a deployment knows: of pseudo parameters, and of anything else, such as a key's ARN in the partition and the
// region with the longest names.
var (
	longestOf = map[string]int{
		"AWS::Partition": len("aws-us-gov"), "AWS::Region": len("ap-southeast-1"), "AWS::AccountId": 12, "AWS::URLSuffix": len("amazonaws.com.cn"),
	}
	longestOther = 128
)

// longest returns a value of a template with a text of the greatest length in the place of each intrinsic.
func longest(value any) any {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = longest(item)
		}
		return list
	case map[string]any:
		if name, ok := v["Ref"].(string); ok && len(v) == 1 {
			if n, known := longestOf[name]; known {
				return strings.Repeat("x", n)
			}
			return strings.Repeat("x", longestOther)
		}
		if join, ok := v["Fn::Join"].([]any); ok && len(v) == 1 && len(join) == 2 {
			var b strings.Builder
			parts, _ := join[1].([]any)
			for _, part := range parts {
				text, _ := longest(part).(string)
				b.WriteString(text)
			}
			return b.String()
		}
		object := make(map[string]any, len(v))
		for key, item := range v {
			if strings.HasPrefix(key, "Fn::") {
				return strings.Repeat("x", longestOther)
			}
			object[key] = longest(item)
		}
		return object
	}
	return value
}
