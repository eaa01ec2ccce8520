package syntax

// MarkFree marks the variables that nothing in the expression binds, such as the names of functions, so that an evaluation need not
// look for them among the others. What $eval evaluates may bind any.
func MarkFree(root *Node) {
	bound := map[string]bool{"$": true} // the input
	evaluates := false
	Walk(root, func(n *Node) {
		switch n.Kind {
		case Variable:
			evaluates = evaluates || n.Text == "eval"
		case Bind:
			bound[n.Text] = true
		case Lambda:
			for _, name := range n.Params {
				bound[name] = true
			}
		}
		bound[n.Focus], bound[n.Index] = true, true
		for _, stage := range n.Stages {
			bound[stage.Index] = true
		}
	})
	if evaluates {
		return
	}
	Walk(root, func(n *Node) { n.Free = n.Kind == Variable && n.Text != "" && !bound[n.Text] })
}
