package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"clinical-risk-pipeline/evidence/gotest"
)

// progress shows the progress on a terminal. In a pipe or a log it would be noise.
type progress struct{ bar *progressbar.ProgressBar }

// newProgress returns a progress that shows nothing unless the writer is a terminal.
func newProgress(w io.Writer) *progress {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions(-1, // the number of tests is unknown
		progressbar.OptionSetWriter(file),
		progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionClearOnFinish(),
	)}
}

// phase shows the name of a phase.
func (p *progress) phase(name string) {
	if p.bar != nil {
		p.bar.Describe(name)
		_ = p.bar.RenderBlank() // Only the terminal can fail.
	}
}

// test counts a test that ended.
func (p *progress) test(gotest.Test) {
	if p.bar != nil {
		_ = p.bar.Add(1)
	}
}

// end removes the bar from the terminal.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
