package monitoring

import (
	"fmt"

	"clinical-risk-pipeline/workflow/alert"
)

// scores watches the scores of a registered trial's runs. The function that updates the alerts logs the metrics with each run.
func (m *Monitoring) scores() section {
	if m.props.Alerting == nil || m.props.Alerting.Trial == nil {
		return section{}
	}
	t := m.props.Alerting.Trial
	of := func(name string) metric {
		return newMetric(namespace, name, maximum, dimension{alert.TrialDimension, t.ID}, dimension{alert.ModelDimension, t.Endpoint.Name})
	}
	shown := section{
		title: "Scores of the runs",
		left:  []series{labelled(of(alert.ScoredMetric), "scored"), labelled(of(alert.HighMetric), "at high risk")},
		right: []series{labelled(of(alert.ShareMetric), "share at high risk")},
	}
	if t.Outcomes != nil && t.Outcomes.HighRiskJump != nil {
		limit := t.Outcomes.HighRiskJump
		m.add(alarm{
			id: HighRiskJump, metric: of(alert.JumpMetric), threshold: 1,
			description: fmt.Sprintf("The share of the subjects at high risk differs by more than %v from its mean in the last %d runs: highRiskJump in the trial's file. Check the data cut, the features and the model before anybody acts on the new alerts.",
				limit.By, limit.Runs),
		})
	}
	return shown
}
