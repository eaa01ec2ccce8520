package jsonata

// node is a node of the library's syntax tree: "type", "value" and what belongs to the type, see processAST in jsonata.js.
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

// list returns the nodes that an array member holds.
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
