package syntax

// Walk calls visit for the node and for every node below it, in the order of the text.
func Walk(n *Node, visit func(*Node)) {
	if n == nil {
		return
	}
	visit(n)
	Walk(n.Left, visit)
	for _, child := range n.Nodes {
		Walk(child, visit)
	}
	for _, pair := range n.Pairs {
		Walk(pair.Key, visit)
		Walk(pair.Value, visit)
	}
	for _, term := range n.Terms {
		Walk(term.Expression, visit)
	}
	Walk(n.Right, visit)
	Walk(n.Else, visit)
	for _, predicate := range n.Predicates {
		Walk(predicate, visit)
	}
	for _, stage := range n.Stages {
		Walk(stage.Filter, visit)
	}
	Walk(n.Group, visit)
}
