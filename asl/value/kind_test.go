package value_test

import (
	"encoding/json"
	"math"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func TestDecodeKeepsLargeIntegers(t *testing.T) {
	for text, want := range map[string]any{
		"1":                    1.0,
		"1.50":                 1.5,
		"9007199254740991":     9007199254740991.0,
		"9007199254740993":     json.Number("9007199254740993"),
		"-9007199254740993":    json.Number("-9007199254740993"),
		"1e300":                1e300,
		"1e400":                json.Number("1e400"),
		"90071992547409931000": 90071992547409931000.0, // not a 64-bit integer: Java makes it a double, too
	} {
		if got, err := value.Decode([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %v (%T) %v, want %v", text, got, got, err, want)
		}
	}
}

func TestDecodeFaults(t *testing.T) {
	for _, text := range []string{"", " ", "{", "1 2", "nul", `{"a" 1}`} {
		if v, err := value.Decode([]byte(text)); err == nil {
			t.Errorf("%q gives %v", text, v)
		}
	}
}

func TestEncode(t *testing.T) {
	for _, row := range []struct {
		v    any
		want string
	}{
		{value.NewObject(2).With("b", 1.0).With("a", []any{nil, true, "x"}), `{"b":1,"a":[null,true,"x"]}`},
		{"<&>\u2028é\"\\\n\x01", "\"<&>\u2028é\\\"\\\\\\n\\u0001\""},
		{"\xff", "\"\ufffd\""},
		{1e21, "1e+21"},
		{0.1, "0.1"},
		{1e-7, "1e-7"},
		{math.NaN(), "null"},
		{json.Number("9007199254740993"), "9007199254740993"},
		{int64(3), "3"},
	} {
		if got := value.Encode(row.v); got != row.want {
			t.Errorf("%#v: %s, want %s", row.v, got, row.want)
		}
	}
}

func TestCompareIsExact(t *testing.T) {
	if value.Compare(json.Number("9007199254740993"), 9007199254740992.0) != 1 || value.Compare(1.0, 2.0) != -1 || value.Compare(2.0, 2.0) != 0 {
		t.Error("numbers are out of order")
	}
}

// FuzzSize checks that Size is the length of the output of Encode, and that Decode can read the output.
func FuzzSize(f *testing.F) {
	for _, text := range []string{`{"a": [1, -2.5, 1e30, null, true, "x\n\u0001"]}`, `-0`, `123456.75`, `9007199254740993`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := value.Decode(data)
		if err != nil {
			return
		}
		text := value.Encode(v)
		if got := value.Size(v); got != len(text) {
			t.Errorf("Size %d, but %s has %d bytes", got, text, len(text))
		}
		again, err := value.Decode([]byte(text))
		if err != nil || value.Encode(again) != text {
			t.Errorf("%s cannot be decoded: %v", text, err)
		}
	})
}
