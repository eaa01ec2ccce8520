package cloud

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

func stored(id string, at int) *approval.Approval {
	return &approval.Approval{
		ID: id, Round: 1, RequestedAt: time.Date(2026, 3, 1, at, 0, 0, 0, time.UTC), Revision: 3,
		Request: approval.Request{TaskToken: "token", TrialID: "T-1", Subjects: approval.Subjects{Counts: &approval.Counts{High: 7}}},
	}
}

// Get reads what Put writes.
func TestStoreReadsWhatItWrote(t *testing.T) {
	var table item
	store := Store{Table: "requests", Client: &fake{
		putItem: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
			table = in.Item
			return &dynamodb.PutItemOutput{}, nil
		},
		getItem: func(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
			if *in.TableName != "requests" || !aws.ToBool(in.ConsistentRead) || !cmp.Equal(in.Key["id"], text("ap-1"), ignoreSmithy) {
				t.Errorf("asked for %v of %s, consistently: %v", in.Key, *in.TableName, aws.ToBool(in.ConsistentRead))
			}
			return &dynamodb.GetItemOutput{Item: table}, nil
		},
	}}
	want := stored("ap-1", 1)
	want.Decision = &approval.Reference{Decision: approval.Approve, Key: "k", Version: "v"}
	if err := store.Put(context.Background(), want); err != nil {
		t.Fatal(err)
	}
	if want.Revision != 4 {
		t.Errorf("the revision is %d, want 4", want.Revision)
	}
	got, err := store.Get(context.Background(), "ap-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

var ignoreSmithy = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())

func TestStoreReplacesOnlyTheRevisionThatItKnows(t *testing.T) {
	var in *dynamodb.PutItemInput
	answer := error(nil)
	store := Store{Table: "requests", Client: &fake{putItem: func(put *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		in = put
		return &dynamodb.PutItemOutput{}, answer
	}}}
	a := stored("ap-1", 1)
	if err := store.Put(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	if got := *in.ConditionExpression; got != "#revision = :stored" {
		t.Errorf("the condition is %s", got)
	}
	if !cmp.Equal(in.ExpressionAttributeValues[":stored"], number(3), ignoreSmithy) || !cmp.Equal(in.Item["revision"], number(4), ignoreSmithy) {
		t.Errorf("replaces %v by %v", in.ExpressionAttributeValues, in.Item["revision"])
	}
	answer = &types.ConditionalCheckFailedException{}
	if err := store.Put(context.Background(), a); !errors.Is(err, approval.ErrChanged) || a.Revision != 4 {
		t.Errorf("changed by somebody else: got %v, revision %d", err, a.Revision)
	}
	answer = nil
	if err := store.Put(context.Background(), &approval.Approval{ID: "ap-2"}); err != nil || *in.ConditionExpression != "attribute_not_exists(#id)" || in.ExpressionAttributeValues != nil {
		t.Errorf("a new request: %v, put on the condition %s with %v", err, *in.ConditionExpression, in.ExpressionAttributeValues)
	}
}

func TestStoreIndexesOpenRequests(t *testing.T) {
	for _, effective := range []bool{false, true} {
		var in *dynamodb.PutItemInput
		store := Store{Client: &fake{putItem: func(put *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
			in = put
			return &dynamodb.PutItemOutput{}, nil
		}}}
		a := stored("ap-1", 1)
		a.Effective = effective
		if err := store.Put(context.Background(), a); err != nil {
			t.Fatal(err)
		}
		if _, open := in.Item["open"]; open == effective {
			t.Errorf("effective %v, in the index %v", effective, open)
		}
		if at := in.Item["requestedAt"]; !cmp.Equal(at, text("2026-03-01T01:00:00.000Z"), ignoreSmithy) {
			t.Errorf("requested at %v, which does not sort", at)
		}
	}
}

func TestStoreListsAllPagesInOrder(t *testing.T) {
	items := map[string]item{}
	keep := Store{Client: &fake{putItem: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		items[in.Item["id"].(*types.AttributeValueMemberS).Value] = in.Item
		return &dynamodb.PutItemOutput{}, nil
	}}}
	for id, at := range map[string]int{"ap-1": 3, "ap-2": 1, "ap-3": 2} {
		if err := keep.Put(context.Background(), stored(id, at)); err != nil {
			t.Fatal(err)
		}
	}
	more := item{"id": text("more")}
	store := Store{Table: "requests", Client: &fake{
		query: func(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
			if *in.IndexName != "open" {
				t.Errorf("queries the index %s", *in.IndexName)
			}
			if in.ExclusiveStartKey == nil {
				return &dynamodb.QueryOutput{Items: []item{items["ap-1"]}, LastEvaluatedKey: more}, nil
			}
			return &dynamodb.QueryOutput{Items: []item{items["ap-2"]}}, nil
		},
		scan: func(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
			if in.ExclusiveStartKey == nil {
				return &dynamodb.ScanOutput{Items: []item{items["ap-1"], items["ap-3"]}, LastEvaluatedKey: more}, nil
			}
			return &dynamodb.ScanOutput{Items: []item{items["ap-2"]}}, nil
		},
	}}
	for all, want := range map[bool][]string{false: {"ap-2", "ap-1"}, true: {"ap-2", "ap-3", "ap-1"}} {
		list, err := store.List(context.Background(), all)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range list {
			got = append(got, a.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("all %v: %s", all, diff)
		}
	}
}

func TestStoreReportsRefusalsWithoutTheirText(t *testing.T) {
	store := Store{Client: &fake{
		getItem: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) { return nil, refused("Throttled") },
		scan:    func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error) { return nil, refused("Throttled") },
	}}
	_, err := store.Get(context.Background(), "ap-1")
	if err == nil || err.Error() != "S O: Throttled" {
		t.Errorf("got %v", err)
	}
	if _, err := store.List(context.Background(), true); err == nil || err.Error() != "S O: Throttled" {
		t.Errorf("got %v", err)
	}
	none := Store{Client: &fake{getItem: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) { return &dynamodb.GetItemOutput{}, nil }}}
	if _, err := none.Get(context.Background(), "ap-1"); !errors.Is(err, approval.ErrNotFound) {
		t.Errorf("no item: got %v", err)
	}
}
