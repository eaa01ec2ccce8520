package monitoring

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"
)

// section is a graph of the dashboard. One without metrics is left out.
type section struct {
	title       string
	left, right []awscloudwatch.IMetric
}

// labelled is a metric by the name that the graph's legend calls it. An alarm's metric has none: it would be another kind of
// alarm, on an expression.
func labelled(metric awscloudwatch.Metric, label string) awscloudwatch.IMetric {
	return metric.With(&awscloudwatch.MetricOptions{Label: &label})
}

// Widths are in columns; a dashboard has 24. Heights are in rows.
const (
	fullWidth, halfWidth      = 24, 12
	statusHeight, graphHeight = 4, 6
)

// addDashboard puts the alarms' states above the graphs, two graphs a row. It shows a week: a nightly run is one point a day.
func (m *Monitoring) addDashboard(sections []section) {
	m.dashboard = awscloudwatch.NewDashboard(m, jsii.String(dashboardID), &awscloudwatch.DashboardProps{
		DefaultInterval: awscdk.Duration_Days(jsii.Number(7)),
	})
	var alarms []interfacesawscloudwatch.IAlarmRef
	for _, a := range m.alarms {
		alarms = append(alarms, a)
	}
	m.dashboard.AddWidgets(awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title: jsii.String("Alarms of the clinical risk pipeline"), Alarms: &alarms,
		Width: jsii.Number(fullWidth), Height: jsii.Number(statusHeight),
	}))
	var graphs []awscloudwatch.IWidget
	for _, s := range sections {
		if len(s.left) > 0 {
			graphs = append(graphs, s.graph())
		}
	}
	for len(graphs) > 0 {
		row := graphs[:min(2, len(graphs))]
		m.dashboard.AddWidgets(row...)
		graphs = graphs[len(row):]
	}
}

func (s section) graph() awscloudwatch.GraphWidget {
	props := &awscloudwatch.GraphWidgetProps{
		Title: &s.title, Left: &s.left, Width: jsii.Number(halfWidth), Height: jsii.Number(graphHeight),
		LiveData: jsii.Bool(true),
	}
	if len(s.right) > 0 {
		props.Right = &s.right
	}
	return awscloudwatch.NewGraphWidget(props)
}
