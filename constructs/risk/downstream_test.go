package risk

import "testing"

func TestDownstreamReportsAllFaultsAtOnce(t *testing.T) {
	props := validProps()
	props.Downstream = []Downstream{
		StateMachineExecution{Name: "review"},
		ServiceNowIncident{Name: "Incident", Instance: "example.service-now.com/", Urgency: 4},
		StateMachineExecution{Name: "Incident"},
		nil,
	}
	want := `Downstream[0].Name must be 1 to 40 letters and digits that begin with a capital, got "review"
Downstream[0].StateMachine is required: the state machine to start
Downstream[1].Instance must be a URL without a path, "https://example.service-now.com", got "example.service-now.com/"
Downstream[1].Connection is required: the EventBridge connection that holds the credentials
Downstream[1].Urgency must be from 1 to 3, got 4
Downstream[2].Name must be unique, got "Incident" twice
Downstream[2].StateMachine is required: the state machine to start
Downstream[3] is required: a StateMachineExecution or a ServiceNowIncident`
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
