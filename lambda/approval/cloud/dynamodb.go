package cloud

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"clinical-risk-pipeline/lambda/approval"
)

// DynamoDB is the part of the client that Store uses.
type DynamoDB interface {
	dynamodb.QueryAPIClient
	dynamodb.ScanAPIClient
	GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Store keeps requests in a table. Each is a document under its id, with a revision that guards changes. A sparse index has
// the requests for which no execution took a decision.
type Store struct {
	Client DynamoDB
	Table  string
}

// The attributes of an item besides its keys.
const (
	revisionAttribute = "revision"
	documentAttribute = "document"
)

// sortable is a layout of times whose texts sort like the times.
const sortable = "2006-01-02T15:04:05.000Z"

// Get implements approval.Store.
func (s Store) Get(ctx context.Context, id string) (*approval.Approval, error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table, Key: item{approval.TableKey: text(id)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, Plain(err)
	}
	if out.Item == nil {
		return nil, approval.ErrNotFound
	}
	return read(out.Item)
}

// Put implements approval.Store.
func (s Store) Put(ctx context.Context, a *approval.Approval) error {
	next := *a
	next.Revision++
	document, err := json.Marshal(next)
	if err != nil {
		return err
	}
	stored := item{
		approval.TableKey: text(a.ID), revisionAttribute: number(next.Revision), documentAttribute: text(string(document)),
		approval.OpenIndexBy: text(a.RequestedAt.UTC().Format(sortable)),
	}
	if !a.Effective {
		stored[approval.OpenIndexKey] = text(approval.OpenIndexValue)
	}
	in := &dynamodb.PutItemInput{TableName: &s.Table, Item: stored}
	if a.Revision == 0 {
		in.ConditionExpression, in.ExpressionAttributeNames = aws.String("attribute_not_exists(#id)"), map[string]string{"#id": approval.TableKey}
	} else {
		in.ConditionExpression, in.ExpressionAttributeNames = aws.String("#revision = :stored"), map[string]string{"#revision": revisionAttribute}
		in.ExpressionAttributeValues = item{":stored": number(a.Revision)}
	}
	_, err = s.Client.PutItem(ctx, in)
	if HasCode(err, (&types.ConditionalCheckFailedException{}).ErrorCode()) {
		return approval.ErrChanged
	}
	if err == nil {
		*a = next
	}
	return Plain(err)
}

// List implements approval.Store.
func (s Store) List(ctx context.Context, all bool) ([]*approval.Approval, error) {
	find := s.open
	if all {
		find = s.scan
	}
	items, err := find(ctx)
	if err != nil {
		return nil, Plain(err)
	}
	var list []*approval.Approval
	for _, i := range items {
		a, err := read(i)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	approval.SortOldestFirst(list)
	return list, nil
}

func (s Store) open(ctx context.Context) (items []item, err error) {
	pages := dynamodb.NewQueryPaginator(s.Client, &dynamodb.QueryInput{
		TableName: &s.Table, IndexName: aws.String(approval.OpenIndex),
		KeyConditionExpression:    aws.String("#open = :yes"),
		ExpressionAttributeNames:  map[string]string{"#open": approval.OpenIndexKey},
		ExpressionAttributeValues: item{":yes": text(approval.OpenIndexValue)},
	})
	for pages.HasMorePages() && err == nil {
		var page *dynamodb.QueryOutput
		if page, err = pages.NextPage(ctx); err == nil {
			items = append(items, page.Items...)
		}
	}
	return items, err
}

func (s Store) scan(ctx context.Context) (items []item, err error) {
	pages := dynamodb.NewScanPaginator(s.Client, &dynamodb.ScanInput{TableName: &s.Table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() && err == nil {
		var page *dynamodb.ScanOutput
		if page, err = pages.NextPage(ctx); err == nil {
			items = append(items, page.Items...)
		}
	}
	return items, err
}

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

func read(i item) (*approval.Approval, error) {
	document, _ := i[documentAttribute].(*types.AttributeValueMemberS)
	if document == nil {
		return nil, approval.ErrNotFound
	}
	var a approval.Approval
	return &a, json.Unmarshal([]byte(document.Value), &a)
}
