package items

import (
	"bufio"
	"clinical-risk-pipeline/asl/value"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrDuplicateHeaders reports CSV headers that are not unique.
const ErrDuplicateHeaders = Fault("CSV headers cannot contain duplicates.")

// CSV reads delimited text. An item is an object of strings, one for each header. Without headers, the first row has them.
// A short row is filled with empty strings, and extra fields of a long row are dropped.
// See https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html.
func CSV(r io.Reader, delimiter byte, headers []string) (Source, error) {
	s := &csv{reader: bufio.NewReaderSize(r, 64<<10), delimiter: delimiter, headers: headers}
	if headers == nil {
		var err error
		if s.headers, err = s.row(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	sorted := slices.Sorted(slices.Values(s.headers))
	if len(slices.Compact(sorted)) < len(s.headers) {
		return nil, ErrDuplicateHeaders
	}
	return s, nil
}

type csv struct {
	reader    *bufio.Reader
	delimiter byte
	headers   []string
	line      int
}

func (s *csv) Next() (any, error) {
	fields, err := s.row()
	if err != nil {
		return nil, err
	}
	item := value.NewObject(len(s.headers))
	for i, header := range s.headers {
		if i < len(fields) {
			item.Set(header, fields[i])
		} else {
			item.Set(header, "")
		}
	}
	return item.Share(), nil
}

// row reads the fields of the next non-empty row.
func (s *csv) row() ([]string, error) {
	var fields []string
	var field []byte
	quoted, started := false, false
	s.line++
	for {
		c, err := s.reader.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && quoted:
			return nil, fmt.Errorf("line %d: a quoted field does not end", s.line)
		case errors.Is(err, io.EOF) && !started:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return append(fields, string(field)), nil
		case err != nil:
			return nil, err
		case c == '\\' && s.escapes():
			escaped, _ := s.reader.ReadByte()
			field = append(field, escaped)
		case c == '\\':
			continue
		case c == '"' && quoted && s.peek() == '"':
			_, _ = s.reader.ReadByte()
			field = append(field, '"')
		case c == '"' && (quoted || len(field) == 0):
			quoted = !quoted
		case quoted:
			field = append(field, c)
		case c == s.delimiter:
			fields, field = append(fields, string(field)), nil
		case c == '\r' && s.peek() == '\n':
			continue
		case c == '\n' && !started:
			s.line++
			continue
		case c == '\n':
			return append(fields, string(field)), nil
		default:
			field = append(field, c)
		}
		started = true
	}
}

// escapes reports whether a backslash escapes the next character. Before any other character, the backslash is dropped.
func (s *csv) escapes() bool {
	next := s.peek()
	return next == '\\' || next == '"' || next == s.delimiter
}

func (s *csv) peek() byte {
	next, err := s.reader.Peek(1)
	if err != nil {
		return 0
	}
	return next[0]
}
