package local

import (
	"strings"
	"sync"
)

// shownLines is the number of the last lines of a failed job that are told.
const shownLines = 8

// lastLines keeps the last lines that are not of Spark's own log.
type lastLines struct {
	mutex   sync.Mutex
	pending string
	lines   []string
}

// Write implements io.Writer.
func (l *lastLines) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.pending += string(text)
	for {
		line, rest, found := strings.Cut(l.pending, "\n")
		if !found {
			return len(text), nil
		}
		l.pending = rest
		if strings.TrimSpace(line) != "" && !strings.Contains(line, " INFO ") && !strings.Contains(line, " WARN ") {
			l.lines = append(l.lines, line)
		}
		if len(l.lines) > shownLines {
			l.lines = l.lines[1:]
		}
	}
}

// take returns the lines.
func (l *lastLines) take() []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if strings.TrimSpace(l.pending) != "" {
		return append(l.lines, l.pending)
	}
	return l.lines
}
