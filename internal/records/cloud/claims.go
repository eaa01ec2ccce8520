package cloud

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/workflow/alert"
)

// Claims are the claims in the registry's table, which executions write.
type Claims struct {
	Client dynamodb.QueryAPIClient
	Table  string
	Trial  string
}

// NewClaims returns the claims of a trial with a client of the SDK.
func NewClaims(config aws.Config, table, trialID string) Claims {
	return Claims{dynamodb.NewFromConfig(config), table, trialID}
}

// Claims implements records.Claims.
func (c Claims) Claims(ctx context.Context) iter.Seq2[records.Claim, error] {
	return func(yield func(records.Claim, error) bool) {
		pages := dynamodb.NewQueryPaginator(c.Client, &dynamodb.QueryInput{
			TableName: &c.Table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression:   aws.String("#trial = :trial AND begins_with(#key, :prefix)"),
			ExpressionAttributeNames: map[string]string{"#trial": alert.RegistryPartition, "#key": alert.RegistrySort},
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":trial": &types.AttributeValueMemberS{Value: alert.Partition(c.Trial)}, ":prefix": &types.AttributeValueMemberS{Value: alert.ClaimKey("")},
			},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(records.Claim{}, cloud.Plain(err))
				return
			}
			for _, item := range page.Items {
				text := func(name string) string {
					value, _ := item[name].(*types.AttributeValueMemberS)
					if value == nil {
						return ""
					}
					return value.Value
				}
				claim := records.Claim{Cut: strings.TrimPrefix(text(alert.RegistrySort), alert.ClaimKey("")), Execution: text("execution"), StartedAt: text("startedAt")}
				if !yield(claim, nil) {
					return
				}
			}
		}
	}
}
