package api

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

// maxDepth is the deepest nesting of a request. No request of the API comes near it.
const maxDepth = 32

// Decode reads a request into a struct and checks its members. Members that the struct does not have are ignored, as AWS does. An empty
// body is an empty object.
func Decode(body []byte, into any) *Error {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	if !utf8.Valid(body) || !json.Valid(body) {
		return &Error{Code: CodeSerialization}
	}
	target := reflect.ValueOf(into).Elem()
	d := decoder{}
	if err := d.structure(body, target, 0); err != nil {
		return err
	}
	return check(target, d)
}

// decoder holds the addresses of the texts that are present and empty: a field of type string cannot tell.
type decoder map[uintptr]bool

// value reads one JSON value.
func (d decoder) value(raw json.RawMessage, into reflect.Value, depth int) *Error {
	if depth > maxDepth {
		return &Error{Code: CodeSerialization}
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch into.Kind() {
	case reflect.Struct:
		return d.structure(raw, into, depth)
	case reflect.Slice:
		return d.list(raw, into, depth)
	case reflect.String:
		return d.text(raw, into)
	case reflect.Bool:
		return decodeFlag(raw, into)
	case reflect.Int64, reflect.Float64:
		return decodeNumber(raw, into)
	}
	panic("api: a request has a member of type " + into.Type().String()) // Every call of the operation fails, in tests, too.
}

func (d decoder) structure(raw json.RawMessage, into reflect.Value, depth int) *Error {
	if kindOf(raw) != '{' {
		return serialization(raw, "structure")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return &Error{Code: CodeSerialization}
	}
	for i := range into.NumField() {
		name := nameOf(into.Type().Field(i))
		value, ok := members[name]
		if !ok || kindOf(value) == 'n' {
			continue
		}
		if err := d.value(value, into.Field(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// nameOf returns the name of a member.
func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

func (d decoder) list(raw json.RawMessage, into reflect.Value, depth int) *Error {
	var elements []json.RawMessage
	if kindOf(raw) != '[' || json.Unmarshal(raw, &elements) != nil {
		return serialization(raw, "list")
	}
	list := reflect.MakeSlice(into.Type(), len(elements), len(elements)) // An empty list is not nil: it is present.
	n := 0
	for _, element := range elements {
		if kindOf(element) == 'n' {
			continue
		}
		if err := d.value(element, list.Index(n), depth+1); err != nil {
			return err
		}
		n++
	}
	into.Set(list.Slice(0, n))
	return nil
}

func (d decoder) text(raw json.RawMessage, into reflect.Value) *Error {
	var text string
	if kindOf(raw) != '"' || json.Unmarshal(raw, &text) != nil {
		return serialization(raw, "String")
	}
	into.SetString(text)
	if text == "" {
		d[into.Addr().Pointer()] = true
	}
	return nil
}

func decodeFlag(raw json.RawMessage, into reflect.Value) *Error {
	switch kindOf(raw) {
	case 't':
		into.SetBool(true)
	case 'f':
		into.SetBool(false)
	default:
		return serialization(raw, "Boolean")
	}
	return nil
}

func decodeNumber(raw json.RawMessage, into reflect.Value) *Error {
	var n float64
	if kindOf(raw) != '0' || json.Unmarshal(raw, &n) != nil {
		return serialization(raw, "Number")
	}
	if into.Kind() == reflect.Float64 {
		into.SetFloat(n)
		return nil
	}
	if math.Abs(n) > math.MaxInt32 {
		n = math.Copysign(math.MaxInt32, n)
	}
	into.SetInt(int64(n)) // AWS drops the fraction.
	return nil
}

// kindOf returns the first byte of a JSON value, and '0' for every number.
func kindOf(raw json.RawMessage) byte {
	text := strings.TrimLeft(string(raw[:min(len(raw), 64)]), " \t\r\n")
	switch {
	case text == "":
		return 0
	case text[0] == '-' || text[0] >= '0' && text[0] <= '9':
		return '0'
	}
	return text[0]
}

// serialization is the error of a JSON value of the wrong type.
func serialization(raw json.RawMessage, wanted string) *Error {
	switch got := kindOf(raw); {
	case got == '{':
		return Errorf(CodeSerialization, "Start of structure or map found where not expected.")
	case got == '[':
		return Errorf(CodeSerialization, "Start of list found where not expected.")
	case wanted == "structure":
		return Errorf(CodeSerialization, "Expected structure or null")
	case wanted == "list":
		return Errorf(CodeSerialization, "Expected list or null")
	default:
		token := map[byte]string{'"': "STRING_VALUE", 't': "TRUE_VALUE", 'f': "FALSE_VALUE"}[got]
		if token == "" {
			token = "NUMBER_VALUE"
		}
		return Errorf(CodeSerialization, "%s can not be converted to a %s", token, wanted)
	}
}
