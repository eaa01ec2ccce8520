// Package items reads the items of a Distributed Map from the text of an object. It keeps only one item in memory at a time.
package items

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// Source returns items one by one. After the last item the error is io.EOF.
type Source interface{ Next() (any, error) }

// Pair is an item of an object: a member.
type Pair struct {
	Key   string
	Value any
}

// Object returns the item that the processing of a member gets.
func (p Pair) Object() *value.Object {
	return value.NewObject(2).With("Key", p.Key).With("Value", p.Value).Share()
}

// Pairs returns the members of an object in their order.
func Pairs(object *value.Object) []any {
	pairs := make([]any, 0, object.Len())
	for _, m := range object.Members() {
		pairs = append(pairs, Pair{m.Key, m.Value})
	}
	return pairs
}

// Slice returns a source of items in memory.
func Slice(items []any) Source { return &slice{items} }

type slice struct{ left []any }

func (s *slice) Next() (any, error) {
	if len(s.left) == 0 {
		return nil, io.EOF
	}
	item := s.left[0]
	s.left = s.left[1:]
	return item, nil
}

// JSONLines reads one JSON value per line. It skips blank lines.
func JSONLines(r io.Reader) Source { return &jsonLines{reader: bufio.NewReaderSize(r, 64<<10)} }

type jsonLines struct {
	reader *bufio.Reader
	line   int
}

func (l *jsonLines) Next() (any, error) {
	for {
		text, err := l.reader.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		l.line++
		if text = bytes.TrimSpace(text); len(text) > 0 {
			item, err := value.Decode(text)
			if err != nil {
				return nil, fmt.Errorf("line %d is not valid JSON: %w", l.line, err)
			}
			return item, nil
		}
		if err != nil {
			return nil, io.EOF
		}
	}
}

// Fault is an error in a text, in the words of Step Functions.
type Fault string

// Error returns the message.
func (f Fault) Error() string { return string(f) }

// ErrNoArray reports that a JSON text has no array and no object in the place of the items.
const ErrNoArray = Fault("Attempting to map over non-iterable node.")

// JSON reads the elements of a JSON array or, as pairs, the members of an object: the whole text, or the value at a JSON pointer (RFC 6901).
func JSON(r io.Reader, pointer string) (Source, error) {
	decoder := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
	decoder.UseNumber()
	for _, step := range pointerSteps(pointer) {
		if err := descend(decoder, step); err != nil {
			return nil, err
		}
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("the object is not valid JSON: %w", err)
	}
	if token != json.Delim('[') && token != json.Delim('{') {
		return nil, ErrNoArray
	}
	return &jsonItems{decoder, token == json.Delim('{')}, nil
}

type jsonItems struct {
	decoder *json.Decoder
	members bool // of an object
}

func (j *jsonItems) Next() (any, error) {
	if !j.decoder.More() {
		if _, err := j.decoder.Token(); err != nil {
			return nil, fmt.Errorf("the object is not valid JSON: %w", noEOF(err))
		}
		return nil, io.EOF
	}
	key := ""
	if j.members {
		token, err := j.decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("the object is not valid JSON: %w", noEOF(err))
		}
		key = token.(string)
	}
	var text json.RawMessage
	if err := j.decoder.Decode(&text); err != nil {
		return nil, fmt.Errorf("the object is not valid JSON: %w", noEOF(err))
	}
	item, err := value.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("the object is not valid JSON: %w", err)
	}
	if j.members {
		return Pair{key, item}, nil
	}
	return item, nil
}

// noEOF distinguishes a truncated text from the end of the items.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func pointerSteps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, step := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return steps
}

// descend moves into the member or element that a step of a pointer names. It does not keep the values that it skips.
func descend(decoder *json.Decoder, step string) error {
	token, err := decoder.Token()
	if err != nil {
		return fmt.Errorf("the object is not valid JSON: %w", noEOF(err))
	}
	delim, _ := token.(json.Delim)
	if delim != '{' && delim != '[' {
		return ErrNoArray
	}
	for i := 0; decoder.More(); i++ {
		name := strconv.Itoa(i)
		if delim == '{' {
			key, err := decoder.Token()
			if err != nil {
				return fmt.Errorf("the object is not valid JSON: %w", noEOF(err))
			}
			name = key.(string)
		}
		if name == step {
			return nil
		}
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			return fmt.Errorf("the object is not valid JSON: %w", noEOF(err))
		}
	}
	return ErrNoArray
}
