package runner

import "clinical-risk-pipeline/local"

// Effects are what an execution did to the world outside, in order.
type Effects struct {
	Alerts     []local.Notification // to the team: what the alert topic received
	Operations []local.Notification // to the operators of the pipeline: what other topics received
	Approvals  []local.Approval
	Downstream []local.Downstream
}

// observer returns the observer that adds an execution's effects to e.
func (p *Pipeline) observer(e *Effects) local.Observer {
	return func(effect local.Effect) {
		switch effect := effect.(type) {
		case local.Notification:
			if effect.TopicARN == p.alertTopic {
				e.Alerts = append(e.Alerts, effect)
			} else {
				e.Operations = append(e.Operations, effect)
			}
		case local.Approval:
			e.Approvals = append(e.Approvals, effect)
		case local.Downstream:
			e.Downstream = append(e.Downstream, effect)
		}
	}
}
