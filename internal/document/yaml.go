package document

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// YAML reads a file of one YAML document, and returns all faults of its form. Parts with a fault are [Refused].
func YAML(source []byte) (*Node, []Fault) {
	var f faults
	root := f.tree(source)
	return root, f
}

// faults collects what is wrong.
type faults []Fault

func (f *faults) add(line int, field, problem string) { *f = append(*f, Fault{line, field, problem}) }

// tree reads the document.
func (f *faults) tree(source []byte) *Node {
	file, err := parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, problem := 1, err.Error()
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			line, problem = syntax.GetToken().Position.Line, syntax.GetMessage()
		}
		f.add(line, "", "is not YAML: "+problem)
		return &Node{Line: 1}
	}
	var bodies []ast.Node
	for _, document := range file.Docs {
		if document.Body != nil {
			bodies = append(bodies, document.Body)
		}
	}
	if len(bodies) != 1 {
		f.add(1, "", fmt.Sprintf("must have one document, got %d", len(bodies)))
		return &Node{Line: 1}
	}
	return f.node(bodies[0], "")
}

// node reads a value. at is its field.
func (f *faults) node(n ast.Node, at string) *Node {
	read := &Node{Line: line(n)}
	switch n := n.(type) {
	case *ast.MappingNode:
		f.object(read, n.Values, at)
	case *ast.MappingValueNode:
		f.object(read, []*ast.MappingValueNode{n}, at)
	case *ast.SequenceNode:
		read.Kind = List
		for i, item := range n.Values {
			read.Items = append(read.Items, f.node(item, fmt.Sprintf("%s[%d]", at, i)))
		}
	case *ast.StringNode:
		read.Kind, read.Text = Text, n.Value
	case *ast.LiteralNode:
		read.Kind, read.Text = Text, n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode:
		read.Kind, read.Text = Number, n.GetToken().Value
	case *ast.BoolNode:
		read.Kind, read.Text = Boolean, strconv.FormatBool(n.Value)
	case *ast.NullNode:
		read.Kind = Null
	default:
		f.add(read.Line, at, fmt.Sprintf("must be a plain value, got %s: write the value out", describe(n)))
	}
	return read
}

// object reads the fields of an object.
func (f *faults) object(read *Node, values []*ast.MappingValueNode, at string) {
	read.Kind, read.Fields = Object, map[string]*Node{}
	first := map[string]int{}
	for _, value := range values {
		key, ok := value.Key.(*ast.StringNode)
		if !ok {
			f.add(line(value.Key), at, fmt.Sprintf("must have names of fields, got %s", describe(value.Key)))
			continue
		}
		field := Join(at, key.Value)
		read.Line = min(read.Line, line(key))
		if earlier, twice := first[key.Value]; twice {
			f.add(line(key), field, fmt.Sprintf("occurs twice, first on line %d: keep one", earlier))
			continue
		}
		first[key.Value] = line(key)
		read.Fields[key.Value] = f.node(value.Value, field)
		read.Names = append(read.Names, Name{key.Value, line(key)})
	}
}

// line returns the line of a node, from 1.
func line(n ast.Node) int {
	if token := n.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 1
}

// describe names what YAML can do and this package does not take.
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
