package syntax_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
)

// outline renders a tree so that its shape can be compared.
func outline(n *syntax.Node) string {
	if n == nil {
		return ""
	}
	list := func(nodes []*syntax.Node) string {
		parts := make([]string, len(nodes))
		for i, part := range nodes {
			parts[i] = outline(part)
		}
		return strings.Join(parts, " ")
	}
	text := ""
	switch n.Kind {
	case syntax.Literal:
		text = fmt.Sprintf("%v", n.Value)
	case syntax.Path:
		text = "path(" + list(n.Nodes) + ")"
	case syntax.Name:
		text = n.Text
	case syntax.Variable:
		text = "$" + n.Text
	case syntax.Parent:
		text = "%" + n.Slot.Name()
	case syntax.Binary, syntax.Apply:
		text = "(" + outline(n.Left) + n.Text + outline(n.Right) + ")"
	case syntax.Block:
		text = "block(" + list(n.Nodes) + ")"
	case syntax.Call:
		text = "call(" + outline(n.Left) + ": " + list(n.Nodes) + ")"
	case syntax.Lambda:
		text = "lambda(" + strings.Join(n.Params, ",") + ": " + outline(n.Right) + ")"
		if n.Tail {
			text = "tail(" + outline(n.Right) + ")"
		}
	case syntax.Condition:
		text = outline(n.Left) + "?" + outline(n.Right) + ":" + outline(n.Else)
	default:
		text = fmt.Sprint("kind", n.Kind, outline(n.Left))
	}
	for _, predicate := range n.Predicates {
		text += "[" + outline(predicate) + "]"
	}
	for _, stage := range n.Stages {
		text += "{" + outline(stage.Filter) + stage.Index + "}"
	}
	if n.Ancestor != nil {
		text += "^" + n.Ancestor.Name()
	}
	if n.Focus+n.Index != "" {
		text += "@" + n.Focus + "#" + n.Index
	}
	return text
}

func TestParse(t *testing.T) {
	for _, row := range []struct{ why, source, want string }{
		{"a name is a path of one step", `a`, `path(a)`},
		{"steps are a list", `a.b.c`, `path(a b c)`},
		{"a text is a name as a step", `a."b c"`, `path(a b c)`},
		{"precedence", `1 + 2 * 3 = 7 and $x or $y`, `((((1+(2*3))=7)and$x)or$y)`},
		{"from left to right", `1 - 2 - 3`, `((1-2)-3)`},
		{"a predicate of a step", `a.b[0].c`, `path(a b{0} c)`},
		{"a predicate of an expression", `$x[0]`, `$x[0]`},
		{"a predicate of an expression after a dot", `a.$x[0]`, `path(a $x{0})`},
		{"a minus joins its number", `-1`, `-1`},
		{"bindings", `a@$x.b#$i`, `path(a@x# b@#i)`},
		{"an index after a predicate", `a[0]#$i`, `path(a{0}{i})`},
		{"the parent is the input of the step before", `a.b.%.c`, `path(a b^!1 %!1 c)`},
		{"two parents of the same step have one name", `a.b.(%.x + %.y)`, `path(a b^!1 block((path(%!1 x)+path(%!1 y))))`},
		{"the parent of the parent", `a.b.c.(%.%.x)`, `path(a b^!2 c^!1 block(path(%!1 %!2 x)))`},
		{"a tail call", `function($n){$n ? $f($n) : 1 + $f(1)}`, `lambda(n: $n?tail(call($f: $n)):(1+call($f: 1)))`},
		{"a slash divides after an operand", `a/b/c`, `((path(a)/path(b))/path(c))`},
		{"words are names where a name must be", `and and or`, `(path(and)andpath(or))`},
		{"comments", `/* a */ 1 /* b */`, `1`},
		{"an arrow", `$a ~> $f(1)`, `($a~>call($f: 1))`},
	} {
		root, err := syntax.Parse(row.source)
		if err != nil {
			t.Errorf("%s: %v", row.why, err)
			continue
		}
		if got := outline(root); got != row.want {
			t.Errorf("%s: %s\n got  %s\n want %s", row.why, row.source, got, row.want)
		}
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	for _, source := range []string{strings.Repeat("(", 1e6), strings.Repeat("-", 1e6), strings.Repeat("[", 1e6), strings.Repeat("a.(", 1e5), strings.Repeat("$f(", 1e5)} {
		_, err := syntax.Parse(source)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != fault.Stopped {
			t.Errorf("%.3s…: error %v", source, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`a.b[c = 1]{d: e}^(>f)`, `function($a)<n-:n>{$a}(1)`, `|a|{"b": %.c}, ["d"]|`, `"\u00e9" & 'x' & ` + "`y`", `/[a/]b(c)\/d/im`, `a@$b#$c.%`, `[1..2, -3e-4]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		root, err := syntax.Parse(source)
		var fault *fault.Fault
		if err != nil && (!errors.As(err, &fault) || root != nil || fault.Code == "" || fault.Position < 0) {
			t.Fatalf("error %v, root %v", err, root)
		}
		syntax.Walk(root, func(n *syntax.Node) {
			if n.Kind == 0 || n.Position < 0 {
				t.Fatalf("%+v", n)
			}
		})
	})
}
