// Package strictjson reads the JSON text of other systems and people. It refuses what readers understand in different ways
// (RFC 7493): the same name twice in an object, where encoding/json silently takes the last value; text after the value; and
// text that is not Unicode. It matches the names of fields exactly, while encoding/json also takes "Risk_Score" for risk_score.
//
// Every program and function of this project reads such text with this package. Only the engine does not, in package asl: it
// reads inputs as Step Functions does.
package strictjson

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// SyntaxError is a fault of a text. Its message quotes names of the text and at most one character, never values.
type SyntaxError struct {
	Offset  int64 // the number of bytes before the fault
	Problem string
}

// Error implements error.
func (e *SyntaxError) Error() string { return e.Problem }

// Check returns an error unless the text is one strict JSON value. A fault of the text is a [*SyntaxError].
func Check(text []byte) error { return Unmarshal(text, new(jsontext.Value)) }

// Unmarshal reads one strict JSON value into v. It ignores the fields of objects that v does not have.
func Unmarshal(text []byte, v any) error { return explain(json.Unmarshal(text, v)) }

// UnmarshalKnown is like [Unmarshal], but refuses the fields of objects that v does not have.
func UnmarshalKnown(text []byte, v any) error {
	return explain(json.Unmarshal(text, v, json.RejectUnknownMembers(true)))
}

// explain says a decoder's error in words for people, without the values that the decoder quotes.
func explain(err error) error {
	if fault, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return &SyntaxError{fault.ByteOffset, problem(fault)}
	}
	fault, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(fault.Err, json.ErrUnknownName):
		return fmt.Errorf("unknown field %s", path(fault.JSONPointer))
	case fault.Err != nil:
		return fmt.Errorf("%s has an invalid value", path(fault.JSONPointer))
	}
	return fmt.Errorf("%s must not be %s", path(fault.JSONPointer), kinds[fault.JSONKind])
}

var kinds = map[jsontext.Kind]string{
	'n': "null", 't': "true", 'f': "false", '"': "a string", '0': "a number", '{': "an object", '[': "an array",
}

// problem describes a fault.
func problem(fault *jsontext.SyntacticError) string {
	at := fault.JSONPointer
	switch message := fault.Err.Error(); {
	case errors.Is(fault.Err, jsontext.ErrDuplicateName) && at.Parent() == "":
		return fmt.Sprintf("the name %q appears twice in the object: keep one", at.LastToken())
	case errors.Is(fault.Err, jsontext.ErrDuplicateName):
		return fmt.Sprintf("the name %q appears twice in the object %s: keep one", at.LastToken(), path(at.Parent()))
	case errors.Is(fault.Err, io.ErrUnexpectedEOF):
		return "it ends too early"
	case message == "invalid UTF-8":
		return "it is not UTF-8 text"
	case strings.HasSuffix(message, "after top-level value"):
		return "text after the JSON value"
	case strings.HasPrefix(message, "invalid surrogate pair"):
		return "half of a surrogate pair"
	case strings.HasPrefix(message, "invalid escape sequence"):
		return "invalid escape sequence"
	default:
		return message
	}
}

// path writes a JSON pointer as people write fields: predictions.0.risk_score.
func path(pointer jsontext.Pointer) string {
	var names []string
	for name := range pointer.Tokens() {
		names = append(names, name)
	}
	if len(names) == 0 {
		return "the value"
	}
	return fmt.Sprintf("%q", strings.Join(names, "."))
}
