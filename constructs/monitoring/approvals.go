package monitoring

import (
	"fmt"

	"clinical-risk-pipeline/workflow/alert"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The metric of the requests that expire soon. AWS has no such metric: approvalWatch counts them.
const (
	namespace        = alert.MetricNamespace
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
	watched := section{title: "Requests for approval", left: []series{labelled(expiring, "about to expire")}}
	if m.props.Approvals.Decisions != nil {
		watched.left = append(watched.left, labelled(m.refusedSignatures(), "refused"))
	}
	return watched
}

// refusals selects what the deciding function logs when it refuses a caller, or finds another record where its own has to be. Other
// refusals are everyday mistakes, such as a request that has expired.
const refusals = `{ ($.msg = "refused") && (($.status = 403) || ($.code = "ForeignRecord") || ($.code = "RecordMissing")) }`

// refusedSignatures watches for people who may not sign, and for records that are not the function's.
//
// Requirements: P11-300d
func (m *Monitoring) refusedSignatures() metric {
	refused := newMetric(namespace, RefusedSignatures+" "+*m.props.Approvals.Requests.TableName(), sum)
	awslogs.NewCfnMetricFilter(constructs.NewConstruct(m, jsii.String(RefusedSignatures+"Filter")), jsii.String(resourceID), &awslogs.CfnMetricFilterProps{
		LogGroupName:  m.props.Approvals.Decisions.LogGroupName(),
		FilterPattern: jsii.String(refusals),
		MetricTransformations: []any{&awslogs.CfnMetricFilter_MetricTransformationProperty{
			MetricNamespace: &refused.namespace, MetricName: &refused.name, MetricValue: jsii.String("1"),
		}},
	})
	m.add(alarm{
		id: RefusedSignatures, metric: refused, threshold: 1,
		description: "The function that decides on approvals refused somebody who may not sign, or found a record that it did not write. Its log has the code; the trail's data events show who called.",
	})
	return refused
}
