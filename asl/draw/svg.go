package draw

import (
	"bytes"
	"clinical-risk-pipeline/asl/value"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/draw/internal/layout"
)

// Distances in points.
const (
	padX, padY = 12.0, 5.0 // between a box and its text
	slant      = 16.0      // of the sides of a hexagon
	framePad   = 14.0      // between a frame and its scene
	margin     = 11.0      // around the drawing
)

// node returns the size of a box for its arrangement. It arranges the scene of a frame first.
func (b *box) node() layout.Node {
	width, height := extent(b.rows)
	n := layout.Node{Width: width + 2*padX, Height: height + 2*padY}
	n.Axis, n.Ports = n.Width/2, 0.3*n.Width
	switch b.shape {
	case dot:
		return layout.Node{Width: 8, Height: 8, Axis: 4}
	case ring:
		return layout.Node{Width: 14, Height: 14, Axis: 7}
	case hexagon:
		n.Width += 2 * slant
		n.Axis, n.Ports = n.Width/2, max(0, n.Width/2-slant-6)
	case frame:
		b.inner.place()
		g := &b.inner.graph
		n.Width = max(width, g.Width) + 2*framePad
		n.Height = height + padY + g.Height + 2*framePad
		n.Axis = b.origin(n.Width).X + g.Nodes[0].Min.X + g.Nodes[0].Axis
		n.Ports = min(0.3*n.Width, n.Axis-framePad, n.Width-n.Axis-framePad)
	}
	return n
}

// origin returns where the scene of a frame begins, from the corner of the frame.
func (b *box) origin(width float64) layout.Point {
	_, height := extent(b.rows)
	return layout.Point{X: (width - b.inner.graph.Width) / 2, Y: padY + height + framePad}
}

// writer writes SVG elements.
type writer struct{ bytes.Buffer }

// document writes the drawing of a state machine.
func document(s *scene, machine *value.Object, overlay *Overlay) []byte {
	title := "State machine"
	if comment, ok := machine.Value("Comment").(string); ok && comment != "" {
		title = comment
	}
	states, _ := machine.Value("States").(*value.Object)
	description := fmt.Sprintf("%d states, starting at %v.", states.Len(), machine.Value("StartAt"))
	if overlay != nil {
		description += " Counts say how often each state was entered, and each transition taken."
	}
	role := "img"
	if overlay != nil && len(overlay.Links) > 0 {
		role = "group" // The content of an image cannot be reached.
	}
	width, height := math.Ceil(s.graph.Width+2*margin), math.Ceil(s.graph.Height+2*margin)
	w := &writer{}
	w.element(`<svg xmlns="http://www.w3.org/2000/svg" role="%s" aria-label="%s" width="%vpt" height="%vpt" viewBox="0 0 %v %v" font-family="%s">`,
		role, title, width, height, width, height, fonts)
	w.element("<title>%s</title>", title)
	w.element("<desc>%s</desc>", description)
	w.scene(s, layout.Point{X: margin, Y: margin})
	w.element("</svg>")
	return w.Bytes()
}

// element writes a line. It escapes the values, and rounds numbers to a tenth of a point.
func (w *writer) element(format string, values ...any) {
	for i, v := range values {
		switch v := v.(type) {
		case float64:
			values[i] = number(v)
		case string:
			values[i] = escape(v)
		}
	}
	fmt.Fprintf(w, format+"\n", values...)
}

func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64)
}

// escape returns a text for an element or an attribute. Characters that XML does not allow become replacement characters.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder never fails
	return b.String()
}

func (w *writer) scene(s *scene, at layout.Point) {
	w.element(`<g transform="translate(%v %v)">`, at.X, at.Y)
	for i, l := range s.lines {
		if !l.hidden {
			w.line(l, &s.graph.Edges[i])
		}
	}
	for i, b := range s.boxes {
		w.box(b, &s.graph.Nodes[i])
	}
	w.element("</g>")
}

func (w *writer) box(b *box, n *layout.Node) {
	x, y := n.Min.X, n.Min.Y
	class := "state"
	switch b.shape {
	case dot, ring:
		class = "point"
	case frame:
		class = "frame"
	}
	w.element(`<g class="%s">`, class)
	w.element("<title>%s</title>", b.name)
	if b.link != "" {
		w.element(`<a href="%s">`, b.link)
	}
	w.outline(b, n)
	switch b.shape {
	case frame:
		w.rows(b.rows, layout.Point{X: x + framePad, Y: y + padY}, "start")
	default:
		_, height := extent(b.rows)
		w.rows(b.rows, layout.Point{X: x + n.Width/2, Y: y + (n.Height-height)/2}, "middle")
	}
	if b.link != "" {
		w.element("</a>")
	}
	w.element("</g>")
	if b.inner != nil {
		origin := b.origin(n.Width)
		w.scene(b.inner, layout.Point{X: x + origin.X, Y: y + origin.Y})
	}
}

