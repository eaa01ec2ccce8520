package risk

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// ServiceNowIncident opens an incident in ServiceNow through its Table API:
//
//	BeginName → FindName → CheckName ─ there is one ─→ …
//	               ↑            └ none yet ─→ OpenName → …
//	               └─ WaitName ←─ any error ──┘
//
// The pipeline looks the incident up by its correlation id before it opens one, and again after every failed attempt to open
// it: a request that failed may have opened it. An execution tries three times and then fails in the look-up, so that a redrive
// begins there.
//
// Requirements: SRC-22
type ServiceNowIncident struct {
	// Name names the states: "Begin", "Find", "Check", "Open" and "Wait", each followed by Name. 1 to 40 letters and digits, the first a capital.
	Name string

	// Instance is the ServiceNow instance, "https://example.service-now.com".
	Instance string

	// Connection is the EventBridge connection that holds the credentials.
	Connection awsevents.IConnection

	// AssignmentGroup is the name of the group that the incident is assigned to. Default: none.
	AssignmentGroup string

	// Urgency is 1 (high), 2 or 3 (low). Default: 2.
	Urgency int
}

var instancePattern = regexp.MustCompile(`^https://[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// incidentTable is ServiceNow's Table API for incidents, relative to the instance.
const incidentTable = "api/now/table/incident"

// incidentTimeout is the longest that Step Functions waits for an HTTPS endpoint.
var incidentTimeout = services.InvokeHTTP.MaxTime

const (
	incidentDelay    = 30 * time.Second
	incidentAttempts = 3
)

// incidentRetries repeat the look-up of an incident where ServiceNow is busy or out of reach.
var incidentRetries = Retry{
	Errors:   slices.Concat(services.InvokeHTTP.Transient, []string{services.Timeout}),
	Attempts: 5, Interval: 5 * time.Second, MaxDelay: time.Minute,
}

// ID implements [Downstream].
func (n ServiceNowIncident) ID() string { return n.Name }

// Validate implements [Downstream].
func (n ServiceNowIncident) Validate() error {
	var faults fault.List
	if !check.Matches(instancePattern, n.Instance) {
		faults.Add("Instance", `must be a URL without a path, "https://example.service-now.com"`, n.Instance)
	}
	if n.Connection == nil {
		faults.Add("Connection", "is required: the EventBridge connection that holds the credentials")
	}
	if n.Urgency < 0 || n.Urgency > 3 {
		faults.Add("Urgency", "must be from 1 to 3", n.Urgency)
	}
	return faults.Err()
}

// TimeLimit implements [Downstream]. It leaves every look-up its retries.
func (n ServiceNowIncident) TimeLimit() time.Duration {
	return (incidentAttempts+1)*Longest(incidentTimeout, incidentRetries) + incidentAttempts*(incidentTimeout+incidentDelay)
}

// attempts is the JSONata variable that counts how often opening the incident failed.
func (n ServiceNowIncident) attempts() string { return "attemptsOf" + n.Name }

// AddStates implements [Downstream]: it adds the look-up, the choice and the opening, with a loop from a failed opening back to
// the look-up.
func (n ServiceNowIncident) AddStates(scope *Scope, next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	n.allow(scope)
	find, open := n.find(scope), n.open(scope)
	find.Next(awsstepfunctions.Choice_Jsonata(scope.Construct(), jsii.String("Check"+n.Name), &awsstepfunctions.ChoiceJsonataProps{
		Comment: jsii.String("Is the incident already open?"),
	}).
		When(awsstepfunctions.Condition_Jsonata(jsii.String(expression("$exists($states.input."+workflow.Downstream+"."+n.Name+")"))),
			next, because("yes")).
		Otherwise(awsstepfunctions.Chain_Start(open).Next(next)))

	wait := awsstepfunctions.Wait_Jsonata(scope.Construct(), jsii.String("Wait"+n.Name), &awsstepfunctions.WaitJsonataProps{
		Comment: jsii.String("Gives ServiceNow time before the incident is looked up again."),
		Time:    awsstepfunctions.WaitTime_Duration(seconds(incidentDelay)),
	})
	open.AddCatch(wait, &awsstepfunctions.CatchProps{
		Errors:  jsii.Strings(services.Any),
		Outputs: expression("$states.input"),
		Assign:  &map[string]any{n.attempts(): expression("$" + n.attempts() + " + 1")},
	})
	wait.Next(find)
	return awsstepfunctions.Pass_Jsonata(scope.Construct(), jsii.String("Begin"+n.Name), &awsstepfunctions.PassJsonataProps{
		Comment: jsii.String("Counts the attempts to open the incident."),
		Assign:  &map[string]any{n.attempts(): 0},
	}).Next(find)
}

// allow follows https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html. It allows exactly this URL with these
// two methods.
func (n ServiceNowIncident) allow(scope *Scope) {
	scope.Allow(
		policy.Allow(n.Name+"Request", []string{scope.MachineARN()}, services.InvokeHTTP.Operation.Action).
			If("StringEquals", "states:HTTPEndpoint", n.Instance+"/"+incidentTable).
			If("StringEquals", "states:HTTPMethod", []string{"GET", "POST"}),
		policy.Allow(n.Name+"Connection", []string{*n.Connection.ConnectionArn()}, "events:RetrieveConnectionCredentials"),
		policy.Allow(n.Name+"Secret", []string{*n.Connection.ConnectionSecretArn()}, "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
	)
}

// find looks the incident up. It fails when all attempts to open the incident have failed: a redrive begins with another
// look-up and has as many attempts again.
func (n ServiceNowIncident) find(scope *Scope) awsstepfunctions.TaskStateBase {
	query := fmt.Sprintf(`$%s >= %d * ($states.context.Execution.RedriveCount + 1) ? $error("The incident could not be opened.") : "correlation_id=" & %s`,
		n.attempts(), incidentAttempts, scope.Correlation(n.Name))
	output := fmt.Sprintf(`( $body := %s; $incidents := $type($body) = "object" ? $body.result : null; `+
		`$type($incidents) != "array" ? $error("ServiceNow answered without a list of incidents.") : `+
		`$count($incidents) = 0 ? $states.input : %s )`, responseBody, scope.WithAnswer(n.Name, `{"incident": $incidents[0].number}`))
	state := n.call(scope, "Find", "Looks the incident up by its correlation id.", "GET", map[string]any{
		"sysparm_query": expression(query), "sysparm_fields": "number", "sysparm_limit": "1",
	}, nil, output)
	return WithRetries(state, incidentRetries)
}

// open opens the incident. The loop repeats it, not a retrier.
func (n ServiceNowIncident) open(scope *Scope) awsstepfunctions.TaskStateBase {
	body := map[string]any{
		"short_description":   workflow.AlertSubject,
		"description":         expression(scope.FindingText()),
		"urgency":             fmt.Sprint(cmp.Or(n.Urgency, 2)),
		"correlation_id":      expression(scope.Correlation(n.Name)),
		"correlation_display": "clinical-risk-pipeline",
	}
	if n.AssignmentGroup != "" {
		body["assignment_group"] = n.AssignmentGroup
	}
	output := fmt.Sprintf(`( $body := %s; $exists($body.result.number) ? %s : $error("ServiceNow answered without an incident.") )`,
		responseBody, scope.WithAnswer(n.Name, `{"incident": $body.result.number}`))
	return n.call(scope, "Open", "Opens the incident.", "POST", nil, body, output)
}

// responseBody is the JSONata expression of the answer, which Step Functions parses if its content type is JSON.
const responseBody = `$type($states.result.ResponseBody) = "string" ? $parse($states.result.ResponseBody) : $states.result.ResponseBody`

// call sends a request to the incident table, with a query or a body.
func (n ServiceNowIncident) call(scope *Scope, verb, comment, method string, query, body map[string]any, output string) awsstepfunctions.TaskStateBase {
	props := &awsstepfunctionstasks.HttpInvokeJsonataProps{
		Comment:     &comment,
		Connection:  n.Connection,
		ApiRoot:     &n.Instance,
		ApiEndpoint: awsstepfunctions.TaskInput_FromText(jsii.String(incidentTable)),
		Method:      awsstepfunctions.TaskInput_FromText(&method),
		Headers:     awsstepfunctions.TaskInput_FromObject(&map[string]any{"Accept": "application/json", "Content-Type": "application/json"}),
		TaskTimeout: timeout(incidentTimeout),
		Outputs:     expression(output),
	}
	if query != nil {
		props.QueryStringParameters = awsstepfunctions.TaskInput_FromObject(&query)
	}
	if body != nil {
		props.Body = awsstepfunctions.TaskInput_FromObject(&body)
	}
	return awsstepfunctionstasks.HttpInvoke_Jsonata(scope.Construct(), jsii.String(verb+n.Name), props)
}
