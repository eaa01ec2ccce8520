package intake

import (
	"iter"
	"runtime"
)

// parsed is an input, or why there is none.
type parsed struct {
	input Input
	err   error
}

// numbered is a line, or why there is none.
type numbered struct {
	line line
	err  error
}

// A chunk of lines is parsed at once. It bounds the memory, too.
const (
	chunkLines = 128
	chunkBytes = 256 << 10
)

// inputs returns the inputs in order. It parses on all cores. Its errors do not name the place.
func (f *File) inputs() iter.Seq2[Input, error] {
	return func(yield func(Input, error) bool) {
		chunks, stop := make(chan chan []parsed, runtime.GOMAXPROCS(0)), make(chan struct{})
		go f.chunks(chunks, stop)
		defer func() {
			close(stop)
			for range chunks { // until nobody reads the file any more
			}
		}()
		for chunk := range chunks {
			for _, p := range <-chunk {
				if !yield(p.input, p.err) {
					return
				}
			}
		}
	}
}

// chunks reads the lines and starts the parsing of each chunk. It ends with the file or when stop is closed.
func (f *File) chunks(chunks chan<- chan []parsed, stop <-chan struct{}) {
	defer close(chunks)
	var lines []numbered
	size := 0
	flush := func() bool {
		chunk := make(chan []parsed, 1)
		select {
		case <-stop:
			return false
		case chunks <- chunk:
		}
		go func(lines []numbered) { chunk <- f.parseAll(lines) }(lines)
		lines, size = nil, 0
		return true
	}
	for line, err := range f.lines() {
		lines, size = append(lines, numbered{line, err}), size+len(line.text)
		if (len(lines) == chunkLines || size >= chunkBytes) && !flush() {
			return
		}
	}
	if len(lines) > 0 {
		flush()
	}
}

func (f *File) parseAll(lines []numbered) []parsed {
	all := make([]parsed, len(lines))
	for i, r := range lines {
		all[i] = parsed{Input{Line: r.line.number}, r.err}
		if r.err == nil {
			all[i].input, all[i].err = f.parse(r.line)
		}
	}
	return all
}
