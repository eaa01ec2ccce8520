package document

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"clinical-risk-pipeline/internal/strictjson"
)

// JSON reads a file of one strict JSON value. It returns the first fault: a text with one has no tree.
func JSON(source []byte) (*Node, []Fault) {
	line := func(offset int64) int { return 1 + bytes.Count(source[:min(int(offset), len(source))], []byte("\n")) }
	if err := strictjson.Check(source); err != nil {
		at := 1
		if syntax, ok := errors.AsType[*strictjson.SyntaxError](err); ok {
			at = line(syntax.Offset)
		}
		return &Node{Line: 1}, []Fault{{at, "", "is not valid JSON: " + err.Error()}}
	}
	j := jsonReader{jsontext.NewDecoder(bytes.NewReader(source)), line}
	return j.node(), nil
}

// jsonReader reads a text that is strict JSON.
type jsonReader struct {
	*jsontext.Decoder
	line func(offset int64) int
}

// next reads a token that is there, with its line.
func (j *jsonReader) next() (jsontext.Token, int) {
	token, err := j.ReadToken()
	if err != nil {
		panic(err) // strictjson.Check read the text
	}
	return token, j.line(j.InputOffset())
}

func (j *jsonReader) node() *Node {
	token, line := j.next()
	n := &Node{Line: line}
	switch token.Kind() {
	case '"':
		n.Kind, n.Text = Text, token.String()
	case '0':
		n.Kind, n.Text = Number, token.String()
	case 't', 'f':
		n.Kind, n.Text = Boolean, strconv.FormatBool(token.Bool())
	case 'n':
		n.Kind = Null
	case '[':
		n.Kind = List
		for j.PeekKind() != ']' {
			n.Items = append(n.Items, j.node())
		}
		j.next()
	case '{':
		n.Kind, n.Fields = Object, map[string]*Node{}
		for j.PeekKind() != '}' {
			token, line := j.next()
			name := token.String()
			n.Names = append(n.Names, Name{name, line})
			n.Fields[name] = j.node()
		}
		j.next()
	default:
		panic(fmt.Sprintf("unexpected token %v", token))
	}
	return n
}
