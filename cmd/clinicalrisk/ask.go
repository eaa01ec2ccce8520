package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"clinical-risk-pipeline/internal/program"
)

// asker asks questions on a terminal.
type asker struct {
	answers *bufio.Reader
	prompt  io.Writer
}

// newAsker returns nil unless both the input and the place of the questions are terminals: otherwise no person sees what is asked.
func newAsker(s program.Streams) *asker {
	if !isTerminal(s.In) || !isTerminal(s.Err) {
		return nil
	}
	return &asker{bufio.NewReader(s.In), s.Err}
}

// isTerminal reports whether a stream is a terminal. Tests replace it.
var isTerminal = func(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// ask returns the line that answers a question, trimmed. It returns when ctx is done.
func (a *asker) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(a.prompt, question)
	type line struct {
		text string
		err  error
	}
	answered := make(chan line, 1)
	go func() {
		text, err := a.answers.ReadString('\n')
		answered <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", program.Interrupted("nothing was decided")
	case l := <-answered:
		if text := strings.TrimSpace(l.text); text != "" || l.err == nil {
			return text, nil
		}
		return "", errors.New("no answer from the terminal: nothing was decided")
	}
}
