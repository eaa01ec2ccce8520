package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a run is, on a terminal only: in a pipe or a log it would be noise.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, executions int) *progress {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions(executions,
		progressbar.OptionSetWriter(file),
		progressbar.OptionSetDescription("executions"),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)}
}

func (p *progress) step() {
	if p.bar != nil {
		_ = p.bar.Add(1) // Only the terminal could fail.
	}
}

// end takes the bar off the terminal.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
