package jsonata

import (
	"encoding/json"
	"math"
	"strconv"
)

// Most expressions of a state machine are plain: $states.input.risk > 0.75. They are evaluated in Go, a hundred times faster
// than in the interpreter, which no value then needs to enter. A plain evaluation covers only what it is certain of. In any
// other case, and for every error, it gives up, and the library evaluates the whole expression: evaluation has no effects
// that could happen twice. TestPlainAgreesWithTheLibrary and FuzzPlain hold the two to the same results.

// plain evaluates a node. ok is false when the library must decide. The value is undefined{} for JSONata's undefined.
type plain func(f *frame) (value any, ok bool)

type undefined struct{}

// frame holds the variables of an evaluation.
type frame struct {
	variables map[string]any
	builtin   map[string]bool
}

// What a node of a plain expression may hold: a predicate, a group-by, a sequence flag or the like is not plain.
var plainKeys = map[string]bool{
	"type": true, "value": true, "position": true, "steps": true, "lhs": true, "rhs": true, "expression": true, "expressions": true,
	"condition": true, "then": true, "else": true, "procedure": true, "arguments": true,
}

// compilePlain returns nil for what is not plain.
func compilePlain(n node) plain {
	for key := range n {
		if !plainKeys[key] {
			return nil
		}
	}
	switch n.kind() {
	case "string", "number", "value":
		value := n["value"]
		return func(*frame) (any, bool) { return value, true }
	case "variable":
		return plainVariable(n.text("value"))
	case "path":
		return plainPath(n.list("steps"))
	case "binary":
		return plainBinary(n)
	case "unary":
		return plainUnary(n)
	case "condition":
		return plainCondition(n)
	case "block":
		if expressions := n.list("expressions"); len(expressions) == 1 {
			return compilePlain(expressions[0])
		}
	case "function":
		return plainCall(n)
	}
	return nil
}

func plainVariable(name string) plain {
	if name == "" || name == "$" {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := f.variables[name]
		if !ok {
			return undefined{}, !f.builtin[name]
		}
		return value, true
	}
}

// inherited are the names that every JavaScript object answers to.
var inherited = map[string]bool{
	"constructor": true, "hasOwnProperty": true, "isPrototypeOf": true, "propertyIsEnumerable": true, "toLocaleString": true,
	"toString": true, "valueOf": true, "__proto__": true, "__defineGetter__": true, "__defineSetter__": true,
	"__lookupGetter__": true, "__lookupSetter__": true,
}

func plainCondition(n node) plain {
	condition, then := compilePlain(n.child("condition")), compilePlain(n.child("then"))
	otherwise := func(*frame) (any, bool) { return undefined{}, true }
	if n.has("else") {
		otherwise = compilePlain(n.child("else"))
	}
	if condition == nil || then == nil || otherwise == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := condition(f)
		if !ok {
			return nil, false
		}
		truth, ok := truthOf(value)
		if !ok {
			return nil, false
		}
		if truth {
			return then(f)
		}
		return otherwise(f)
	}
}

// truthOf is JSONata's $boolean for values other than arrays and objects; undefined counts as false.
func truthOf(value any) (truth, ok bool) {
	switch v := value.(type) {
	case nil, undefined:
		return false, true
	case bool:
		return v, true
	case string:
		return v != "", true
	case float64:
		return v != 0, true
	}
	return false, false
}

func plainUnary(n node) plain {
	switch n.text("value") {
	case "[":
		return plainArray(n)
	case "{":
		return plainObject(n)
	}
	operand := compilePlain(n.child("expression"))
	if operand == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		value, ok := operand(f)
		if number, isNumber := value.(float64); ok && isNumber {
			return 0 - number, true
		}
		return nil, false
	}
}

// plainArray builds [a, b]: arrays among the items are appended, unless they are array constructors themselves.
func plainArray(n node) plain {
	var items []plain
	var nested []bool
	for _, item := range n.list("expressions") {
		compiled := compilePlain(item)
		if compiled == nil {
			return nil
		}
		items, nested = append(items, compiled), append(nested, item.text("value") == "[")
	}
	return func(f *frame) (any, bool) {
		array := make([]any, 0, len(items))
		for i, item := range items {
			value, ok := item(f)
			if !ok {
				return nil, false
			}
			values, isArray := value.([]any)
			switch {
			case value == any(undefined{}):
			case isArray && !nested[i]:
				array = append(array, values...)
			default:
				array = append(array, value)
			}
		}
		return array, true
	}
}

// plainObject builds {"a": b}. Members that are undefined are left out.
func plainObject(n node) plain {
	members := map[string]plain{}
	for _, pair := range n.pairs() {
		key := pair[0].text("value")
		value := compilePlain(pair[1])
		if pair[0].kind() != "string" || value == nil || inherited[key] || members[key] != nil {
			return nil
		}
		members[key] = value
	}
	return func(f *frame) (any, bool) {
		object := make(map[string]any, len(members))
		for key, member := range members {
			value, ok := member(f)
			if !ok {
				return nil, false
			}
			if _, isUndefined := value.(undefined); !isUndefined {
				object[key] = value
			}
		}
		return object, true
	}
}

// textOf is JSONata's $string for scalars: numbers with 15 significant digits at most, in JavaScript's notation.
func textOf(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return v, true
	case float64:
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
		if abs := math.Abs(rounded); err != nil || abs >= 1e21 || abs < 1e-6 && abs != 0 {
			return "", false
		}
		return strconv.FormatFloat(rounded+0, 'f', -1, 64), true
	}
	return "", false
}

// parseJSON is JSON.parse for the text that both decoders take alike.
func parseJSON(text string) (value any, ok bool) {
	return value, json.Unmarshal([]byte(text), &value) == nil
}
