package monitoring

import "fmt"

// modelMetric is a metric of the endpoint's variant:
// https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation
func (m *Monitoring) modelMetric(name, statistic string) metric {
	return newMetric("AWS/SageMaker", name, statistic, dimension{"EndpointName", m.props.EndpointName}, dimension{"VariantName", m.props.VariantName})
}

// model watches the endpoint. Only runs invoke it, so most periods have no data, and that is fine.
func (m *Monitoring) model() section {
	client := m.modelMetric("Invocation4XXErrors", sum)
	server := m.modelMetric("Invocation5XXErrors", sum)
	latency := m.modelMetric("ModelLatency", average)
	// SageMaker sends 1 for each error and 0 for each other answer: the sum is the number of errors.
	m.add(alarm{
		id: ModelClientErrors, metric: client, threshold: float64(m.props.ModelErrors),
		description: "The model refused requests of the clinical risk pipeline (4xx). They are not retried: subjects may not be scored. See the endpoint's log.",
	})
	m.add(alarm{
		id: ModelServerErrors, metric: server, threshold: float64(m.props.ModelErrors),
		description: "The model of the clinical risk pipeline failed (5xx). The requests are retried; see the endpoint's log.",
	})
	// ModelLatency is in microseconds. With the average, one slow answer (the first of the day, for instance) does not
	// trigger the alarm.
	m.add(alarm{
		id: ModelLatency, metric: latency, threshold: float64(m.props.ModelLatency.Microseconds()),
		description: fmt.Sprintf("The model of the clinical risk pipeline takes %v or longer to answer. A request that takes a minute fails.", m.props.ModelLatency),
	})
	return section{
		title: "Model",
		left: []series{
			labelled(m.modelMetric("Invocations", sum), "invocations"),
			labelled(client, "errors 4xx"),
			labelled(server, "errors 5xx"),
			labelled(m.modelMetric("InvocationModelErrors", sum), "no 2xx answer"),
		},
		right: []series{
			labelled(latency, "latency, µs"),
			labelled(m.modelMetric("OverheadLatency", average), "overhead, µs"),
		},
	}
}
