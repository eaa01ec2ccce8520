package monitoring

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// Resources that nobody looks into, but for a topic's kind.
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
		"without a state machine, topics and endpoint there is nothing to watch and nobody to tell": {
			func(p *MonitoringProps) { *p = MonitoringProps{} },
			"StateMachine is required, got none\n" +
				"EndpointName must be 1 to 63 letters, digits and inner hyphens, got \"\"\n" +
				"Alerts is required: the topic of the team's alerts\n" +
				"Operations is required: the topic that alarms are published to",
		},
		"CloudWatch publishes to no FIFO topic": {
			func(p *MonitoringProps) { p.Operations = topic{fifo: true} },
			"Operations must be a standard topic, got a FIFO topic",
		},
		"a week is as far as CloudWatch looks back": {func(p *MonitoringProps) { p.RunEvery = 7 * 24 * time.Hour }, ""},
		"a month is not": {
			func(p *MonitoringProps) { p.RunEvery = 30 * 24 * time.Hour },
			"RunEvery must be whole hours from 1h0m0s to 168h0m0s, got 720h0m0s",
		},
		"an hour and a half has no whole periods": {
			func(p *MonitoringProps) { p.RunEvery = 90 * time.Minute },
			"RunEvery must be whole hours from 1h0m0s to 168h0m0s, got 1h30m0s",
		},
		"what SageMaker gives up on is never measured, and nothing is counted below zero": {
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
		"a request must be watched for some time, and warned of before its deadline": {
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
