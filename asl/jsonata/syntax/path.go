package syntax

import (
	"strconv"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

// step joins two expressions by a dot.
func (p *parser) step(left, right *Node) *Node {
	path := left
	if left.Kind != Path {
		path = pathOf(left)
		if left.Kind == Parent {
			path.seeking = []*Slot{left.Slot}
		}
	}
	known := len(path.Nodes)
	if !path.checked {
		known, path.checked = 0, true
	}
	if right.Kind == Path {
		path.Nodes = append(path.Nodes, right.Nodes...)
	} else {
		predicatesToStages(right)
		path.Nodes = append(path.Nodes, right)
	}
	for _, step := range path.Nodes[known:] {
		p.checkStep(step)
		path.KeepSingleton = path.KeepSingleton || step.Keep
	}
	for _, end := range []*Node{path.Nodes[0], path.Nodes[len(path.Nodes)-1]} {
		if end.Kind == Array {
			end.Cons = true
		}
	}
	p.resolve(path)
	return path
}

// checkStep turns a text into a name. Other literals cannot be steps.
func (p *parser) checkStep(step *Node) {
	if step.Kind != Literal {
		return
	}
	if text, ok := step.Value.(string); ok {
		step.Kind, step.Text = Name, text
		return
	}
	p.report(&fault.Fault{Code: "S0213", Position: step.Position, Value: step.Value})
}

func (p *parser) newSlot() *Slot {
	p.labels++
	return &Slot{Label: "!" + strconv.Itoa(p.labels), level: 1}
}

// seek notes on a node the parents that one of its operands seeks.
func seek(n, operand *Node) {
	n.seeking = append(n.seeking, operand.seeking...)
	if operand.Kind == Parent {
		n.seeking = append(n.seeking, operand.Slot)
	}
}

// resolve connects the parents that the last step of a path seeks with the steps before it.
func (p *parser) resolve(path *Node) {
	end := last(path)
	slots := end.seeking
	if end.Kind == Parent {
		slots = append(slots[:len(slots):len(slots)], end.Slot)
	}
	for _, slot := range slots {
		at := len(path.Nodes) - 2
		for slot.level > 0 {
			if at < 0 {
				path.seeking = append(path.seeking, slot)
				break
			}
			step := path.Nodes[at]
			at--
			for at >= 0 && step.Focus != "" && path.Nodes[at].Focus != "" { // steps that keep the context count as one
				step = path.Nodes[at]
				at--
			}
			p.seekParent(step, slot)
		}
	}
}

// seekParent marks the step whose input the slot means, if it is this one or inside it.
func (p *parser) seekParent(n *Node, slot *Slot) {
	switch n.Kind {
	case Name, Wildcard:
		if slot.level--; slot.level == 0 {
			if n.Ancestor != nil {
				slot.same = n.Ancestor
			} else {
				n.Ancestor = slot
			}
			n.Tuple = true
		}
	case Parent:
		slot.level++
	case Block:
		if len(n.Nodes) > 0 {
			n.Tuple = true
			p.seekParent(n.Nodes[len(n.Nodes)-1], slot)
		}
	case Path:
		n.Tuple = true
		at := len(n.Nodes) - 1
		p.seekParent(n.Nodes[at], slot)
		for at--; slot.level > 0 && at >= 0; at-- {
			p.seekParent(n.Nodes[at], slot)
		}
	default:
		slot.level = 0
		p.report(&fault.Fault{Code: "S0217", Position: n.Position, Token: "parent"})
	}
}
