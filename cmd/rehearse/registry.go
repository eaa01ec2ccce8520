package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	alertcloud "clinical-risk-pipeline/lambda/alerts/cloud"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// rehearsed is the trial of the entries that the rehearsal writes.
const rehearsed = "REHEARSAL"

// inspectTable writes entries into the registry of alerts with the client of the deployed functions: of two writers that read the same
// revision, the second one must learn that the entry changed. Other tables have no sort key of a registry.
func (c clients) inspectTable(ctx context.Context, name string) error {
	table, err := c.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return err
	}
	if keys := table.Table.KeySchema; len(keys) != 2 || aws.ToString(keys[1].AttributeName) != alert.RegistrySort {
		return nil
	}
	r := alertcloud.Registry{Client: c.dynamodb, Table: name, Trial: rehearsed}
	entry := alerts.Entry{Key: alert.ItemsKey("m") + "S-1", Body: []byte(`{"n": 1}`)}
	for i, step := range []struct {
		revision int
		want     error
	}{{0, nil}, {0, alerts.ErrChanged}, {1, nil}, {1, alerts.ErrChanged}, {2, nil}} {
		entry.Revision = step.revision
		if err := r.Put(ctx, entry); !errors.Is(err, step.want) {
			return fmt.Errorf("write %d of an entry of %s: got %w, want %v", i+1, name, err, step.want != nil)
		}
	}
	if got, err := r.Get(ctx, entry.Key); err != nil || got.Revision != 3 || string(got.Body) != string(entry.Body) {
		return fmt.Errorf("the entry of %s has revision %d, want 3: %w", name, got.Revision, err)
	}
	return c.inspectPages(ctx, r)
}

// inspectPages lists more entries than a page of DynamoDB holds, 1 MB.
func (c clients) inspectPages(ctx context.Context, r alertcloud.Registry) error {
	const entries, size = 30, 50_000
	body, err := json.Marshal(strings.Repeat("x", size))
	if err != nil {
		return err
	}
	for i := range entries {
		if err := r.Put(ctx, alerts.Entry{Key: fmt.Sprintf("%sS-%02d", alert.ItemsKey("pages"), i), Body: body}); err != nil {
			return err
		}
	}
	found := 0
	for e, err := range r.List(ctx, alert.ItemsKey("pages")) {
		if err != nil {
			return err
		}
		if want := fmt.Sprintf("%sS-%02d", alert.ItemsKey("pages"), found); e.Key != want {
			return fmt.Errorf("entry %d of %s is %s, want %s", found, r.Table, e.Key, want)
		}
		found++
	}
	if found != entries {
		return fmt.Errorf("%s lists %d entries, want %d", r.Table, found, entries)
	}
	return nil
}

// claim is what the state ClaimCut of a definition asks of DynamoDB.
type claim struct {
	TableName           string
	ConditionExpression string
}

// inspectClaim claims a data cut as two executions of the deployed definition do: the first one twice, because a retry claims again what is
// its own, and then another one, which must be refused.
func (c clients) inspectClaim(ctx context.Context, state json.RawMessage) error {
	var task struct{ Arguments claim }
	if err := strictjson.Unmarshal(state, &task); err != nil {
		return err
	}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for i, step := range []struct {
		execution string
		refused   bool
	}{{"arn:first", false}, {"arn:first", false}, {"arn:second", true}} {
		_, err := c.dynamodb.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &task.Arguments.TableName, ConditionExpression: &task.Arguments.ConditionExpression,
			Item: map[string]types.AttributeValue{
				alert.RegistryPartition: text(alert.Partition(rehearsed)), alert.RegistrySort: text(alert.ClaimKey("2026-03-02")),
				"execution": text(step.execution), "startedAt": text("2026-03-02T03:00:00.000Z"),
			},
			ExpressionAttributeValues: map[string]types.AttributeValue{":execution": text(step.execution), ":startedAt": text("2026-03-02T03:00:00.000Z")},
		})
		_, refused := errors.AsType[*types.ConditionalCheckFailedException](err)
		if refused != step.refused || err != nil && !refused {
			return fmt.Errorf("%s: claim %d was refused: %v, want %v: %w", workflow.ClaimCut, i+1, refused, step.refused, err)
		}
	}
	fmt.Fprintf(c.out, "rehearse: %s of a data cut is taken once\n", workflow.ClaimCut)
	return nil
}
