package local

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/model"
)

const invokeEndpoint = "aws-sdk:sagemakerruntime:invokeEndpoint"

// fakeModel returns a fixed answer and keeps the request.
type fakeModel struct {
	request  model.Request
	response model.Response
	err      error
}

func (f *fakeModel) Invoke(_ context.Context, request model.Request) (model.Response, error) {
	f.request = request
	return f.response, f.err
}

func TestInvokeEndpoint(t *testing.T) {
	fake := &fakeModel{response: model.Response{Body: `{"risk_score": 0.5}`, ContentType: "application/json", Duration: time.Second}}
	reply, err := perform(t, SageMaker{fake}, invokeEndpoint,
		`{"EndpointName": "e", "ContentType": "application/json", "Accept": "text/csv", "Body": {"features": {"a": 1.5, "b": "x<y"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	// The body stays a string: the state machine parses it.
	want := asl.Reply{Duration: time.Second, Output: value.Must(map[string]any{
		"Body": `{"risk_score": 0.5}`, "ContentType": "application/json", "InvokedProductionVariant": "AllTraffic"})}
	if diff := cmp.Diff(want, reply); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	if fake.request.ContentType != "application/json" || fake.request.Accept != "text/csv" || string(fake.request.Body) != `{"features":{"a":1.5,"b":"x<y"}}` {
		t.Errorf("request %+v %s", fake.request, fake.request.Body)
	}
}

// Step Functions serializes a string body: the container receives it with its quotes.
func TestStringBodyKeepsItsQuotes(t *testing.T) {
	fake := &fakeModel{}
	if _, err := perform(t, SageMaker{fake}, invokeEndpoint, `{"EndpointName": "e", "Body": "{}"}`); err != nil {
		t.Fatal(err)
	}
	if got := string(fake.request.Body); got != `"{}"` {
		t.Errorf("the container received %s", got)
	}
}

func TestModelErrorsKeepTheirDuration(t *testing.T) {
	fake := &fakeModel{err: &asl.Error{Name: "SageMakerRuntime.ModelErrorException", Cause: "c"}, response: model.Response{Duration: time.Minute}}
	reply, err := perform(t, SageMaker{fake}, invokeEndpoint, `{"EndpointName": "e", "Body": {}}`)
	wantError(t, err, "SageMakerRuntime.ModelErrorException", "c")
	if reply.Duration != time.Minute {
		t.Errorf("duration %v, want a minute", reply.Duration)
	}
}

func TestInvokeEndpointParameters(t *testing.T) {
	for reason, parameters := range map[string]string{
		"no endpoint":          `{"Body": {}}`,
		"no body":              `{"EndpointName": "e"}`,
		"a body of null":       `{"EndpointName": "e", "Body": null}`,
		"a name in lower case": `{"endpointName": "e", "Body": {}}`,
		"an unknown parameter": `{"EndpointName": "e", "Body": {}, "Timeout": 60}`,
	} {
		if _, err := perform(t, SageMaker{&fakeModel{}}, invokeEndpoint, parameters); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}
