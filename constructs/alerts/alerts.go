package alerts

import (
	"errors"

	"clinical-risk-pipeline/constructs/function"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow/trial"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
)

// Alerts are the alerts of a registered trial. The pipeline's state UpdateAlerts invokes UpdateFunction.
type Alerts struct {
	constructs.Construct
	props       AlertsProps
	in          policy.Place
	name        string // the beginning of the names of what other stacks refer to
	key         awskms.IKey
	topic       awssns.Topic
	undelivered awssqs.Queue // nil without addresses
	missed      awssqs.Queue
	worklists   awss3.Bucket
	update      function.Function
	watch       function.Function
	act         function.Function
}

// The ids of the constructs in alerts. They decide the logical ids in the template: never change them.
const (
	topicID       = "Topic"
	undeliveredID = "Undelivered"
	missedID      = "Missed"
	worklistsID   = "Worklists"
	trialLayerID  = "TrialFile"
	updateID      = "UpdateFunction"
	watchID       = "WatchFunction"
	actID         = "ActFunction"
	watchDailyID  = "WatchDaily"
	runID         = "Run"
)

// NewAlerts adds the alerts of a trial to scope. It panics with the error of [AlertsProps.Validate] when the props are wrong, and when it
// cannot build the functions.
//
// Requirements: SRC-24
func NewAlerts(scope constructs.Construct, id string, props *AlertsProps) *Alerts {
	stack := awscdk.Stack_Of(scope)
	if err := errors.Join(props.Validate(), props.validateIn(stack).Err()); err != nil {
		panic(err)
	}
	programs, err := programs()
	if err != nil {
		panic(err)
	}
	a := &Alerts{props: props.withDefaults(), in: policy.In(stack)}
	constructs.NewConstruct_Override(a, scope, &id)
	a.name = *awscdk.Names_UniqueResourceName(a, &awscdk.UniqueResourceNameOptions{MaxLength: number(longestName), Separator: text("-")})

	a.addKey()
	a.addTopic()
	a.addWorklists()
	a.addFunctions(programs)
	a.admitPeople()
	a.addSchedule()
	a.keepTransitions()
	return a
}

// Trial returns the registered trial.
func (a *Alerts) Trial() *trial.Trial { return a.props.Trial }

// Registry returns the registry.
func (a *Alerts) Registry() *Registry { return a.props.Registry }

// UpdateFunction returns the function that the state UpdateAlerts invokes.
func (a *Alerts) UpdateFunction() awslambda.Function { return a.update.Function }

// ActFunction returns the function that people invoke to see and to act on alerts: clinicalrisk alerts --function.
func (a *Alerts) ActFunction() awslambda.Function { return a.act.Function }

// ActFunctionARN returns the ARN of ActFunction. It does not refer to the resource, so a trail of another stack may log who invokes it.
func (a *Alerts) ActFunctionARN() string { return a.act.ARN }

// WatchFunction returns the function that a schedule invokes once a day.
func (a *Alerts) WatchFunction() awslambda.Function { return a.watch.Function }

// Topic returns the topic of the alerts. Each message has the attributes kind, role and trialId, and subscriptions filter by role.
func (a *Alerts) Topic() awssns.ITopic { return a.topic }

// Undelivered returns the dead-letter queue of the messages that SNS could not deliver to an address; nil without addresses.
func (a *Alerts) Undelivered() awssqs.IQueue {
	if a.undelivered == nil {
		return nil
	}
	return a.undelivered
}

// Missed returns the queue of what the schedules could not start.
func (a *Alerts) Missed() awssqs.IQueue { return a.missed }

// Worklists returns the bucket of the worklists.
func (a *Alerts) Worklists() awss3.IBucket { return a.worklists }
