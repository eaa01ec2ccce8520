// Package cloud connects approvals to AWS: DynamoDB, S3, SNS, Step Functions and the log group of a trail, in one file each.
package cloud

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
)

// Plain returns the error of a call as service, operation and error code. It drops the service's message, which may quote the
// data sent. Cancellations keep their error.
func Plain(err error) error {
	if err == nil {
		return nil
	}
	name := "AWS"
	if call, ok := errors.AsType[*smithy.OperationError](err); ok {
		name = call.Service() + " " + call.Operation()
	}
	if refusal, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", name, refusal.ErrorCode())
	}
	if canceled, ok := errors.AsType[*smithy.CanceledError](err); ok {
		return fmt.Errorf("%s: %w", name, canceled.Err)
	}
	return fmt.Errorf("%s: no usable answer", name)
}

// HasCode reports whether the service refused the call with one of these codes.
func HasCode(err error, codes ...string) bool {
	refusal, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if refusal.ErrorCode() == code {
			return true
		}
	}
	return false
}
