package cloud

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/smithy-go"
)

func TestPlainErrorsNameTheCallAndNotItsData(t *testing.T) {
	for reason, row := range map[string]struct {
		err  error
		want string
	}{
		"a refusal":            {refused("Throttled"), "S O: Throttled"},
		"an unreadable answer": {&smithy.OperationError{ServiceID: "S", OperationName: "O", Err: errors.New("canary")}, "S O: no usable answer"},
		"no call at all":       {errors.New("canary"), "AWS: no usable answer"},
		"a cancelled call":     {&smithy.CanceledError{Err: context.Canceled}, "AWS: context canceled"},
	} {
		if got := Plain(row.err); got == nil || got.Error() != row.want {
			t.Errorf("%s: got %v, want %s", reason, got, row.want)
		}
	}
	if !errors.Is(Plain(&smithy.CanceledError{Err: context.Canceled}), context.Canceled) {
		t.Error("a cancellation is no longer a cancellation")
	}
	if Plain(nil) != nil {
		t.Error("a nil error became an error")
	}
}
