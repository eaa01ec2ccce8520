package monitoring

import "fmt"

// The metric of the requests that expire soon. AWS has no such metric: approvalWatch counts them.
const (
	namespace        = "ClinicalRisk"
	expiringRequests = "ExpiringApprovals"
	tableDimension   = "Table"
)

// watchedPeriods is for how many periods the count may be missing: a count may come late, or fail once.
const watchedPeriods = 3

// approvals watches for requests that nobody decides. Every period has a count, mostly 0. A missing count means that nobody
// is watching, which is a breach, too.
func (m *Monitoring) approvals() section {
	if m.props.Approvals == nil {
		return section{}
	}
	m.addApprovalWatch()
	expiring := newMetric(namespace, expiringRequests, maximum, dimension{tableDimension, *m.props.Approvals.Requests.TableName()})
	m.add(alarm{
		id: ExpiringApprovals, metric: expiring, threshold: 1, periods: watchedPeriods, missingIsBreach: true,
		description: fmt.Sprintf("Requests for approval expire within %v, and then count as not approved: list them with `clinicalrisk approvals list`. Or nothing counts them: check the executions of the approval watch.",
			m.props.Approvals.Warning),
	})
	return section{title: "Requests for approval", left: []series{labelled(expiring, "about to expire")}}
}
