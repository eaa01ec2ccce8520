package test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Requirements: SRC-18
func TestDashboardShowsEveryAlarmAndItsMetric(t *testing.T) {
	p := synthesizeMonitoring(t, "all", fullMonitoring)
	dashboard := p.resource(t, "AWS::CloudWatch::Dashboard")
	if dashboard["DashboardName"] != nil {
		t.Errorf("the dashboard has the name %v, want none", dashboard["DashboardName"])
	}
	body := text(dashboard["DashboardBody"])
	for id, alarm := range p.alarms() {
		if resource := p.logicalID(t, id); !strings.Contains(body, resource) {
			t.Errorf("the dashboard does not show %s", id)
		}
		if name := alarm["MetricName"].(string); !strings.Contains(body, `\"`+name+`\"`) {
			t.Errorf("the dashboard does not draw %s", name)
		}
	}
}

// The construct writes the JSON of the dashboard itself, so the test parses it.
func TestDashboardIsReadableAndNoWidgetHidesAnother(t *testing.T) {
	p := synthesizeMonitoring(t, "all", fullMonitoring)
	var body strings.Builder
	for _, part := range p.resource(t, "AWS::CloudWatch::Dashboard")["DashboardBody"].(object)["Fn::Join"].([]any)[1].([]any) {
		if s, ok := part.(string); ok {
			body.WriteString(s)
		} else {
			body.WriteString("resolved")
		}
	}
	var dashboard struct {
		Widgets []struct{ X, Y, Width, Height int }
	}
	if err := json.Unmarshal([]byte(body.String()), &dashboard); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]bool{}
	for _, w := range dashboard.Widgets {
		fits := w.X+w.Width <= 24
		for x := w.X; x < w.X+w.Width; x++ {
			for y := w.Y; y < w.Y+w.Height; y++ {
				fits = fits && !taken[[2]int{x, y}]
				taken[[2]int{x, y}] = true
			}
		}
		if !fits {
			t.Errorf("the widget at %d, %d hides another or is outside of the grid", w.X, w.Y)
		}
	}
	if len(dashboard.Widgets) != 6 { // the alarms, and a graph for each group
		t.Errorf("%d widgets, want 6", len(dashboard.Widgets))
	}
}
