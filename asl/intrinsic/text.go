package intrinsic

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// format replaces each {} in the template by an argument. The escapes \{, \}, \' and \\ mean the characters themselves.
func format(arguments []any) (any, error) {
	template, err := text(arguments, 0)
	if err != nil {
		return nil, err
	}
	values := arguments[1:]
	var b strings.Builder
	places := 0
	for i := 0; i < len(template); i++ {
		rest := template[i:]
		switch {
		case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte(`'\{}`, rest[1]) >= 0:
			b.WriteByte(rest[1])
			i++
		case strings.HasPrefix(rest, "{}"):
			if places < len(values) {
				b.WriteString(display(values[places]))
			}
			places++
			i++
		case rest[0] == '{' || rest[0] == '}':
			return nil, errors.New(`the template holds a brace that is neither {} nor escaped as \{ or \}`)
		default:
			b.WriteByte(rest[0])
		}
	}
	if places != len(values) {
		return nil, fmt.Errorf("the template has %d places, but there are %d arguments for them", places, len(values))
	}
	return b.String(), nil
}

func stringToJSON(arguments []any) (any, error) {
	source, err := text(arguments, 0)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	v, err := value.Decode([]byte(source))
	if err != nil {
		return nil, errors.New("the argument is not JSON")
	}
	return v, nil
}

func jsonToString(arguments []any) (any, error) {
	return value.Encode(arguments[0]), nil
}

// stringSplit splits at every character of the second argument and drops empty parts.
func stringSplit(arguments []any) (any, error) {
	source, err1 := text(arguments, 0)
	separators, err2 := text(arguments, 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	parts := []any{}
	for _, part := range strings.FieldsFunc(source, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}
