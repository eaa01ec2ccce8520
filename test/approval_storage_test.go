package test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Requirements: SRC-16
func TestApprovalStoresAreEncryptedWithTheKey(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	keyID, key := p.one(t, "AWS::KMS::Key", "")
	if key["EnableKeyRotation"] != true {
		t.Error("the key does not rotate")
	}
	arn := attribute(keyID, "Arn")
	_, table := p.one(t, "AWS::DynamoDB::Table", "")
	if diff := cmp.Diff(object{"KMSMasterKeyId": arn, "SSEEnabled": true, "SSEType": "KMS"}, table["SSESpecification"]); diff != "" {
		t.Errorf("table: %s", diff)
	}
	if table["DeletionProtectionEnabled"] != true {
		t.Error("the table can be deleted")
	}
	if diff := cmp.Diff(object{"PointInTimeRecoveryEnabled": true}, table["PointInTimeRecoverySpecification"]); diff != "" {
		t.Errorf("table: %s", diff)
	}
	if _, topic := p.one(t, "AWS::SNS::Topic", ""); !cmp.Equal(topic["KmsMasterKeyId"], any(arn)) {
		t.Errorf("topic: %s", text(topic))
	}
	for id, group := range p.resources("AWS::Logs::LogGroup") {
		if !cmp.Equal(group["KmsKeyId"], any(arn)) {
			t.Errorf("%s: %s", id, text(group))
		}
	}
}

// Requirements: P11-30
func TestApprovalTopicRequiresTLS(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	deny := p.resource(t, "AWS::SNS::TopicPolicy")["PolicyDocument"].(object)["Statement"].([]any)[0].(object)
	if deny["Effect"] != "Deny" || !cmp.Equal(deny["Condition"], any(object{"Bool": object{"aws:SecureTransport": "false"}})) {
		t.Errorf("the topic does not deny requests without TLS: %s", text(deny))
	}
}
