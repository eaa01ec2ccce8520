package draw

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
)

// finish prepares Graphviz's document for a page and for screen readers: it removes the XML prolog and adds a title and a
// description.
func finish(svg []byte, machine map[string]any, overlay *Overlay) []byte {
	if at := bytes.Index(svg, []byte("<svg")); at > 0 {
		svg = svg[at:]
	}
	svg = bytes.ReplaceAll(centered(svg), []byte("<title>"+clusterPrefix), []byte("<title>"))
	svg = bytes.ReplaceAll(svg, []byte(`font-family="Helvetica,sans-Serif"`), []byte(`font-family="`+fonts+`"`))
	title := "State machine"
	if comment, ok := machine["Comment"].(string); ok && comment != "" {
		title = comment
	}
	states, _ := machine["States"].(map[string]any)
	description := fmt.Sprintf("%d states, starting at %v.", len(states), machine["StartAt"])
	if overlay != nil {
		description += " Counts say how often each state was entered, and each transition taken."
	}
	head := fmt.Sprintf(`<svg role="img" aria-label="%s"`, html.EscapeString(title))
	svg = bytes.Replace(svg, []byte("<svg"), []byte(head), 1)
	end := bytes.IndexByte(svg, '>') + 1
	text := fmt.Sprintf("\n<title>%s</title>\n<desc>%s</desc>", html.EscapeString(title), html.EscapeString(description))
	return bytes.Join([][]byte{svg[:end], svg[end:]}, []byte(text))
}

var (
	nodeGroup = regexp.MustCompile(`(?s)<g id="node\d+" class="node">.*?\n</g>`)
	outline   = regexp.MustCompile(`<path [^>]* d="([^"]*)"`)
	point     = regexp.MustCompile(`(-?[\d.]+),-?[\d.]+`)
	startText = regexp.MustCompile(`text-anchor="start" x="[^"]*"`)
)

// centered centers the lines of a state's label in its outline. Graphviz places the start of each line by an assumed text width, which
// may differ in the reader's font.
func centered(svg []byte) []byte {
	return nodeGroup.ReplaceAllFunc(svg, func(group []byte) []byte {
		path := outline.FindSubmatch(group)
		if path == nil {
			return group
		}
		left, right := math.Inf(1), math.Inf(-1)
		for _, match := range point.FindAllSubmatch(path[1], -1) {
			x, _ := strconv.ParseFloat(string(match[1]), 64)
			left, right = min(left, x), max(right, x)
		}
		middle := strconv.FormatFloat((left+right)/2, 'f', 2, 64)
		return startText.ReplaceAll(group, []byte(`text-anchor="middle" x="`+middle+`"`))
	})
}
