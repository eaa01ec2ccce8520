package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

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
	line := []rune(plain.Line(text))
	fmt.Fprint(s.to, string(line[:min(len(line), s.width()-1)])) // A line that wraps could not be removed.
	s.shown = true
}

// width is the number of columns of the terminal.
func (s *screen) width() int {
	if file, ok := s.to.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 1 {
			return columns
		}
	}
	return 200
}
