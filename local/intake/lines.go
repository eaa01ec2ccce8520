package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// line is a line of the file, or all of a single document.
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

// lines returns the lines that are not empty. A line is never held in memory beyond what an input may have.
func (f *File) lines() iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		if _, err := f.file.Seek(0, io.SeekStart); err != nil {
			yield(line{number: 1}, err)
			return
		}
		reader := bufio.NewReaderSize(f.file, 64<<10)
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

// maxDocument leaves room for the white space of a single document, which does not count.
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

// readLine reads up to the next line feed. Of a line that is too long it keeps the beginning, and returns the length of all.
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
	return fmt.Errorf("the input has %s%d bytes, and Step Functions takes %d at most: keep large data in S3 and pass its place",
		more, length, MaxInput)
}
