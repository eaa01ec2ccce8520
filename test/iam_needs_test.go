package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// actor is a person, a role or a service that makes requests.
type actor struct {
	name      string
	principal string   // the ARN of a role's session, or a service
	identity  []string // the policies of its role, by name
	context   values   // what AWS knows about it
}

// values are context keys of a request, and their values. A change to nil takes a key away.
type values map[string]any

// need is what a call needs from its caller. IAM must allow every action on the resource in the context. It must refuse the
// action on resources of others, in another account or region, and in any of the refused contexts.
type need struct {
	actions  []string
	resource string
	context  values
	also     []values // changes of the context that stay allowed
	others   []string // resources of others
	refused  []values // changes of the context that are refused, for a role by its own policy alone
	guarded  []values // changes of the context that only the policy of the resource refuses
	never    bool     // the request itself must be refused
}

// claim is the need of an actor.
type claim struct {
	who  actor
	what string // why it is needed
	need need
}

// administrator is the name of a policy that allows everything. trusting is the policy of a resource that allows our account
// everything, so that only the policies of our own roles can refuse.
const (
	administrator = "administrator"
	trusting      = "trusting"
)

var everybodysPolicies = map[string]object{
	administrator: {"Version": "2012-10-17", "Statement": []any{object{"Effect": "Allow", "Action": "*", "Resource": "*"}}},
	trusting: {"Version": "2012-10-17", "Statement": []any{object{
		"Effect": "Allow", "Principal": object{"AWS": "arn:aws:iam::" + ownAccount + ":root"}, "Action": "*", "Resource": "*",
	}}},
}

// neighbours marks requests for the resources of others.
const neighbours = "a neighbour's"

// unlisted are the actions that the service authorization reference describes less completely than the guides of AWS.
var unlisted = map[string]string{
	"states:InvokeHTTPEndpoint": "resource and condition keys: https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html",
	"states:SendTaskSuccess":    "the state machine that waits is the resource, as in the CDK's GrantTaskResponse",
	"cloudwatch:PutMetricData":  "a metric is not a resource: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html",
}

func session(role string, policies ...string) actor {
	name := role[strings.LastIndex(role, "/")+1:]
	account := strings.Split(role, ":")[4]
	return actor{
		name: name, principal: "arn:aws:sts::" + account + ":assumed-role/" + name + "/session", identity: policies,
		context: values{"aws:PrincipalArn": role, "aws:PrincipalAccount": account},
	}
}

func service(name string) actor {
	return actor{name: name, principal: name, context: values{"aws:PrincipalServiceName": name}}
}

// People and roles that do not belong to the stacks.
var (
	admin        = session("arn:aws:iam::"+ownAccount+":role/Administrator", administrator)
	outsider     = session("arn:aws:iam::"+otherAccount+":role/Administrator", administrator)
	byDeployment = session("arn:aws:iam::"+ownAccount+":role/cdk-clinrisk-cfn-exec-role-"+ownAccount+"-"+ownRegion, administrator)
)

// role is the role of the stack whose logical id has the prefix.
func (d *deployment) role(prefix string) actor {
	arn := d.arn("AWS::IAM::Role", prefix)
	return session(arn, d.roles[arn]...)
}

// own returns an ARN in our account and region.
func own(service, resource string) string {
	return "arn:aws:" + service + ":" + ownRegion + ":" + ownAccount + ":" + resource
}

// renamed returns two neighbours of a resource: one with another name, and one whose name begins with the same name.
func renamed(arn string) []string {
	at := strings.LastIndexAny(arn, ":/") + 1
	return []string{arn[:at] + "neighbour", arn + "-2"}
}

// abroad returns the ARN in another region and in another account, if the ARN has a region and an account.
func abroad(arn string) []string {
	var found []string
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return nil
	}
	for i, other := range []string{otherRegion, otherAccount} {
		if parts[3+i] != "" {
			moved := slices.Clone(parts)
			moved[3+i] = other
			found = append(found, strings.Join(moved, ":"))
		}
	}
	return found
}

// questions returns the requests that decide whether IAM allows a need and nothing more.
func (d *deployment) questions(a claim) []question {
	var all []question
	add := func(action, resource string, context values, guard string, allowed bool, why string) {
		q := question{
			Principal: a.who.principal, Action: action, Resource: resource, Owner: ownerOf(resource), Identity: a.who.identity,
			Context: map[string]any{"aws:SecureTransport": "true"}, Guard: guard, Unlisted: unlisted[action] != "", allowed: allowed,
			what: fmt.Sprintf("%s: %s: %s%s", d.name, a.who.name, a.what, why),
		}
		if strings.HasPrefix(action, "s3:") {
			q.Context["s3:TlsVersion"] = "1.3"
		}
		for _, more := range []values{a.who.context, a.need.context, context} {
			maps.Copy(q.Context, more)
		}
		maps.DeleteFunc(q.Context, func(_ string, value any) bool { return value == nil })
		if q.Identity == nil {
			q.Identity = []string{}
		}
		if q.Unlisted { // the simulator accepts no resource policy for these, so the resource must be in our account
			q.Owner, q.Guard = ownAccount, ""
		}
		all = append(all, q)
	}
	n := a.need
	limited := len(a.who.identity) > 0 && a.who.identity[0] != administrator // otherwise only the policy of our resource can refuse
	for _, action := range n.actions {
		add(action, n.resource, nil, d.guardOf(n.resource), !n.never, "")
		for _, context := range n.also {
			add(action, n.resource, context, d.guardOf(n.resource), true, fmt.Sprintf(", also with %v", context))
		}
		for _, context := range n.guarded {
			add(action, n.resource, context, d.guardOf(n.resource), false, fmt.Sprintf(", but %v", context))
		}
		for _, context := range n.refused {
			add(action, n.resource, context, d.guardOf(n.resource), false, fmt.Sprintf(", but %v", context))
			if limited {
				add(action, n.resource, context, trusting, false, fmt.Sprintf(", but %v, by a role's own policy", context))
			}
		}
		if limited {
			for _, other := range append(abroad(n.resource), n.others...) {
				add(action, other, nil, trusting, false, ", "+neighbours)
			}
		}
	}
	return all
}

// ownerOf returns the account of a resource. The ARN of a bucket has no account: other buckets may be in our account, too.
func ownerOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 5 && parts[4] != "" {
		return parts[4]
	}
	return ownAccount
}
