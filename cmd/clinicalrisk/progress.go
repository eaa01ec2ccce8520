package main

import (
	"context"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local/approver"
)

// progress shows the progress of a run on a terminal. In a pipe or a log it would be noise.
type progress struct{ bar *progressbar.ProgressBar }

// start shows the bar, for a total number of a unit such as "subjects".
func (p *progress) start(w io.Writer, all int, unit string) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return
	}
	p.bar = progressbar.NewOptions(all,
		progressbar.OptionSetWriter(file),
		progressbar.OptionSetDescription(unit),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
}

func (p *progress) step(n int) {
	if p.bar != nil {
		_ = p.bar.Add(n) // Only the terminal can fail.
	}
}

// end removes the bar from the terminal.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// undisturbed removes the bar from the terminal before it asks the person there.
type undisturbed struct {
	approver.Person
	progress *progress
}

// Decide implements approver.Person.
func (u undisturbed) Decide(ctx context.Context, request *approval.View) (*approval.Decision, error) {
	u.progress.end()
	return u.Person.Decide(ctx, request)
}
