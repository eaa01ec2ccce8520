package draw

import (
	"clinical-risk-pipeline/asl/value"
	"slices"
	"strconv"
	"strings"
)

const (
	ink     = "#1f2328" // text
	faint   = "#59636e" // captions and unreached states; contrast at least 4.5:1 on every fill
	border  = "#8c959f"
	travel  = "#0550ae"
	failure = "#b42318"
	idle    = "#c4cad1" // unreached borders and edges
)

const fonts = "Helvetica,Arial,'Liberation Sans',sans-serif"

// shape is the outline of a box.
type shape int

const (
	rounded shape = iota
	hexagon
	dot   // the start of a scene
	ring  // its end
	frame // around a scene
	absent
)

// look is the style of a type of state.
type look struct{ fill, border string }

// lookOf returns the look of a state. A state of an unknown type looks like a Pass state.
func lookOf(fields *value.Object) look {
	switch fields.Value("Type") {
	case "Task":
		return look{"#eaf2fc", "#0550ae"}
	case "Choice":
		return look{"#fff6e0", "#8a5a00"}
	case "Wait":
		return look{"#f3eefd", "#6639ba"}
	case "Succeed":
		return look{"#e7f6ec", "#116329"}
	case "Fail":
		return look{"#fdecea", failure}
	case "Map":
		return look{"#f3fafb", "#0b6b7a"}
	case "Parallel":
		return look{"#fbf3f9", "#8f2d6b"}
	}
	return look{"#f3f5f7", "#59636e"}
}

// styled returns the box of a state: its type in small letters, its name and its counts.
func (s *scene) styled(name string, fields *value.Object) *box {
	b := &box{name: clip(name, maxName), look: lookOf(fields), pen: 1.2}
	if fields.Value("Type") == "Choice" {
		b.shape = hexagon
	}
	color := ink
	var counts []row
	if s.overlay != nil {
		count := s.overlay.States[name]
		b.link = s.overlay.Links[name]
		switch {
		case count.Failed > 0:
			b.look.border, b.pen = failure, 2.4
		case count.Entered == 0:
			b.look = look{"#ffffff", idle}
		}
		if count.Entered == 0 {
			color = faint
		}
		counts = append(counts, row{visits(count), 10, false, color})
		if count.Failed > 0 {
			counts = append(counts, row{strconv.Itoa(count.Failed) + " failed", 10, true, failure})
		}
	}
	b.rows = append([]row{{caption(fields), 9, false, faint}, {b.name, 13, true, color}}, counts...)
	return b
}

// missing returns the box of a state that a transition names but that does not exist.
func missing(name string) *box {
	b := &box{name: clip(name, maxName), shape: absent, look: look{"none", failure}, pen: 1.2}
	b.rows = []row{{b.name, 12, false, failure}, {"is missing", 12, false, failure}}
	return b
}

// caption returns the state's type and, for a task, the call.
func caption(fields *value.Object) string {
	kind, _ := fields.Value("Type").(string)
	if resource, ok := fields.Value("Resource").(string); ok && kind == "Task" {
		return clip(kind+" · "+integration(resource), maxName)
	}
	if processor, ok := fields.Value("ItemProcessor").(*value.Object); ok && kind == "Map" {
		if config, ok := processor.Value("ProcessorConfig").(*value.Object); ok && config.Value("Mode") == "DISTRIBUTED" {
			return "Distributed Map"
		}
	}
	return clip(kind, maxName)
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

// line returns the line of a transition, with its label and count.
func (s *scene) line(t transition, from, to int) *line {
	l := &line{transition: t, from: from, to: to, color: border, pen: 1.2}
	color, label := faint, t.label
	if s.overlay != nil {
		l.color = idle
		if taken := s.overlay.taken(t); taken > 0 {
			l.color, l.pen = travel, penWidth(taken, s.overlay.most())
			color = ink
			if t.kind != entering && t.kind != leaving {
				label = append(slices.Clip(label), strconv.Itoa(taken))
			}
		}
	}
	for _, text := range label {
		l.rows = append(l.rows, row{text, 10, false, color})
	}
	return l
}
