package test

import (
	"context"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl"
)

// services answers the calls of an execution, by state. Every Task state that runs needs an answer.
type services map[string]func(task *asl.Task) (asl.Reply, error)

func (s services) Call(_ context.Context, task *asl.Task) (asl.Reply, error) {
	answer, ok := s[task.State]
	if !ok {
		return asl.Reply{}, fmt.Errorf("nobody answers %s", task.State)
	}
	return answer(task)
}

// with returns the services with another answer for a state.
func (s services) with(state string, answer func(*asl.Task) (asl.Reply, error)) services {
	changed := services{}
	for name, other := range s {
		changed[name] = other
	}
	changed[state] = answer
	return changed
}

// answering answers every call with the output.
func answering(output any) func(*asl.Task) (asl.Reply, error) {
	return func(*asl.Task) (asl.Reply, error) { return asl.Reply{Output: output}, nil }
}

// failing answers every call with an error.
func failing(name, cause string) func(*asl.Task) (asl.Reply, error) {
	return func(*asl.Task) (asl.Reply, error) { return asl.Reply{}, &asl.Error{Name: name, Cause: cause} }
}

// hanging answers no call.
func hanging(*asl.Task) (asl.Reply, error) { return asl.Reply{Hangs: true}, nil }

// model answers as an endpoint whose container returns the body.
func model(body string) func(*asl.Task) (asl.Reply, error) {
	return answering(object{"Body": body, "ContentType": "application/json", "InvokedProductionVariant": "AllTraffic"})
}

// sometimes answers with a fault a number of times, and then with another answer.
func sometimes(times int, fault, then func(*asl.Task) (asl.Reply, error)) func(*asl.Task) (asl.Reply, error) {
	calls := 0
	return func(task *asl.Task) (asl.Reply, error) {
		if calls++; calls <= times {
			return fault(task)
		}
		return then(task)
	}
}

// healthyServices are services without faults, and a model that returns the score.
func healthyServices(score string) services {
	return services{
		"StartEMRJob":           answering(object{"Step": object{"Id": "s-1", "Status": object{"State": "COMPLETED"}}}),
		"StartEMRServerlessJob": answering(object{}),
		"StartGlueJob":          answering(object{}),
		"InvokeModel":           model(`{"risk_score": ` + score + `}`),
		"NotifyTeam":            answering(object{"MessageId": "m-1"}),
	}
}

// downstreamServices are healthy services with downstream systems.
func downstreamServices(score string, s serviceNow) services {
	return healthyServices(score).
		with("StartReview", answering(object{"ExecutionArn": "arn:review", "Output": object{}})).
		with("FindIncident", s.find).
		with("OpenIncident", s.open)
}

// serviceNow is a ServiceNow instance: the numbers of incidents by correlation id.
type serviceNow map[string]string

func (s serviceNow) find(task *asl.Task) (asl.Reply, error) {
	incidents := []any{}
	id := strings.TrimPrefix(inputOf(task)["QueryParameters"].(object)["sysparm_query"].(string), "correlation_id=")
	if number, ok := s[id]; ok {
		incidents = append(incidents, object{"number": number})
	}
	return asl.Reply{Output: object{"StatusCode": 200.0, "ResponseBody": object{"result": incidents}}}, nil
}

func (s serviceNow) open(task *asl.Task) (asl.Reply, error) {
	id := inputOf(task)["RequestBody"].(object)["correlation_id"].(string)
	number := fmt.Sprint("INC", len(s)+1)
	s[id] = number
	return asl.Reply{Output: object{"StatusCode": 201.0, "ResponseBody": asl.Encode(object{"result": object{"number": number}})}}, nil
}

// approvalServices are healthy services with a person who decides.
func approvalServices(score string, decide func(*asl.Task) (asl.Reply, error)) services {
	return recordServices(score, recordStore{}).
		with("RequestApproval", decide).
		with("ReadApproval", notary.version).
		with("EscalateApproval", answering(object{"MessageId": "m-2"})).
		with("StartReview", answering(object{"ExecutionArn": "arn:review"}))
}

// recordServices are services with a record store.
func recordServices(score string, store recordStore) services {
	return healthyServices(score).with("RecordDecision", store.put).with("RecordLowRisk", store.put).with("ReadRecord", store.get)
}

// notary records the decisions of approvalServices. One request has one record, whichever test asks.
var notary = &approvers{store: recordStore{}}

func deciding(decision string) func(*asl.Task) (asl.Reply, error) { return notary.deciding(decision) }

// scoring answers a batch with the scores in its features.
func scoring(task *asl.Task) (asl.Reply, error) {
	predictions := []any{}
	for _, i := range inputOf(task)["Body"].(object)["instances"].([]any) {
		instance := i.(object)
		predictions = append(predictions, object{"id": instance["id"], "risk_score": instance["features"].(object)["score"]})
	}
	return model(asl.Encode(object{"predictions": predictions}))(task)
}
