// Package fault holds the faults of JSONata: their codes, their texts and the place where they happened.
package fault

import (
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// Fault is a fault in an expression or of its evaluation.
type Fault struct {
	// Code is JSONata's code, such as "T1006"; see https://docs.jsonata.org/. S is for syntax, T for types, D for values.
	Code string
	// Position is the offset in the expression after the token at fault, in UTF-16 units; 0 when unknown.
	Position int
	// Token is the token, operator or function at fault; "" when unknown.
	Token string
	// Value, Value2 and Index fill in the text; Index counts from 1.
	Value, Value2 any
	Index         int
	// Literal is the token when it is not a name: a number, true, false or null.
	Literal any
	// Text is the text of a fault that has its own: $error, $assert.
	Text string
}

// New returns a fault with a value for its text.
func New(code string, v any) *Fault { return &Fault{Code: code, Value: v} }

// Message returns the text with its values filled in.
func (f *Fault) Message() string {
	if f.Text != "" {
		return f.Text
	}
	text, ok := texts[f.Code]
	if !ok {
		return f.Code
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(f.field(name))
		text = after
	}
}

// field returns a value as the text shows it: as JSON, or bare for !token and !index.
func (f *Fault) field(name string) string {
	switch name {
	case "!token":
		return f.Token
	case "token":
		if f.Literal != nil {
			return encode(f.Literal)
		}
		if f.Token == "" {
			return "undefined" // a function without a name
		}
		return value.Encode(f.Token)
	case "index":
		return strconv.Itoa(f.Index)
	case "value2":
		return encode(f.Value2)
	}
	return encode(f.Value)
}

// Bare is a part of a text that is not shown as JSON.
type Bare string

func encode(v any) string {
	if bare, ok := v.(Bare); ok {
		return string(bare)
	}
	return value.Encode(v)
}

// Error returns code and message: "T1006: Attempted to invoke a non-function".
func (f *Fault) Error() string {
	if f.Code == "" {
		return f.Message()
	}
	return f.Code + ": " + f.Message()
}
