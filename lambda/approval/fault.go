package approval

import "fmt"

// Fault is a refusal, for the caller.
type Fault struct {
	Status  int    `json:"status"` // an HTTP status
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error returns the message.
func (f *Fault) Error() string { return f.Message }

func fault(status int, code, format string, values ...any) *Fault {
	return &Fault{Status: status, Code: code, Message: fmt.Sprintf(format, values...)}
}
