package strictjson

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"a duplicate name", `{"risk_score":0.9,"risk_score":0.1}`, `the name "risk_score" appears twice in the object: keep one`},
		{"a name that is spelled with an escape", `{"risk_score":0.9,"risk\u005fscore":0.1}`, `the name "risk_score" appears twice in the object: keep one`},
		{"deep inside", `{"predictions":[{},{"a":{"b":1,"c":2,"b":3}}]}`, `the name "b" appears twice in the object "predictions.1.a": keep one`},
		{"two arrays", `{"predictions":[{"risk_score":0.9}],"predictions":[]}`, `the name "predictions" appears twice`},
		{"a name with control characters", `{"\u001b[2J":1,"\u001b[2J":2}`, `the name "\x1b[2J" appears twice`},
		{"a second value", `{} {}`, "text after the JSON value"},
		{"other text", `{}x`, "text after the JSON value"},
		{"an incomplete value", `{"a"`, "it ends too early"},
		{"no value", ` `, "it ends too early"},
		{"bytes of Latin-1", "{\"a\":\"M\xfcller\"}", "it is not UTF-8 text"},
		{"bytes of Latin-1 in a name", "{\"M\xfcller\":1}", "it is not UTF-8 text"},
		{"half a surrogate pair, which decoders replace", `{"a":"\ud800"}`, "half of a surrogate pair"},
		{"an unknown escape", `{"a":"\secret"}`, "invalid escape sequence"},
		{"not a number", `{"a":NaN}`, "invalid character 'N'"},
		{"a comment", `{} // none`, "text after the JSON value"},
	} {
		var read any
		var fault *SyntaxError
		for name, err := range map[string]error{"Check": Check([]byte(c.text)), "Unmarshal": Unmarshal([]byte(c.text), &read)} {
			if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%s: %s: error %v, want %q", c.reason, name, err, c.want)
			}
		}
		if name := `"risk\u005fscore":0.1`; strings.Contains(c.text, name) && fault.Offset != int64(strings.Index(c.text, name)) {
			t.Errorf("%s: at byte %d", c.reason, fault.Offset)
		}
	}
}

func TestValidText(t *testing.T) {
	for _, text := range []string{`{"a":{"b":1},"b":[{"b":1},{"b":2}]}`, "\t[1,\n2] ", `"\ud83d\ude00 é"`, "null"} {
		if err := Check([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestUnmarshal(t *testing.T) {
	type answer struct {
		Risk *float64        `json:"risk_score"`
		Raw  json.RawMessage `json:"raw"`
		List []struct{ N int }
		At   time.Time
	}
	var a answer
	if err := Unmarshal([]byte(`{"risk_score":0.5,"raw":{"x":1},"other":1}`), &a); err != nil || *a.Risk != 0.5 || string(a.Raw) != `{"x":1}` {
		t.Errorf("read %+v, %v", a, err)
	}
	a = answer{}
	if err := Unmarshal([]byte(`{"Risk_Score":0.5}`), &a); err != nil || a.Risk != nil {
		t.Errorf("a name in other letters: read %+v, %v", a, err)
	}
	for text, want := range map[string]string{
		`{"List":[{"N":1,"other":2}]}`: `unknown field "List.0.other"`,
		`{"List":[{"N":"secret"}]}`:    `"List.0.N" must not be a string`,
		`{"List":[{"N":1.5}]}`:         `"List.0.N" has an invalid value`,
		`{"At":"secret"}`:              `"At" has an invalid value`,
		`["secret"]`:                   `the value must not be an array`,
		`{"raw":{"x":1,"x":2}}`:        `the name "x" appears twice in the object "raw"`,
	} {
		err := UnmarshalKnown([]byte(text), &a)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}
