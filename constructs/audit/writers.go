package audit

import (
	"fmt"
	"slices"

	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// writers are the roles that may write below one prefix of a record store.
type writers struct {
	prefix    string
	roles     []string
	statement awsiam.PolicyStatement
}

// WrittenBy lets a role write records below a prefix, such as "decisions/", and refuses everybody else who writes there, whatever IAM
// allows them. Several roles may share a prefix. It gives the role no permission: its own policy has to.
func (s *RecordStore) WrittenBy(prefix, roleARN string) {
	at := slices.IndexFunc(s.writers, func(w *writers) bool { return w.prefix == prefix })
	if at < 0 {
		at = len(s.writers)
		name := fmt.Sprintf("KeepWriters%d", at+1)
		statement := policy.Deny(name, *s.bucket.ArnForObjects(jsii.String(prefix + "*")), "s3:PutObject").CDK()
		s.writers = append(s.writers, &writers{prefix: prefix, statement: statement})
		s.bucket.AddToResourcePolicy(statement)
	}
	w := s.writers[at]
	w.roles = append(w.roles, roleARN)
	w.statement.AddCondition(jsii.String("ArnNotEquals"), map[string]any{"aws:PrincipalArn": w.roles})
}

// keepFirst refuses to replace a record. An upload must say that it does not replace an object. The parts of a multipart upload cannot
// say so, and are refused with it. A copy could say so, and would carry over what nobody here has written:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
//
// Requirements: P11-10e
func (s *RecordStore) keepFirst() {
	objects := *s.bucket.ArnForObjects(jsii.String("*"))
	s.bucket.AddToResourcePolicy(policy.Deny("KeepFirst", objects, "s3:PutObject").If("Null", "s3:if-none-match", "true").CDK())
	s.bucket.AddToResourcePolicy(policy.Deny("KeepOriginal", objects, "s3:PutObject").If("Null", "s3:x-amz-copy-source", "false").CDK())
}
