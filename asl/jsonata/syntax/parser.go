package syntax

import "clinical-risk-pipeline/asl/jsonata/fault"

// maxNesting is the deepest nesting of an expression's text that Parse reads.
const maxNesting = 2_000

// parser is an operator precedence parser: an operator takes the operand on its left and reads those on its right that bind tighter.
type parser struct {
	lexer   lexer
	token   token
	nesting int
	labels  int
	first   *fault.Fault // the first fault that is not of the grammar; it counts if the grammar is right
}

// Parse parses an expression. A fault is a *fault.Fault.
func Parse(source string) (root *Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			var ok bool
			if err, ok = p.(*fault.Fault); !ok {
				panic(p)
			}
			root = nil
		}
	}()
	p := &parser{lexer: lexer{source: source}}
	p.advance(false)
	root = p.expression(0)
	if p.token.kind != tokenEnd {
		panic(p.faultAt("S0201", p.token))
	}
	if root.Kind == Parent || len(root.seeking) > 0 {
		p.report(&fault.Fault{Code: "S0217", Position: root.Position, Token: "parent"})
	}
	if p.first != nil {
		return nil, p.first
	}
	return root, nil
}

func (p *parser) faultAt(code string, t token) *fault.Fault {
	f := &fault.Fault{Code: code, Position: t.position, Token: t.text}
	if t.kind == tokenLiteral {
		if f.Literal = t.value; t.value == nil {
			f.Literal = fault.Bare("null")
		}
	}
	return f
}

// report notes a fault that is not of the grammar.
func (p *parser) report(f *fault.Fault) {
	if p.first == nil {
		p.first = f
	}
}

// advance reads the next token. afterOperand tells that an operator may follow.
func (p *parser) advance(afterOperand bool) {
	p.token = p.lexer.next(afterOperand)
	if p.token.is("!") || p.token.is("~") {
		panic(p.faultAt("S0204", p.token))
	}
}

// expect passes an operator.
func (p *parser) expect(operator string, afterOperand bool) {
	if !p.token.is(operator) {
		code := "S0202"
		if p.token.kind == tokenEnd {
			code = "S0203"
		}
		f := p.faultAt(code, p.token)
		f.Value = operator
		panic(f)
	}
	p.advance(afterOperand)
}

// accept passes an operator if it is next.
func (p *parser) accept(operator string) bool {
	if !p.token.is(operator) {
		return false
	}
	p.advance(false)
	return true
}

// bindings are the binding powers of operators after an operand.
var bindings = map[string]int{
	".": 75, "[": 80, "{": 70, "(": 80, "@": 80, "#": 80, "?": 20, "+": 50, "-": 50, "*": 60, "/": 60, "%": 60, "=": 40, "<": 40, ">": 40,
	"^": 40, ":=": 10, "!=": 40, "<=": 40, ">=": 40, "~>": 40, "and": 30, "or": 25, "in": 40, "&": 50,
}

func (p *parser) binding() int {
	if p.token.kind != tokenOperator {
		return 0
	}
	return bindings[p.token.text]
}

// expression reads an expression whose operators bind tighter than power.
func (p *parser) expression(power int) *Node {
	if p.nesting++; p.nesting > maxNesting {
		panic(&fault.Fault{Code: fault.Stopped, Position: p.lexer.position(), Text: "Stack overflow error: the expression is nested too deeply"})
	}
	defer func() { p.nesting-- }()
	t := p.token
	p.advance(true)
	left := p.prefix(t)
	for power < p.binding() {
		t := p.token
		p.advance(false)
		left = p.infix(t, left)
	}
	return left
}

// prefix makes the node of a token that starts an expression.
func (p *parser) prefix(t token) *Node {
	n := &Node{Position: t.position, Text: t.text}
	switch t.kind {
	case tokenEnd:
		panic(&fault.Fault{Code: "S0207", Position: t.position, Token: t.text})
	case tokenLiteral:
		n.Kind, n.Value = Literal, t.value
	case tokenRegex:
		n.Kind, n.Flags = Regex, t.flags
	case tokenVariable:
		n.Kind = Variable
	case tokenName:
		n.Kind = Name
		return pathOf(n)
	default:
		return p.prefixOperator(t, n)
	}
	return n
}

func (p *parser) prefixOperator(t token, n *Node) *Node {
	switch t.text {
	case "and", "or", "in":
		n.Kind = Name
		return pathOf(n)
	case "*":
		n.Kind = Wildcard
	case "**":
		n.Kind = Descendant
	case "%":
		n.Kind, n.Slot = Parent, p.newSlot()
	case "-":
		return p.negate(n)
	case "(":
		p.block(n)
	case "[":
		p.array(n)
	case "{":
		n.Kind, n.Pairs = Object, p.pairs()
		for _, pair := range n.Pairs {
			seek(n, pair.Key)
			seek(n, pair.Value)
		}
	case "|":
		p.transform(n)
	default:
		panic(p.faultAt("S0211", t))
	}
	return n
}

func pathOf(step *Node) *Node {
	return &Node{Kind: Path, Position: step.Position, Nodes: []*Node{step}}
}

func (p *parser) negate(n *Node) *Node {
	operand := p.expression(70)
	if v, ok := operand.Value.(float64); ok && operand.Kind == Literal {
		operand.Value = -v
		return operand
	}
	n.Kind, n.Left = Negate, operand
	seek(n, operand)
	return n
}

func (p *parser) block(n *Node) {
	n.Kind = Block
	for !p.token.is(")") {
		part := p.expression(0)
		n.Nodes = append(n.Nodes, part)
		seek(n, part)
		n.Cons = n.Cons || part.Cons || part.Kind == Path && part.Nodes[0].Cons
		if !p.accept(";") {
			break
		}
	}
	p.expect(")", true)
}

func (p *parser) array(n *Node) {
	n.Kind = Array
	for !p.token.is("]") {
		item := p.expression(0)
		if at := p.token.position; p.accept("..") {
			last := p.expression(0)
			item = &Node{Kind: Binary, Text: "..", Position: at, Left: item, Right: last}
			seek(item, item.Left)
			seek(item, last)
		}
		n.Nodes = append(n.Nodes, item)
		seek(n, item)
		if !p.accept(",") {
			break
		}
	}
	p.expect("]", true)
}

// pairs reads the rest of an object constructor or group-by.
func (p *parser) pairs() []Pair {
	var pairs []Pair
	for !p.token.is("}") {
		key := p.expression(0)
		p.expect(":", false)
		pairs = append(pairs, Pair{key, p.expression(0)})
		if !p.accept(",") {
			break
		}
	}
	p.expect("}", true)
	return pairs
}

func (p *parser) transform(n *Node) {
	n.Kind, n.Left = Transform, p.expression(0)
	p.expect("|", false)
	n.Right = p.expression(0)
	if p.accept(",") {
		n.Else = p.expression(0)
	}
	p.expect("|", false)
}
