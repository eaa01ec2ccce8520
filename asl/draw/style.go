package draw

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

const (
	ink     = "#1f2328" // text
	faint   = "#59636e" // captions and unreached states; contrast at least 4.5:1 on every fill
	line    = "#8c959f"
	travel  = "#0550ae"
	failure = "#b42318"
	idle    = "#c4cad1" // unreached borders and edges
)

// Graphviz knows the width of text in Helvetica. Arial and Liberation Sans have the same widths.
const (
	layoutFont = "Helvetica"
	fonts      = "Helvetica,Arial,'Liberation Sans',sans-serif"
)

const graphStyle = `graph [rankdir=TB, compound=true, nodesep=0.45, ranksep=0.42, pad=0.15, bgcolor=transparent, fontname="` + layoutFont + `"]
node [shape=box, style="rounded,filled", penwidth=1.2, margin="0.16,0.08", fontname="` + layoutFont + `", fontsize=12, fontcolor="` + ink + `"]
edge [arrowsize=0.7, penwidth=1.2, color="` + line + `", fontname="` + layoutFont + `", fontsize=10, fontcolor="` + faint + `"]
`

// look is the style of a type of state.
type look struct{ fill, border, shape string }

var looks = map[string]look{
	"Task":     {"#eaf2fc", "#0550ae", "box"},
	"Choice":   {"#fff6e0", "#8a5a00", "hexagon"},
	"Wait":     {"#f3eefd", "#6639ba", "box"},
	"Pass":     {"#f3f5f7", "#59636e", "box"},
	"Succeed":  {"#e7f6ec", "#116329", "box"},
	"Fail":     {"#fdecea", failure, "box"},
	"Map":      {"#f3fafb", "#0b6b7a", "box"},
	"Parallel": {"#fbf3f9", "#8f2d6b", "box"},
}

func lookOf(fields map[string]any) look {
	kind, _ := fields["Type"].(string)
	if l, ok := looks[kind]; ok {
		return l
	}
	return looks["Pass"]
}

// quote returns a text as a DOT string.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// node writes a state: its type in small letters, its name and its counts.
func (g *graph) node(name string, fields map[string]any) {
	l, count := g.lookAt(name, fields)
	width := "1.2"
	if count.Failed > 0 {
		width = "2.4"
	}
	margin := "0.16,0.06"
	if l.shape == "hexagon" {
		margin = "0,0"
	}
	fmt.Fprintf(g, "%s [label=<%s>, shape=%s, margin=%q, fillcolor=%q, color=%q, penwidth=%s]\n",
		quote(name), g.label(name, fields, "CENTER"), l.shape, margin, l.fill, l.border, width)
}

// lookAt returns the state's look with the overlay, and its count.
func (g *graph) lookAt(name string, fields map[string]any) (look, Count) {
	l := lookOf(fields)
	if g.overlay == nil {
		return l, Count{}
	}
	count := g.overlay.States[name]
	switch {
	case count.Failed > 0:
		l.border = failure
	case count.Entered == 0:
		l.fill, l.border = "#ffffff", idle
	}
	return l, count
}

// label returns a table with one column: type, name, counts. align is the alignment of its rows.
func (g *graph) label(name string, fields map[string]any, align string) string {
	var b strings.Builder
	row := func(size int, color, format, text string) {
		fmt.Fprintf(&b, `<TR><TD ALIGN="`+align+`"><FONT POINT-SIZE="%d" COLOR="%s">`+format+`</FONT></TD></TR>`, size, color, html.EscapeString(text))
	}
	b.WriteString(`<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">`)
	color := ink
	if g.overlay != nil && g.overlay.States[name].Entered == 0 {
		color = faint
	}
	row(9, faint, "%s", caption(fields))
	row(13, color, "<B>%s</B>", name)
	if g.overlay != nil {
		count := g.overlay.States[name]
		row(10, color, "%s", visits(count))
		if count.Failed > 0 {
			row(10, failure, "<B>%s</B>", strconv.Itoa(count.Failed)+" failed")
		}
	}
	b.WriteString(`</TABLE>`)
	return b.String()
}

