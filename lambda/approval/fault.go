package approval

import "fmt"

// Fault is an answer that is no success, for the one who asked.
type Fault struct {
	Status  int    `json:"-"` // of HTTP
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the message.
func (f *Fault) Error() string { return f.Message }

func fault(status int, code, format string, values ...any) *Fault {
	return &Fault{Status: status, Code: code, Message: fmt.Sprintf(format, values...)}
}
