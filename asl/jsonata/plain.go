package jsonata

// Most expressions of a state machine are plain: $states.input.risk > 0.75. They are evaluated in Go, a hundred times faster
// than in the interpreter, which no value then needs to enter. A plain evaluation covers only what it is certain of. In any
// other case, for every error, and when it has spent half of the budget of steps, it gives up, and the library evaluates the
// whole expression: evaluation has no effects that could happen twice. TestPlainAgreesWithTheLibrary and FuzzPlain hold the two to
// the same results.

// plain evaluates a node. ok is false when the library must decide. The value is undefined{} for JSONata's undefined.
type plain func(f *frame) (value any, ok bool)

type undefined struct{}

// What a node of a plain expression may hold: a group-by, a sequence flag, a signature or the like is not plain. Predicates are
// looked for where they can be.
var plainKeys = map[string]bool{
	"type": true, "value": true, "position": true, "steps": true, "lhs": true, "rhs": true, "expression": true, "expressions": true,
	"condition": true, "then": true, "else": true, "procedure": true, "arguments": true, "body": true, "thunk": true,
}

// compiler makes plain evaluations of nodes.
type compiler struct {
	bound   map[string]bool // the names that the expression binds itself, anywhere
	context bool            // there is a value that unqualified names refer to: within a predicate
}

// compilePlain returns nil for an expression that is not plain.
func compilePlain(root node) plain {
	c := &compiler{bound: map[string]bool{}}
	c.findBound(root)
	evaluate, steps := c.compile(root), root.count()
	if evaluate == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		if !f.spend(steps) {
			return nil, false
		}
		return evaluate(f)
	}
}

func (c *compiler) compile(n node) plain {
	if n.kind() != "variable" && !n.hasOnly(plainKeys) {
		return nil
	}
	switch n.kind() {
	case "variable":
		return c.variable(n)
	case "string", "number", "value":
		value := n["value"]
		return func(*frame) (any, bool) { return value, true }
	case "path":
		return c.path(n.list("steps"))
	case "binary":
		return c.binary(n)
	case "unary":
		return c.unary(n)
	case "condition":
		return c.condition(n)
	case "block":
		return c.block(n.list("expressions"))
	case "function":
		return c.call(n)
	case "lambda":
		return c.tailCall(n)
	}
	return nil
}

// inherited are the names that every JavaScript object answers to.
var inherited = map[string]bool{
	"constructor": true, "hasOwnProperty": true, "isPrototypeOf": true, "propertyIsEnumerable": true, "toLocaleString": true,
	"toString": true, "valueOf": true, "__proto__": true, "__defineGetter__": true, "__defineSetter__": true,
	"__lookupGetter__": true, "__lookupSetter__": true,
}

func (c *compiler) condition(n node) plain {
	condition, then := c.compile(n.child("condition")), c.compile(n.child("then"))
	otherwise := func(*frame) (any, bool) { return undefined{}, true }
	if n.has("else") {
		otherwise = c.compile(n.child("else"))
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

func (c *compiler) unary(n node) plain {
	switch n.text("value") {
	case "[":
		return c.array(n)
	case "{":
		return c.object(n)
	}
	operand := c.compile(n.child("expression"))
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
