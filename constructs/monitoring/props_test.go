package monitoring

import (
	"testing"
	"time"

	"clinical-risk-pipeline/constructs/audit"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// Resources without behaviour, except for a topic's kind.
type (
	machine struct{ awsstepfunctions.IStateMachine }
	table   struct{ awsdynamodb.ITable }
	topic   struct {
		awssns.ITopic
		fifo bool
	}
)

func (t topic) Fifo() *bool { return &t.fifo }

func valid() *MonitoringProps {
	return &MonitoringProps{StateMachine: machine{}, EndpointName: "dropout-inference", Alerts: topic{}, Operations: topic{}}
}

func TestValidate(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*MonitoringProps)
		want   string
	}{
		"the required props are enough": {func(*MonitoringProps) {}, ""},
		"a trail whose events nobody can read": {
			func(p *MonitoringProps) { p.Trail = &audit.Trail{} },
			"Trail must log management events and have a LogRetention: the alarms read its log group",
		},
		"state machine, topics and endpoint are required": {
			func(p *MonitoringProps) { *p = MonitoringProps{} },
			"StateMachine is required, got none\n" +
				"EndpointName must be 1 to 63 letters, digits and inner hyphens, got \"\"\n" +
				"Alerts is required: the topic of the team's alerts\n" +
				"Operations is required: the topic that alarms publish to",
		},
		"CloudWatch cannot publish to a FIFO topic": {
			func(p *MonitoringProps) { p.Operations = topic{fifo: true} },
			"Operations must be a standard topic, got a FIFO topic",
		},
		"CloudWatch looks back a week": {func(p *MonitoringProps) { p.RunEvery = 7 * 24 * time.Hour }, ""},
		"CloudWatch does not look back a month": {
			func(p *MonitoringProps) { p.RunEvery = 30 * 24 * time.Hour },
			"RunEvery must be whole hours from 1h0m0s to 168h0m0s, got 720h0m0s",
		},
		"an hour and a half has no whole periods": {
			func(p *MonitoringProps) { p.RunEvery = 90 * time.Minute },
			"RunEvery must be whole hours from 1h0m0s to 168h0m0s, got 1h30m0s",
		},
		"latencies end where SageMaker gives up, and counts are positive": {
			func(p *MonitoringProps) {
				p.VariantName, p.Throttles, p.ModelErrors, p.ModelLatency = "All Traffic", -1, -2, time.Minute
			},
			"VariantName must be 1 to 63 letters, digits and inner hyphens, got \"All Traffic\"\n" +
				"Throttles must be at least 1, got -1\n" +
				"ModelErrors must be at least 1, got -2\n" +
				"ModelLatency must be whole milliseconds, from 1ms to less than 1m0s, got 1m0s",
		},
		"a quarter of the shortest deadline is the shortest warning": {
			func(p *MonitoringProps) { p.Approvals = &Approvals{Requests: table{}, Deadline: 2 * time.Hour} }, "",
		},
		"a deadline leaves time to watch and to warn": {
			func(p *MonitoringProps) { p.Approvals = &Approvals{Deadline: time.Hour, Warning: time.Hour} },
			"Approvals.Requests is required: the table of the requests\n" +
				"Approvals.Deadline must be whole seconds, at least 2h0m0s, got 1h0m0s\n" +
				"Approvals.Warning must be whole seconds, from 30m0s to less than Approvals.Deadline, 1h0m0s, got 1h0m0s",
		},
	} {
		t.Run(reason, func(t *testing.T) {
			props := valid()
			row.change(props)
			got := ""
			if err := props.Validate(); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
	if err := (*MonitoringProps)(nil).Validate(); err == nil {
		t.Error("no props: got no error")
	}
}

func TestDefaults(t *testing.T) {
	props := valid()
	props.Approvals = &Approvals{Requests: table{}, Deadline: 72 * time.Hour}
	got := props.withDefaults()
	if got.VariantName != "AllTraffic" || got.Throttles != 1 || got.ModelErrors != 1 || got.ModelLatency != 10*time.Second || got.Approvals.Warning != 18*time.Hour {
		t.Errorf("got %+v, and %+v", got, got.Approvals)
	}
	if props.Approvals.Warning != 0 {
		t.Error("the user's props were changed")
	}
}
