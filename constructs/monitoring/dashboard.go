package monitoring

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// section is a graph of the dashboard. The dashboard leaves out a section without metrics.
type section struct {
	title       string
	left, right []series
}

// body is the text of a dashboard, with its fields in the order in which the CDK writes them:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
type body struct {
	Start   string   `json:"start"`
	Widgets []widget `json:"widgets"`
}

// widget has its size and place in columns and rows. A dashboard has 24 columns.
type widget struct {
	Type       string `json:"type"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	X          int    `json:"x"`
	Y          int    `json:"y"`
	Properties any    `json:"properties"`
}

// status shows the states of alarms.
type status struct {
	Title  string `json:"title"`
	Alarms []any  `json:"alarms"` // ARNs
}

// graph draws metrics.
type graph struct {
	View     string   `json:"view"`
	Title    string   `json:"title"`
	Region   string   `json:"region"`
	Metrics  [][]any  `json:"metrics"`
	YAxis    struct{} `json:"yAxis"`
	LiveData bool     `json:"liveData"`
}

// drawing is how a graph draws a metric. Defaults: a period of five minutes, the average, and the axis on the left.
type drawing struct {
	Label     string  `json:"label"`
	Period    float64 `json:"period,omitempty"` // in seconds
	Statistic string  `json:"stat,omitempty"`
	YAxis     string  `json:"yAxis,omitempty"`
}

const (
	fullWidth, halfWidth      = 24, 12
	statusHeight, graphHeight = 4, 6
)

// addDashboard puts the alarms' states above the graphs, two graphs in a row. The dashboard shows a week: a nightly run is
// one point a day.
func (m *Monitoring) addDashboard(sections []section) {
	text, err := json.Marshal(body{Start: "-P7D", Widgets: append([]widget{m.status()}, m.graphs(sections)...)})
	if err != nil { // a struct of strings and numbers always marshals
		panic(err)
	}
	scope := constructs.NewConstruct(m, jsii.String(dashboardID))
	m.dashboard = awscloudwatch.NewCfnDashboard(scope, jsii.String(resourceID), &awscloudwatch.CfnDashboardProps{DashboardBody: jsii.String(string(text))})
}

func (m *Monitoring) status() widget {
	return widget{Type: "alarm", Width: fullWidth, Height: statusHeight, Properties: status{
		Title: "Alarms of the clinical risk pipeline", Alarms: m.alarmARNs(),
	}}
}

// alarmARNs returns the ARNs of all alarms. A widget of the CDK returns them in one call instead of one call for each alarm.
func (m *Monitoring) alarmARNs() []any {
	var alarms []interfacesawscloudwatch.IAlarmRef
	for _, a := range m.alarms {
		alarms = append(alarms, a)
	}
	made := *awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{Alarms: &alarms}).ToJson()
	return made[0].(map[string]any)["properties"].(map[string]any)["alarms"].([]any)
}

func (m *Monitoring) graphs(sections []section) []widget {
	var graphs []widget
	for _, s := range sections {
		if len(s.left) == 0 {
			continue
		}
		row, column := len(graphs)/2, len(graphs)%2
		graphs = append(graphs, widget{
			Type: "metric", Width: halfWidth, Height: graphHeight, X: column * halfWidth, Y: statusHeight + row*graphHeight,
			Properties: graph{View: "timeSeries", Title: s.title, Region: m.place.Region, Metrics: s.drawn(), LiveData: true},
		})
	}
	return graphs
}

// drawn returns the metrics of a graph. Each is a list of its namespace, its name, its dimensions, and how it is drawn.
func (s section) drawn() [][]any {
	var metrics [][]any
	for _, line := range s.left {
		metrics = append(metrics, line.drawn(""))
	}
	for _, line := range s.right {
		metrics = append(metrics, line.drawn("right"))
	}
	return metrics
}

func (s series) drawn(axis string) []any {
	how := drawing{Label: s.label, YAxis: axis}
	if s.period != period {
		how.Period = s.period.Seconds()
	}
	if s.statistic != average {
		how.Statistic = s.statistic
	}
	list := []any{s.namespace, s.name}
	for _, d := range s.dimensions {
		list = append(list, d.name, d.value)
	}
	return append(list, how)
}
