package syntax

import "clinical-risk-pipeline/asl/jsonata/fault"

// infix makes the node of an operator after an operand.
func (p *parser) infix(t token, left *Node) *Node {
	switch t.text {
	case ".":
		return p.step(left, p.expression(75))
	case "[":
		return p.predicate(t, left)
	case "{":
		return p.group(t, left)
	case "(":
		return p.call(t, left)
	case "^":
		return p.order(t, left)
	case "@":
		return p.focus(t, left)
	case "#":
		return p.number(t, left)
	case ":=":
		return p.bind(t, left)
	case "?":
		return p.condition(t, left)
	case "~>":
		right := p.expression(bindings["~>"])
		return &Node{Kind: Apply, Position: t.position, Text: t.text, Left: left, Right: right, Keep: left.Keep || right.Keep}
	}
	n := &Node{Kind: Binary, Position: t.position, Text: t.text, Left: left, Right: p.expression(bindings[t.text])}
	seek(n, n.Left)
	seek(n, n.Right)
	return n
}

// predicate reads a filter or, if it is empty, [], which keeps an array of one value.
func (p *parser) predicate(t token, left *Node) *Node {
	if p.token.is("]") {
		p.advance(false)
		left.Keep = true
		if step := last(left); left.Kind == Path && step.Kind == Name && len(left.Nodes) == 1 {
			step.Keep, left.KeepSingleton = true, true
		}
		return left
	}
	step := last(left)
	filter := p.expression(0)
	p.expect("]", true)
	if step.Group != nil {
		p.report(&fault.Fault{Code: "S0209", Position: t.position})
	}
	for _, slot := range filter.seeking {
		p.answer(step, slot)
	}
	if filter.Kind == Parent {
		p.answer(step, filter.Slot)
	}
	if left.Kind == Path {
		step.Stages = append(step.Stages, Stage{Filter: filter})
	} else {
		left.Predicates = append(left.Predicates, filter)
	}
	return left
}

// answer connects a % in a predicate with the step that the predicate follows, or leaves it to the steps before.
func (p *parser) answer(step *Node, slot *Slot) {
	if slot.level == 1 {
		p.seekParent(step, slot)
	} else {
		slot.level--
	}
	if slot.level > 0 {
		step.seeking = append(step.seeking, slot)
	}
}

// last returns the last step of a path, or the node itself.
func last(n *Node) *Node {
	if n.Kind == Path {
		return n.Nodes[len(n.Nodes)-1]
	}
	return n
}

func (p *parser) group(t token, left *Node) *Node {
	group := &Node{Kind: Object, Position: t.position, Pairs: p.pairs()}
	if left.Group != nil {
		p.report(&fault.Fault{Code: "S0210", Position: t.position})
	}
	left.Group = group
	return left
}

func (p *parser) condition(t token, left *Node) *Node {
	n := &Node{Kind: Condition, Position: t.position, Left: left, Right: p.expression(0)}
	if p.accept(":") {
		n.Else = p.expression(0)
		seek(n, n.Else)
	}
	seek(n, n.Left)
	seek(n, n.Right)
	return n
}

func (p *parser) bind(t token, left *Node) *Node {
	if left.Kind != Variable || left.Predicates != nil || left.Group != nil {
		panic(&fault.Fault{Code: "S0212", Position: left.Position, Token: left.Text})
	}
	n := &Node{Kind: Bind, Position: t.position, Text: left.Text, Right: p.expression(bindings[":="] - 1)}
	seek(n, n.Right)
	return n
}

// variableAfter reads the variable that @ or # binds.
func (p *parser) variableAfter(t token) string {
	right := p.expression(bindings[t.text])
	if right.Kind != Variable {
		panic(&fault.Fault{Code: "S0214", Position: right.Position, Token: t.text})
	}
	return right.Text
}

func (p *parser) focus(t token, left *Node) *Node {
	name, step := p.variableAfter(t), last(left)
	if len(step.Stages)+len(step.Predicates) > 0 {
		p.report(&fault.Fault{Code: "S0215", Position: t.position})
	}
	if step.Kind == Sort {
		p.report(&fault.Fault{Code: "S0216", Position: t.position})
	}
	step.Focus, step.Tuple = name, true
	return left
}

func (p *parser) number(t token, left *Node) *Node {
	name := p.variableAfter(t)
	if left.Kind != Path {
		predicatesToStages(left)
		left = pathOf(left)
	}
	step := last(left)
	if len(step.Stages) == 0 {
		step.Index = name
	} else {
		step.Stages = append(step.Stages, Stage{Index: name})
	}
	step.Tuple = true
	return left
}

// predicatesToStages makes an expression a step.
func predicatesToStages(n *Node) {
	for _, predicate := range n.Predicates {
		n.Stages = append(n.Stages, Stage{Filter: predicate})
	}
	n.Predicates = nil
}

func (p *parser) order(t token, left *Node) *Node {
	p.expect("(", false)
	step := &Node{Kind: Sort, Position: t.position}
	for {
		term := Term{}
		if !p.accept("<") {
			term.Descending = p.accept(">")
		}
		term.Expression = p.expression(0)
		seek(step, term.Expression)
		step.Terms = append(step.Terms, term)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", false)
	if left.Kind != Path {
		left = pathOf(left)
	}
	left.Nodes = append(left.Nodes, step)
	p.resolve(left)
	return left
}
