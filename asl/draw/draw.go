// Package draw renders a state machine of the Amazon States Language as an SVG drawing. An overlay adds what happened in its executions:
// how often each state was entered and failed, and how often each transition was taken.
//
//	svg, err := draw.SVG(definition, &draw.Overlay{
//		States:      map[string]draw.Count{"InvokeModel": {Entered: 200, Failed: 3}},
//		Transitions: map[[2]string]int{{"InvokeModel", "CheckRisk"}: 197},
//	})
//
// The drawing is the same for the same arguments. It needs no font or style sheet, so it can be a file or part of a page. Shapes and
// captions show everything that colours show.
//
// Graphviz, compiled to WebAssembly, makes the layout. The first process on a machine takes about a second to translate it and stores
// the translation in the folder for temporary files.
package draw

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	graphviz "github.com/goccy/go-graphviz"
)

// rendering serializes the calls of go-graphviz, because its WebAssembly module has a single memory.
var rendering sync.Mutex

// SVG draws the definition, with the overlay unless it is nil. The definition need not be valid: SVG draws a transition to a state that
// does not exist. The error reports a text that is not a definition.
func SVG(definition []byte, overlay *Overlay) ([]byte, error) {
	var machine map[string]any
	if err := json.Unmarshal(definition, &machine); err != nil {
		return nil, fmt.Errorf("draw: the definition is not a JSON object: %w", err)
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
