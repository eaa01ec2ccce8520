package jsonata

// node is a node of the library's syntax tree.
type node = map[string]any

func readNode(tree any) node {
	n, _ := tree.(node)
	return n
}

// Variables says what an expression refers to.
type Variables struct {
	// Free are the variables that the expression uses and does not bind, without the $, sorted: "states" and those of the
	// state machine.
	Free []string
}
