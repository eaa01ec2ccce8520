package api

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// The codes of errors that every operation may have.
const (
	CodeValidation       = "ValidationException"
	CodeSerialization    = "SerializationException"
	CodeUnknownOperation = "UnknownOperationException"
)

// Error is an error of the API.
type Error struct {
	Code    string // such as "StateMachineDoesNotExist"
	Message string
	Reason  string // of some ValidationExceptions; otherwise ""
	Status  int    // Default: 400
}

// Errorf returns an error with the status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid returns a ValidationException.
func Invalid(format string, args ...any) *Error { return Errorf(CodeValidation, format, args...) }

// Because returns the error with a reason.
func (e *Error) Because(reason string) *Error {
	e.Reason = reason
	return e
}

// Error renders "CODE: MESSAGE".
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// HTTPStatus returns the status of the response.
func (e *Error) HTTPStatus() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// MarshalJSON renders the body of the response.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type    string `json:"__type"`
		Message string `json:"message,omitempty"`
		Reason  string `json:"reason,omitempty"`
	}{e.Code, e.Message, e.Reason})
}
