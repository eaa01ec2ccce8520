// Package draw renders a state machine of the Amazon States Language as a drawing (SVG), and on request what happened in its
// executions: how often each state was entered and failed, and how often each transition was taken.
//
//	svg, err := draw.SVG(definition, &draw.Overlay{
//		States:      map[string]draw.Count{"InvokeModel": {Entered: 200, Failed: 3}},
//		Transitions: map[[2]string]int{{"InvokeModel", "CheckRisk"}: 197},
//	})
//
// The drawing is the same for the same arguments, needs no font or style sheet, and can be saved as a file or put into a page
// as it is. Shapes and captions say what the colours say.
//
// Layout is by Graphviz, compiled to WebAssembly: the first process on a machine takes about a second to translate it, and
// keeps the translation in the folder for temporary files.
package draw

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	graphviz "github.com/goccy/go-graphviz"
)

// The WebAssembly module behind go-graphviz has one memory for all.
var rendering sync.Mutex

// SVG draws the definition. A nil overlay draws the definition alone. The definition need not be valid as a whole: a transition
// to a state that is not there is drawn as such. The error says why it is no definition at all.
func SVG(definition []byte, overlay *Overlay) ([]byte, error) {
	var machine map[string]any
	if err := json.Unmarshal(definition, &machine); err != nil {
		return nil, fmt.Errorf("draw: the definition is no JSON object: %w", err)
	}
	if _, ok := machine["States"].(map[string]any); !ok {
		return nil, fmt.Errorf("draw: the definition has no States")
	}
	svg, err := render(dotSource(machine, overlay))
	if err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	return finish(svg, machine, overlay), nil
}

func render(source []byte) ([]byte, error) {
	rendering.Lock()
	defer rendering.Unlock()
	ctx := context.Background()
	engine, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = engine.Close() }()
	graph, err := graphviz.ParseBytes(source)
	if err != nil {
		return nil, err
	}
	defer func() { _ = graph.Close() }()
	var svg bytes.Buffer
	if err := engine.Render(ctx, graph, graphviz.SVG, &svg); err != nil {
		return nil, err
	}
	return svg.Bytes(), nil
}
