package proof

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/workflow"
)

// endpoint is the name of the model's endpoint, "" if the definition does not name it.
func (c *verification) endpoint() string { return c.argument(workflow.InvokeModel, "EndpointName") }

// invocations are the metrics of a variant of an endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
var invocations = []string{"Invocations", "Invocation4XXErrors", "Invocation5XXErrors"}

// model checks that the endpoint was invoked while the execution ran. The figures are those of the endpoint: others may have invoked it, too.
func (c *verification) model(ctx context.Context) {
	if c.state(workflow.InvokeModel) == nil {
		return
	}
	s := &said{}
	defer func() { c.add("model", s) }()
	if c.visited(workflow.InvokeModel, workflow.ScoreCohort) == "" {
		s.missing("the execution did not reach %s", workflow.InvokeModel)
		return
	}
	variants := c.variants
	if variant, _ := c.data(workflow.Variant).(string); variant != "" && len(variants) == 0 {
		variants = map[string]bool{variant: true}
	}
	switch {
	case c.endpoint() == "":
		s.unknown("the definition does not name the endpoint")
		return
	case c.Metrics == nil:
		s.unknown("CloudWatch is not read: look at the metrics of the endpoint %s %s", c.endpoint(), c.inWindow())
		return
	case len(variants) == 0:
		s.unknown("neither a decision record nor the execution names the variant of the endpoint %s that answered", c.endpoint())
		return
	}
	for _, variant := range slices.Sorted(maps.Keys(variants)) {
		var metrics []Metric
		for _, name := range invocations {
			metrics = append(metrics, Metric{"AWS/SageMaker", name, map[string]string{"EndpointName": c.endpoint(), "VariantName": variant}})
		}
		sums, figures := c.sums(ctx, metrics, invocations, s)
		if sums == nil {
			continue
		}
		if sums[0] == nil || *sums[0] == 0 {
			s.missing("the endpoint %s, variant %s, has no invocations %s", c.endpoint(), variant, c.inWindow())
			continue
		}
		s.found("the endpoint %s, variant %s, %s: %s. These are the endpoint's figures, not the execution's", c.endpoint(), variant, c.inWindow(), figures)
	}
}

// modelLog checks that the endpoint has a log of that time: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
func (c *verification) modelLog(ctx context.Context) {
	if c.endpoint() == "" || c.visited(workflow.InvokeModel, workflow.ScoreCohort) == "" {
		return // The line before says so.
	}
	s := &said{}
	c.logIn(ctx, s, "/aws/sagemaker/Endpoints/"+c.endpoint(), "")
	c.add("log of the model", s)
}

// sums reads metrics, and describes them. Without an answer, it says so and returns nil.
func (c *verification) sums(ctx context.Context, metrics []Metric, names []string, s *said) ([]*float64, string) {
	from, to := c.window()
	sums, err := c.Metrics.Sums(ctx, metrics, from, to)
	if err != nil {
		s.unknown("the metrics %s: %v", strings.Join(names, ", "), err)
		return nil, ""
	}
	var figures []string
	for i, sum := range sums {
		text := "no data"
		if sum != nil {
			text = fmt.Sprint(*sum)
		}
		figures = append(figures, names[i]+" "+text)
	}
	return sums, strings.Join(figures, ", ")
}

// alert checks that the alert was published, and has the id of its message.
func (c *verification) alert(context.Context) {
	s := &said{}
	switch {
	case c.state(workflow.UpdateAlerts) != nil && c.visited(workflow.UpdateAlerts, workflow.UpdateAlertsAgain) != "":
		alerts, _ := c.data(workflow.Alerts).(*value.Object)
		if alerts == nil {
			s.missing("the alerts of the trial were not updated")
		} else {
			s.found("the alerts of the trial were updated: %d changed, %d messages sent", number(alerts, "changed"), number(alerts, "messages"))
		}
	case c.entered[workflow.NotifyTeam] > 0:
		if id := c.results[workflow.NotifyTeam].Text("MessageId"); id != "" && c.exited(workflow.NotifyTeam) {
			s.found("published to %s, message id %s", c.topicARN(), id)
		} else {
			s.missing("%s published no message", workflow.NotifyTeam)
		}
	case c.state(workflow.NotifyTeam) == nil:
		s.found("none: the pipeline has no %s", workflow.NotifyTeam)
	case c.entered[workflow.CheckRisk] > 0:
		s.found("none: %s found nobody above the threshold", workflow.CheckRisk)
	default:
		s.missing("the execution did not reach %s", workflow.CheckRisk)
	}
	c.add("alert", s)
}

// topicARN is the ARN of the alert's topic, "" if neither history nor definition name it.
func (c *verification) topicARN() string {
	if arn := c.parameters[workflow.NotifyTeam].Text("TopicArn"); arn != "" {
		return arn
	}
	return c.argument(workflow.NotifyTeam, "TopicArn")
}

// deliveries are the metrics of a topic: https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
var deliveries = []string{"NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed", "NumberOfNotificationsRedrivenToDlq", "NumberOfNotificationsFailedToRedriveToDlq"}

// topic checks the deliveries of the topic while the execution ran. SNS says of no message whether it was delivered.
func (c *verification) topic(ctx context.Context) {
	arn := c.topicARN()
	if c.entered[workflow.NotifyTeam] == 0 || arn == "" {
		return // The line before says so.
	}
	s := &said{}
	defer func() { c.add("deliveries of the topic", s) }()
	if c.Metrics == nil {
		s.unknown("CloudWatch is not read: look at the metrics of %s %s", arn, c.inWindow())
		return
	}
	var metrics []Metric
	for _, name := range deliveries {
		metrics = append(metrics, Metric{"AWS/SNS", name, map[string]string{"TopicName": arn[strings.LastIndex(arn, ":")+1:]}})
	}
	sums, figures := c.sums(ctx, metrics, deliveries, s)
	if sums == nil {
		return
	}
	count := func(i int) float64 {
		if sums[i] == nil {
			return 0
		}
		return *sums[i]
	}
	const whose = "These are the topic's figures, not the message's"
	switch {
	case count(3) > 0 || count(4) > 0:
		s.missing("notifications went to the dead letters, or were lost, %s: %s. %s", c.inWindow(), figures, whose)
	case count(2) > 0:
		s.missing("notifications failed %s: %s. %s", c.inWindow(), figures, whose)
	case count(1) == 0:
		s.missing("no notification was delivered %s: %s. %s", c.inWindow(), figures, whose)
	default:
		s.found("%s: %s. %s", c.inWindow(), figures, whose)
	}
}
