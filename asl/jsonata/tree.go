package jsonata

// node is a node of the library's syntax tree. It has "type", "value" and members that depend on the type; see processAST in jsonata.js.
type node map[string]any

func asNode(v any) node {
	n, _ := v.(map[string]any)
	return n
}

func (n node) kind() string          { return n.text("type") }
func (n node) child(key string) node { return asNode(n[key]) }

func (n node) text(key string) string {
	s, _ := n[key].(string)
	return s
}

func (n node) has(key string) bool {
	_, ok := n[key]
	return ok
}

// hasOnly reports whether the node has no other members.
func (n node) hasOnly(keys map[string]bool) bool {
	for key := range n {
		if !keys[key] {
			return false
		}
	}
	return true
}

// count returns the number of nodes in the tree, including this one.
func (n node) count() int { return countNodes(map[string]any(n)) }

func countNodes(v any) int {
	nodes := 0
	switch v := v.(type) {
	case map[string]any:
		nodes = 1
		for _, member := range v {
			nodes += countNodes(member)
		}
	case []any:
		for _, item := range v {
			nodes += countNodes(item)
		}
	}
	return nodes
}

// list returns the nodes in an array member.
func (n node) list(key string) []node {
	items, _ := n[key].([]any)
	nodes := make([]node, len(items))
	for i, item := range items {
		nodes[i] = asNode(item)
	}
	return nodes
}

// pairs returns the keys and values of an object constructor or of a group-by clause.
func (n node) pairs() [][2]node {
	items, _ := n["lhs"].([]any)
	var pairs [][2]node
	for _, item := range items {
		if pair, ok := item.([]any); ok && len(pair) == 2 {
			pairs = append(pairs, [2]node{asNode(pair[0]), asNode(pair[1])})
		}
	}
	return pairs
}
