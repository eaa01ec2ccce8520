package syntax

import (
	"errors"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/signature"
)

// call reads the arguments of a call, or the parameters and the body of a function.
func (p *parser) call(t token, left *Node) *Node {
	n := &Node{Kind: Call, Position: t.position, Text: "(", Left: left}
	for !p.token.is(")") {
		if at := p.token.position; p.token.is("?") {
			p.advance(true)
			n.Kind = Partial
			n.Nodes = append(n.Nodes, &Node{Kind: Placeholder, Position: at, Text: "?"})
		} else {
			n.Nodes = append(n.Nodes, p.expression(0))
		}
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", true)
	if step := last(left); left.Kind == Path && len(left.Nodes) == 1 && step.Kind == Name && (step.Text == "function" || step.Text == "λ") {
		return p.lambda(n)
	}
	for _, argument := range n.Nodes {
		seek(n, argument)
	}
	return n
}

func (p *parser) lambda(n *Node) *Node {
	lambda := &Node{Kind: Lambda, Position: n.Position}
	for i, argument := range n.Nodes {
		if argument.Kind != Variable {
			panic(&fault.Fault{Code: "S0208", Position: argument.Position, Token: argument.Text, Value: i + 1})
		}
		lambda.Params = append(lambda.Params, argument.Text)
	}
	if p.token.is("<") {
		lambda.Signature = p.signature()
	}
	p.expect("{", false)
	lambda.Right = tailCalls(p.expression(0))
	p.expect("}", false)
	return lambda
}

// signature reads the tokens between angle brackets.
func (p *parser) signature() *signature.Signature {
	at, text, depth := p.token.position, "<", 1
	for depth > 0 && !p.token.is("{") && p.token.kind != tokenEnd {
		p.advance(false)
		switch {
		case p.token.is(">"):
			depth--
		case p.token.is("<"):
			depth++
		}
		text += p.token.text
	}
	p.expect(">", false)
	s, err := signature.Parse(text)
	var bad *signature.Error
	if errors.As(err, &bad) {
		panic(&fault.Fault{Code: bad.Code, Position: at + bad.Offset, Value: bad.Value})
	}
	return s
}

// tailCalls turns each call whose result is the function's into one that the caller makes, so that a recursion needs no stack.
func tailCalls(n *Node) *Node {
	switch {
	case n.Kind == Call && len(n.Predicates) == 0:
		return &Node{Kind: Lambda, Tail: true, Position: n.Position, Right: n}
	case n.Kind == Condition:
		n.Right = tailCalls(n.Right)
		if n.Else != nil {
			n.Else = tailCalls(n.Else)
		}
	case n.Kind == Block && len(n.Nodes) > 0:
		n.Nodes[len(n.Nodes)-1] = tailCalls(n.Nodes[len(n.Nodes)-1])
	}
	return n
}
