package registry

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// quiet drops what the functions log on AWS.
var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// Watch does what the schedule does once a day, for a day; for today, in the trial's time zone, for "".
func (f *Folder) Watch(ctx context.Context, day string) (*alerts.Watched, error) {
	watcher := &alerts.Watcher{Store: f.Store(), Teller: f, Worklists: worklists{f.worklists()}, Now: time.Now, Log: quiet}
	payload, err := json.Marshal(alerts.Watch{TrialID: f.rules.Trial.ID, Day: day})
	if err != nil {
		return nil, err
	}
	return watcher.Handle(ctx, payload)
}

// Actor returns the function with which people act. Here it believes whom the caller names.
func (f *Folder) Actor(now alerts.Clock) *alerts.Actor {
	return &alerts.Actor{Store: f.Store(), Worklists: worklists{f.worklists()}, Now: now, Log: quiet}
}

func (f *Folder) worklists() string { return f.Page("", "") }

// Service stands in for the update function and for the claims of data cuts.
type Service struct {
	*Folder
	Topic string // the ARN of the topic of the alerts, for effects
}

// updating is the virtual time that an update takes.
const updating = 5 * time.Second

// Integrations implements local.Service.
func (s *Service) Integrations() []local.Integration {
	return []local.Integration{
		{
			Name: services.RunFunction.Integration,
			Parameters: local.Shape{
				"FunctionName": {Type: local.String, Required: true}, "Payload": {Type: local.Object, Required: true},
				"InvocationType": {Type: local.String}, "Qualifier": {Type: local.String},
			},
			Perform: s.update,
		},
		{
			Name: services.PutItem.Integration,
			Parameters: local.Shape{
				"TableName": {Type: local.String, Required: true}, "Item": {Type: local.Object, Required: true},
				"ConditionExpression": {Type: local.String, Required: true}, "ExpressionAttributeValues": {Type: local.Object},
			},
			Perform: s.claim,
		},
	}
}

// update runs the deployed code of the function.
func (s *Service) update(ctx context.Context, call *local.Call) (asl.Reply, error) {
	payload, err := json.Marshal(call.Parameters.Value("Payload"))
	if err != nil {
		return asl.Reply{}, err
	}
	var request alerts.Request
	if err := strictjson.Unmarshal(payload, &request); err != nil {
		return asl.Reply{}, err
	}
	events := s.events()
	if events.store, err = events.bucketOf(request.Records); err != nil {
		return asl.Reply{}, err
	}
	function := &alerts.Updater{
		Store:   alerts.Store{Registry: s.Folder, Events: events, Rules: s.rules},
		Cohorts: events, Teller: &telling{s.Folder, call, s.Topic}, Worklists: worklists{s.worklists()}, Now: time.Now, Log: quiet,
	}
	answer, err := function.Handle(ctx, payload)
	if err != nil {
		return asl.Reply{}, &asl.Error{Name: workflow.AlertsNotUpdatedError, Cause: err.Error()}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return asl.Reply{}, err
	}
	var output any
	if err := strictjson.Unmarshal(text, &output); err != nil {
		return asl.Reply{}, err
	}
	return asl.Reply{Output: map[string]any{"Payload": output, "StatusCode": 200.0, "ExecutedVersion": "$LATEST"}, Duration: updating}, nil
}

// telling also reports each message as an effect of the execution.
type telling struct {
	*Folder
	call  *local.Call
	topic string
}

// Tell implements alerts.Teller.
func (t *telling) Tell(ctx context.Context, m alert.Message) error {
	attributes := map[string]any{}
	for name, value := range m.Attributes {
		attributes[name] = map[string]any{"Type": "String", "Value": value}
	}
	t.call.Report(local.Notification{
		Type: "Notification", MessageID: m.ID, TopicARN: t.topic, Subject: m.Subject, Message: m.JSON,
		Timestamp: t.call.Now.UTC().Format("2006-01-02T15:04:05.000Z"), MessageAttributes: attributes,
	})
	return t.Folder.Tell(ctx, m)
}

// claim is the conditional write with which an execution claims a data cut.
func (s *Service) claim(ctx context.Context, call *local.Call) (asl.Reply, error) {
	text := func(name string) string { return call.Parameters.Object("Item").Object(name).Text("S") }
	body, err := json.Marshal(map[string]string{"execution": text("execution"), "startedAt": text("startedAt")})
	if err != nil {
		return asl.Reply{}, err
	}
	key := text(alert.RegistrySort)
	known, err := s.Get(ctx, key)
	switch {
	case err == nil && string(known.Body) == string(body): // this execution's own
		return asl.Reply{Output: map[string]any{}, Duration: updating}, nil
	case err == nil:
		return asl.Reply{}, &asl.Error{Name: services.DynamoDBConditionFailed, Cause: "The conditional request failed (Service: DynamoDb, Status Code: 400)"}
	}
	return asl.Reply{Output: map[string]any{}, Duration: updating}, s.Put(ctx, alerts.Entry{Key: key, Body: body})
}
