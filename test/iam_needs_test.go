package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// actor is somebody who makes requests.
type actor struct {
	name      string
	principal string   // the ARN of a role's session, or a service
	identity  []string // the policies of its role, by name
	context   values   // what AWS knows of it
}

// values are context keys of a request, and their values. A change to nil takes a key away.
type values map[string]any

// need is what a call asks of whoever makes it: every action has to be allowed on the resource in the context, and refused
// on what belongs to others, in another account or region, and in any of the other contexts.
type need struct {
	actions  []string
	resource string
	context  values
	also     []values // changes of the context in which the request is allowed, too
	others   []string // resources that belong to somebody or something else
	refused  []values // changes of the context in which the request is refused, for a role by its own policy alone
	guarded  []values // changes of the context in which only the policy of the resource refuses it
	never    bool     // the request itself has to be refused
}

// asked is a need of somebody.
type asked struct {
	who  actor
	what string // why it is needed
	need need
}

// administrator is the policy of who may do anything, as far as IAM is concerned; trusting is that of a neighbour who lets
// our account do anything, so that only the policies of our own roles are in the way.
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

// neighbours marks the requests for what belongs to somebody or something else.
const neighbours = "a neighbour's"

// unlisted are the actions of which the service authorization reference does not say what AWS's own guides say.
var unlisted = map[string]string{
	"states:InvokeHTTPEndpoint": "resource and condition keys: https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html",
	"states:SendTaskSuccess":    "the state machine that waits is the resource, as in the CDK's GrantTaskResponse",
	"cloudwatch:PutMetricData":  "a metric is no resource: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html",
}

func session(role string, policies ...string) actor {
	name := role[strings.LastIndex(role, "/")+1:]
	account := strings.Split(role, ":")[4]
	return actor{
		name: name, principal: "arn:aws:sts::" + account + ":assumed-role/" + name + "/session", identity: policies,
		context: values{"aws:PrincipalArn": role, "aws:PrincipalAccount": account},
	}
}

func service(name string) actor { return actor{name: name, principal: name} }

// People and roles that the stacks do not make.
var (
	admin        = session("arn:aws:iam::"+ownAccount+":role/Administrator", administrator)
	outsider     = session("arn:aws:iam::"+otherAccount+":role/Administrator", administrator)
	byDeployment = session("arn:aws:iam::"+ownAccount+":role/cdk-hnb659fds-cfn-exec-role-"+ownAccount+"-"+ownRegion, administrator)
)

// role is the role of the stack whose logical id begins so.
func (d *deployment) role(prefix string) actor {
	arn := d.arn("AWS::IAM::Role", prefix)
	return session(arn, d.roles[arn]...)
}

// own is an ARN in our account and region.
func own(service, resource string) string {
	return "arn:aws:" + service + ":" + ownRegion + ":" + ownAccount + ":" + resource
}

// renamed are neighbours of a resource: one of another name, and one whose name begins with ours.
func renamed(arn string) []string {
	at := strings.LastIndexAny(arn, ":/") + 1
	return []string{arn[:at] + "neighbour", arn + "-2"}
}

// abroad are the resource's namesakes in another account and in another region, as far as its ARN has them.
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

// questions are those that decide whether a need is met, and nothing more than it.
func (d *deployment) questions(a asked) []question {
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
		if q.Unlisted { // the simulator takes no resource policy with these; without an owner of its own, a neighbour's needs none
			q.Owner, q.Guard = ownAccount, ""
		}
		all = append(all, q)
	}
	n := a.need
	limited := len(a.who.identity) > 0 && a.who.identity[0] != administrator // else our resource's policy alone is in the way
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

// ownerOf is the account of a resource. Buckets have none in their ARNs: a neighbour's may be in our account, too.
func ownerOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 5 && parts[4] != "" {
		return parts[4]
	}
	return ownAccount
}
