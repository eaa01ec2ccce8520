package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"clinical-risk-pipeline/evidence/gotest"
)

// progress shows what is going on, on a terminal only: in a pipe or a log it would be noise.
type progress struct{ bar *progressbar.ProgressBar }

// newProgress shows progress on a writer that is a terminal.
func newProgress(w io.Writer) *progress {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions(-1, // how many tests there are nobody knows before they ran
		progressbar.OptionSetWriter(file),
		progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionClearOnFinish(),
	)}
}

// phase says what begins.
func (p *progress) phase(name string) {
	if p.bar != nil {
		p.bar.Describe(name)
		_ = p.bar.RenderBlank() // Only the terminal could fail.
	}
}

// test counts a test that ended.
func (p *progress) test(gotest.Test) {
	if p.bar != nil {
		_ = p.bar.Add(1)
	}
}

// end takes the bar off the terminal.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