// caption returns the state's type and, for a task, the call.
func caption(fields map[string]any) string {
	kind, _ := fields["Type"].(string)
	if resource, ok := fields["Resource"].(string); ok && kind == "Task" {
		return kind + " · " + integration(resource)
	}
	if processor, ok := fields["ItemProcessor"].(map[string]any); ok && kind == "Map" {
		if config, ok := processor["ProcessorConfig"].(map[string]any); ok && config["Mode"] == "DISTRIBUTED" {
			return "Distributed Map"
		}
	}
	return kind
}

// integration shortens a task's resource. arn:aws:states:::sns:publish becomes sns:publish, and a function's ARN becomes its name.
func integration(resource string) string {
	if _, service, ok := strings.Cut(resource, ":states:::"); ok {
		return strings.TrimPrefix(service, "aws-sdk:")
	}
	if _, function, ok := strings.Cut(resource, ":function:"); ok {
		return "lambda:" + function
	}
	return shorten(resource)
}

func (g *graph) openCluster(id, name string, fields map[string]any) {
	l, count := g.lookAt(name, fields)
	width := "1.2"
	if count.Failed > 0 {
		width = "2.4"
	}
	fmt.Fprintf(g, "subgraph %s {\nlabel=<%s>; labeljust=l; margin=14; style=\"rounded,filled\"; fillcolor=%q; color=%q; penwidth=%s\n",
		quote(id), g.label(name, fields, "LEFT"), l.fill, l.border, width)
}

// pointNode writes the start point of a state machine, or its end point, which has a second ring.
func (g *graph) pointNode(name string, rings int) {
	fmt.Fprintf(g, "%s [shape=point, width=0.11, peripheries=%d, color=%q]\n", quote(name), rings, faint)
}

// missing writes a node for a state that a transition names but that does not exist.
func (g *graph) missing(name string) {
	fmt.Fprintf(g, "%s [label=%s, style=\"rounded,dashed\", color=%q, fontcolor=%q]\n", quote(name), quote(name+"\nis missing"), failure, failure)
}

// edge writes a transition. It starts or ends at the frame of a cluster.
func (g *graph) edge(t transition) {
	var attributes []string
	set := func(format string, values ...any) { attributes = append(attributes, fmt.Sprintf(format, values...)) }
	tail, head, label := t.from, t.to, t.label
	if c, ok := g.clusters[tail]; ok {
		tail = c.end
		set("ltail=%s", quote(c.id))
	}
	if c, ok := g.clusters[head]; ok {
		head = c.start
		set("lhead=%s", quote(c.id))
	}
	if t.kind == catch {
		set("style=dashed")
	}
	if g.overlay != nil {
		taken := g.taken(t)
		if taken == 0 {
			set("color=%q", idle)
		} else {
			set("penwidth=%.1f, arrowsize=0.6, color=%q, fontcolor=%q", penWidth(taken, g.overlay.most()), travel, ink)
		}
		if taken > 0 && t.kind != entering && t.kind != leaving {
			label = strings.TrimSpace(label + "\n" + strconv.Itoa(taken))
		}
	}
	if label != "" {
		set("label=%s", quote("  "+strings.ReplaceAll(label, "\n", "\n  ")+"  "))
	}
	fmt.Fprintf(g, "%s -> %s [%s]\n", quote(tail), quote(head), strings.Join(attributes, ", "))
}

// below keeps a point without incoming edges at the bottom of its frame.
func (g *graph) below(name, point string) {
	if c, ok := g.clusters[name]; ok {
		name = c.end
	}
	fmt.Fprintf(g, "%s -> %s [style=invis]\n", quote(name), quote(point))
}
