package trial

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// kind is what a value of a file is.
type kind string

const (
	text    kind = "text"
	number  kind = "number"
	boolean kind = "boolean"
	null    kind = "nothing"
	list    kind = "list"
	object  kind = "object"
	refused kind = "" // has a fault already
)

// node is a value of a file, with its place.
type node struct {
	kind   kind
	text   string // of a text, and as written of a number or boolean
	items  []*node
	fields map[string]*node
	names  []name // of fields, in the order of the file
	line   int
}

// name is a field's name, with its place.
type name struct {
	text string
	line int
}

// tree reads a file of one YAML document. It adds the faults of its form, such as a field that occurs twice.
func (f *faults) tree(source []byte) *node {
	file, err := parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, problem := 1, err.Error()
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			line, problem = syntax.GetToken().Position.Line, syntax.GetMessage()
		}
		f.add(line, "", "is not YAML: "+problem)
		return &node{line: 1}
	}
	var bodies []ast.Node
	for _, document := range file.Docs {
		if document.Body != nil {
			bodies = append(bodies, document.Body)
		}
	}
	if len(bodies) != 1 {
		f.add(1, "", fmt.Sprintf("must have one document, got %d", len(bodies)))
		return &node{line: 1}
	}
	return f.node(bodies[0], "")
}

// node reads a value. at is its field.
func (f *faults) node(n ast.Node, at string) *node {
	read := &node{line: line(n)}
	switch n := n.(type) {
	case *ast.MappingNode:
		f.object(read, n.Values, at)
	case *ast.MappingValueNode:
		f.object(read, []*ast.MappingValueNode{n}, at)
	case *ast.SequenceNode:
		read.kind = list
		for i, item := range n.Values {
			read.items = append(read.items, f.node(item, fmt.Sprintf("%s[%d]", at, i)))
		}
	case *ast.StringNode:
		read.kind, read.text = text, n.Value
	case *ast.LiteralNode:
		read.kind, read.text = text, n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode:
		read.kind, read.text = number, n.GetToken().Value
	case *ast.BoolNode:
		read.kind, read.text = boolean, strconv.FormatBool(n.Value)
	case *ast.NullNode:
		read.kind = null
	default:
		f.add(read.line, at, fmt.Sprintf("must be a plain value, got %s: write the value out", describe(n)))
	}
	return read
}

// object reads the fields of an object.
func (f *faults) object(read *node, values []*ast.MappingValueNode, at string) {
	read.kind, read.fields = object, map[string]*node{}
	first := map[string]int{}
	for _, value := range values {
		key, ok := value.Key.(*ast.StringNode)
		if !ok {
			f.add(line(value.Key), at, fmt.Sprintf("must have names of fields, got %s", describe(value.Key)))
			continue
		}
		field := join(at, key.Value)
		read.line = min(read.line, line(key))
		if earlier, twice := first[key.Value]; twice {
			f.add(line(key), field, fmt.Sprintf("occurs twice, first on line %d: keep one", earlier))
			continue
		}
		first[key.Value] = line(key)
		read.fields[key.Value] = f.node(value.Value, field)
		read.names = append(read.names, name{key.Value, line(key)})
	}
}

// line returns the line of a node, from 1.
func line(n ast.Node) int {
	if token := n.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 1
}

// describe names what YAML can do and a trial's file may not.
func describe(n ast.Node) string {
	switch n.(type) {
	case *ast.AnchorNode:
		return "an anchor"
	case *ast.AliasNode:
		return "an alias"
	case *ast.TagNode:
		return "a tag"
	case *ast.MergeKeyNode:
		return "a merge"
	case *ast.IntegerNode, *ast.FloatNode:
		return "the number " + n.GetToken().Value
	}
	return strconv.Quote(n.GetToken().Value)
}