func (w *writer) outline(b *box, n *layout.Node) {
	x, y := n.Min.X, n.Min.Y
	middle := layout.Point{X: x + n.Width/2, Y: y + n.Height/2}
	switch b.shape {
	case dot:
		w.element(`<circle cx="%v" cy="%v" r="%v" fill="%s"/>`, middle.X, middle.Y, 3.5, faint)
	case ring:
		w.element(`<circle cx="%v" cy="%v" r="%v" fill="none" stroke="%s"/>`, middle.X, middle.Y, 6.5, faint)
		w.element(`<circle cx="%v" cy="%v" r="%v" fill="%s"/>`, middle.X, middle.Y, 3.5, faint)
	case hexagon:
		w.element(`<path d="M%v %vL%v %vH%vL%v %vL%v %vH%vZ" fill="%s" stroke="%s" stroke-width="%v" stroke-linejoin="round"/>`,
			x, middle.Y, x+slant, y, x+n.Width-slant, x+n.Width, middle.Y, x+n.Width-slant, y+n.Height, x+slant,
			b.look.fill, b.look.border, b.pen)
	default:
		dashes := "none"
		if b.shape == absent {
			dashes = "5 2"
		}
		w.element(`<rect x="%v" y="%v" width="%v" height="%v" rx="8" fill="%s" stroke="%s" stroke-width="%v" stroke-dasharray="%s"/>`,
			x, y, n.Width, n.Height, b.look.fill, b.look.border, b.pen, dashes)
	}
}

// rows writes rows of text below each other.
func (w *writer) rows(rows []row, at layout.Point, anchor string) {
	for _, r := range rows {
		weight := "normal"
		if r.bold {
			weight = "bold"
		}
		at.Y += r.height()
		descent := 0.3 * r.size // a variable, so that no processor fuses the operations and every drawing is the same
		w.element(`<text x="%v" y="%v" text-anchor="%s" font-size="%v" font-weight="%s" fill="%s">%s</text>`,
			at.X, at.Y-descent, anchor, r.size, weight, r.color, r.text)
	}
}

func (w *writer) line(l *line, e *layout.Edge) {
	w.element(`<g class="transition">`)
	w.element("<title>%s</title>", clip(l.transition.from, maxName)+"->"+clip(l.transition.to, maxName))
	dashes := "none"
	if l.kind == catch {
		dashes = "5 3"
	}
	w.element(`<path d="%s" fill="none" stroke="%s" stroke-width="%v" stroke-dasharray="%s"/>`, curve(e, l.arrow()), l.color, l.pen, dashes)
	w.element(`<path d="%s" fill="%s"/>`, head(e, l.arrow()), l.color)
	w.rows(l.rows, e.Label, "start")
	w.element("</g>")
}

// arrow returns the length of the arrowhead.
func (l *line) arrow() float64 { return 5.4 + 1.3*l.pen }

// curve returns the path of a line, up to its arrowhead.
func curve(e *layout.Edge, arrow float64) string {
	var b strings.Builder
	p := e.Path
	last := len(p) - 1
	fmt.Fprintf(&b, "M%s %s", number(p[0].X), number(p[0].Y))
	if e.From == e.To {
		x := p[1].X + (p[1].X-p[0].X)/3
		fmt.Fprintf(&b, "C%s %s %s %s %s %s", number(x), number(p[0].Y), number(x), number(p[2].Y), number(p[2].X+arrow), number(p[2].Y))
		return b.String()
	}
	for i := 1; i <= last; i++ {
		u, v := p[i-1], p[i]
		if i == last {
			v.Y -= math.Copysign(arrow, v.Y-u.Y)
		}
		if number(u.X) == number(v.X) {
			fmt.Fprintf(&b, "V%s", number(v.Y))
			continue
		}
		middle := number((u.Y + v.Y) / 2)
		fmt.Fprintf(&b, "C%s %s %s %s %s %s", number(u.X), middle, number(v.X), middle, number(v.X), number(v.Y))
	}
	return b.String()
}

// head returns the path of the arrowhead.
func head(e *layout.Edge, arrow float64) string {
	last := len(e.Path) - 1
	tip, before := e.Path[last], e.Path[last-1]
	half := arrow * 0.38
	if e.From == e.To {
		return fmt.Sprintf("M%s %sl%s %sv%sz", number(tip.X), number(tip.Y), number(arrow), number(-half), number(2*half))
	}
	back := -math.Copysign(arrow, tip.Y-before.Y)
	return fmt.Sprintf("M%s %sl%s %sh%sz", number(tip.X), number(tip.Y), number(-half), number(back), number(2*half))
}
