package stages

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/risk"
)

// Incident is an incident in ServiceNow that opens after the alert and the approval. See [risk.ServiceNowIncident].
type Incident struct {
	// Instance is the ServiceNow instance, "https://example.service-now.com".
	Instance string

	// ConnectionARN is the EventBridge connection that holds the credentials, in the environment's account and region.
	ConnectionARN string

	// SecretARN is the secret that EventBridge keeps for the connection. `aws events describe-connection` shows both ARNs.
	SecretARN string

	// AssignmentGroup is the name of the group that gets the incident. Default: none.
	AssignmentGroup string

	// Urgency is 1 (high), 2 or 3 (low). Default: 2.
	Urgency int
}

const incidentID = "Incident"

var (
	connectionARNPattern = regexp.MustCompile(`^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:connection/([\w.-]{1,64})/[0-9a-f-]{36}$`)
	secretARNPattern     = regexp.MustCompile(`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$`)
)

// someConnection is a placeholder for a connection: validation runs before a stack exists.
type someConnection struct{ awsevents.IConnection }

func (i *Incident) downstream(connection awsevents.IConnection) risk.ServiceNowIncident {
	return risk.ServiceNowIncident{
		Name: incidentID, Instance: i.Instance, Connection: connection, AssignmentGroup: i.AssignmentGroup, Urgency: i.Urgency,
	}
}

func (i *Incident) validate() fault.List {
	var faults fault.List
	if !connectionARNPattern.MatchString(i.ConnectionARN) {
		faults.Add("ConnectionARN", "must be the ARN of an EventBridge connection", i.ConnectionARN)
	}
	if !secretARNPattern.MatchString(i.SecretARN) {
		faults.Add("SecretARN", "must be the ARN of a secret", i.SecretARN)
	}
	faults.Include(fault.In(i.downstream(someConnection{}).Validate()))
	return faults
}

// connection imports the connection into the stack.
func (i *Incident) connection(stack awscdk.Stack) awsevents.IConnection {
	return awsevents.Connection_FromConnectionAttributes(stack, jsii.String(incidentID), &awsevents.ConnectionAttributes{
		ConnectionArn:       &i.ConnectionARN,
		ConnectionName:      &connectionARNPattern.FindStringSubmatch(i.ConnectionARN)[1],
		ConnectionSecretArn: &i.SecretARN,
	})
}
