package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/emr"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/lambda/approval/cloud"
)

// EMR is the client of EMR that Steps needs.
type EMR interface {
	DescribeStep(context.Context, *emr.DescribeStepInput, ...func(*emr.Options)) (*emr.DescribeStepOutput, error)
	DescribeCluster(context.Context, *emr.DescribeClusterInput, ...func(*emr.Options)) (*emr.DescribeClusterOutput, error)
}

// Steps implements proof.Steps.
type Steps struct{ Client EMR }

// Step implements proof.Steps. EMR writes the logs of a step below LogUri/CLUSTER/steps/STEP/:
// https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-view-web-log-files.html
func (s Steps) Step(ctx context.Context, cluster, step string) (state, logs string, err error) {
	described, err := s.Client.DescribeStep(ctx, &emr.DescribeStepInput{ClusterId: &cluster, StepId: &step})
	if cloud.HasCode(err, "InvalidRequestException") {
		return "", "", proof.ErrAbsent
	}
	if err != nil {
		return "", "", cloud.Plain(err)
	}
	if described.Step != nil && described.Step.Status != nil {
		state = string(described.Step.Status.State)
	}
	of, err := s.Client.DescribeCluster(ctx, &emr.DescribeClusterInput{ClusterId: &cluster})
	if err != nil {
		return state, "", cloud.Plain(err)
	}
	if of.Cluster == nil || aws.ToString(of.Cluster.LogUri) == "" {
		return state, "", nil
	}
	return state, strings.TrimSuffix(*of.Cluster.LogUri, "/") + "/" + cluster + "/steps/" + step + "/", nil
}
