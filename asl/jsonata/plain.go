package jsonata

// Most expressions of a state machine are plain, such as $states.input.risk > 0.75. They are evaluated in Go, a hundred times faster
// than in the interpreter, because no value has to enter it. A plain evaluation handles only the cases in which it knows the result.
// It gives up in all other cases, for every error, and after half of the budget of steps. Then the library evaluates the whole
// expression, which is safe because an evaluation has no side effects. TestPlainAgreesWithTheLibrary and FuzzPlain compare the two.

// plain evaluates a node. ok is false when the library must decide. The value is undefined{} for JSONata's undefined.
type plain func(f *frame) (value any, ok bool)

type undefined struct{}

// plainKeys lists the members that a node of a plain expression may have. A node with a group-by, a sequence flag, a signature or the
// like is not plain. The compiler handles predicates separately.
var plainKeys = map[string]bool{
	"type": true, "value": true, "position": true, "steps": true, "lhs": true, "rhs": true, "expression": true, "expressions": true,
	"condition": true, "then": true, "else": true, "procedure": true, "arguments": true, "body": true, "thunk": true,
}

// compiler compiles nodes into plain evaluations.
type compiler struct {
	bound   map[string]bool // the names that the expression binds anywhere
	context bool            // inside a predicate, where unqualified names refer to a value
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

// inherited lists the names that every JavaScript object has.
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

// truthOf is JSONata's $boolean for values other than arrays and objects. undefined is false.
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
