package alerts

import (
	"maps"
	"slices"
	"strconv"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow/alert/worklist"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// everybody returns the ARNs of all people, each once, in order.
func (a *Alerts) everybody() []string {
	var people []string
	for _, arns := range a.props.People {
		people = append(people, arns...)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// admitPeople lets people invoke the act function, and read the worklists of the sites of their roles. The permissions name the
// principals, so that they cover every session of a role; a principal of another account also needs the permissions there. Principals of
// this account that may invoke every function pass, too. Therefore the function believes STS alone about who calls.
func (a *Alerts) admitPeople() {
	for i, person := range a.everybody() {
		awslambda.NewCfnPermission(a, jsii.String("Person"+strconv.Itoa(i+1)+"Invoke"), &awslambda.CfnPermissionProps{
			FunctionName: a.act.FunctionArn(), Principal: jsii.String(person), Action: jsii.String("lambda:InvokeFunction"),
		})
	}
	for _, role := range slices.Sorted(maps.Keys(a.props.People)) {
		recipient := a.props.Trial.Recipient(role)
		var objects []string
		for _, folder := range worklist.Folders(recipient) {
			objects = append(objects, *a.worklists.ArnForObjects(jsii.String(folder + "/*")))
		}
		read := policy.Allow("Read"+policyName(role), objects, "s3:GetObject").For(map[string]any{"AWS": a.props.People[role]})
		a.worklists.AddToResourcePolicy(read.CDK())
	}
}

// policyName makes a name for a statement of a role's: letters and digits, each part with a capital.
func policyName(role string) string {
	name, capital := []byte{}, true
	for _, c := range []byte(role) {
		switch {
		case c == '-':
			capital = true
			continue
		case capital && c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		name, capital = append(name, c), false
	}
	return string(name)
}
