package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
)

// line is a line of the file, or the whole text of a single document.
type line struct {
	number int
	text   []byte
	single bool
}

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	utf16Marks    = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}
	errUTF16      = errors.New("the file is UTF-16: save it as UTF-8")
)

// lines returns the lines that are not empty. It keeps no more of a line in memory than the maximum size of an input.
func (f *File) lines() iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		reader := bufio.NewReaderSize(io.NewSectionReader(f.file, 0, math.MaxInt64), 64<<10) // It has its own place in the file.
		start, err := reader.Peek(len(byteOrderMark))
		if err != nil && !errors.Is(err, io.EOF) {
			yield(line{number: 1}, err)
			return
		}
		for _, mark := range utf16Marks {
			if bytes.HasPrefix(start, mark) {
				yield(line{number: 1}, errUTF16)
				return
			}
		}
		if bytes.Equal(start, byteOrderMark) {
			reader.Discard(len(byteOrderMark)) //nolint:errcheck // It was peeked.
		}
		if f.single {
			yieldDocument(reader, yield)
			return
		}
		yieldLines(reader, yield)
	}
}

func yieldDocument(reader io.Reader, yield func(line, error) bool) {
	text, err := io.ReadAll(io.LimitReader(reader, maxDocument+1))
	if len(text) > maxDocument {
		err = tooLong(len(text), "more than ")
	}
	if err != nil || len(bytes.TrimSpace(text)) > 0 {
		yield(line{number: 1, text: text, single: true}, err)
	}
}

// maxDocument is the maximum size of a single document. It leaves room for white space, which does not count as input.
const maxDocument = 4 * MaxInput

func yieldLines(reader *bufio.Reader, yield func(line, error) bool) {
	for number := 1; ; number++ {
		text, length, err := readLine(reader)
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			yield(line{number: number}, err)
			return
		}
		err = nil
		if length > MaxInput {
			err = tooLong(length, "")
		}
		if err != nil || len(bytes.TrimSpace(text)) > 0 {
			if !yield(line{number: number, text: text}, err) {
				return
			}
		}
		if end {
			return
		}
	}
}

// readLine reads to the next line feed. It cuts a line that is too long, and returns its full length.
func readLine(reader *bufio.Reader) (text []byte, length int, err error) {
	for {
		part, err := reader.ReadSlice('\n')
		length += len(part)
		if len(text) <= MaxInput {
			text = append(text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			end := len(part) - len(bytes.TrimRight(part, "\r\n"))
			return bytes.TrimRight(text, "\r\n"), length - end, err
		}
	}
}

func tooLong(length int, more string) error {
	return fmt.Errorf("the input has %s%d bytes, Step Functions accepts at most %d: keep large data in S3 and pass its URI",
		more, length, MaxInput)
}
