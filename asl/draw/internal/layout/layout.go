// Package layout arranges a directed graph in levels, from top to bottom, after Sugiyama, Tagawa and Toda: it reverses the edges that
// close a cycle, gives each node a level, inserts a bend wherever an edge passes a level, sorts each level so that few edges cross, and
// aligns nodes and bends after Brandes and Köpf (2002), "Fast and Simple Horizontal Coordinate Assignment".
//
// The result depends on the graph only. Nodes never overlap, and no edge runs through a node or a label of another edge's level.
package layout

// Point is a place in the drawing. X grows to the right, Y downwards.
type Point struct{ X, Y float64 }

// Node is a rectangle. Nodes and edges that come first are placed further left where it makes no difference.
type Node struct {
	Width, Height float64
	// Axis is the distance from the left side to the line on which edges should arrive and leave.
	Axis float64
	// Ports is the distance from the axis within which edges may arrive and leave instead.
	Ports float64
	// Place computes Min, the upper left corner.
	Min Point
}

// Edge leads from one node to another, or back to the same node.
type Edge struct {
	From, To int // indexes in Graph.Nodes
	// LabelWidth and LabelHeight are the size of the label to the right of the line. Zero means no label.
	LabelWidth, LabelHeight float64
	// Place computes Path, the points from the source to the target. Between two points, the line starts and ends vertically.
	Path []Point
	// Place computes Label, the upper left corner of the label.
	Label Point
}

func (e *Edge) labelled() bool { return e.LabelHeight > 0 }

// Graph is the graph to arrange.
type Graph struct {
	Nodes []Node
	Edges []Edge
	// Place computes Width and Height.
	Width, Height float64
}

// Distances in points.
const (
	nodeGap  = 30.0 // between nodes of a level
	bendGap  = 16.0 // beside a line that passes
	levelGap = 20.0 // between levels
	steepest = 0.12 // height of the space between levels per horizontal distance of a line that crosses it
	highest  = 60.0 // of the space between levels
	labelGap = 4.0  // between a line and its label
	portGap  = 13.0 // between lines at a node
	loopSize = 16.0 // of an edge from a node to itself
)

// Place computes the places of nodes and the paths of edges.
func (g *Graph) Place() {
	if len(g.Nodes) == 0 {
		return
	}
	p := newPlan(g)
	p.sort()
	p.align()
	p.stack()
	p.route()
}
