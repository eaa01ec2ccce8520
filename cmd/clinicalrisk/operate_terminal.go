package main

import (
	"fmt"
	"io"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// screen shows on a terminal what an execution does: a line for each change, and below it a line that is replaced. In a pipe it is silent.
type screen struct {
	to    io.Writer // nil in a pipe
	shown bool      // whether the lowest line is the one that is replaced
}

func newScreen(s program.Streams) *screen {
	if !isTerminal(s.Err) {
		return &screen{}
	}
	return &screen{to: s.Err}
}

// clear removes the line that is replaced.
func (s *screen) clear() {
	if s.shown {
		fmt.Fprint(s.to, "\r\x1b[K")
		s.shown = false
	}
}

// change adds a line.
func (s *screen) change(c operate.Change) {
	if s.to == nil {
		return
	}
	s.clear()
	fmt.Fprintf(s.to, "%s  %s\n", c.At.UTC().Format("15:04:05"), plain.Line(c.What))
}

// status replaces the lowest line.
func (s *screen) status(text string) {
	if s.to == nil {
		return
	}
	s.clear()
	fmt.Fprint(s.to, plain.Line(text))
	s.shown = true
}
