package value_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

func TestDecodeAndEncode(t *testing.T) {
	for _, row := range []struct{ why, text, want string }{
		{"order is kept", `{"z": 1, "a": {"y": [], "b": {}}}`, `{"z":1,"a":{"y":[],"b":{}}}`},
		{"a key that comes twice keeps its first place and its last value", `{"a": 1, "b": 2, "a": 3}`, `{"a":3,"b":2}`},
		{"numbers as JavaScript writes them", `[1.0, 1e21, 1e-7, 0.000001, 123456789012345680000, -0, 5e-324]`, `[1,1e+21,1e-7,0.000001,123456789012345680000,0,5e-324]`},
		{"integers that no float64 holds", `[9007199254740993, 1e400]`, `[9007199254740993,1e400]`},
		{"escapes", `"\u0041\n\/\"\\\u00e9\ud83d\ude00"`, `"A\n/\"\\é😀"`},
		{"a lone surrogate survives", `"a\ud83dx\ude00"`, `"a\ud83dx\ude00"`},
		{"bytes that are not UTF-8", "\"\xff\"", "\"\ufffd\""},
		{"literals", ` [ true , false , null ] `, `[true,false,null]`},
	} {
		v, err := value.DecodeString(row.text)
		if got := value.Encode(v); err != nil || got != row.want {
			t.Errorf("%s: %s (error %v), want %s", row.why, got, err, row.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "empty", " ": "empty", "{": "ends inside", `{"a"}`: "unexpected character '}' at offset 4", "[1,]": "unexpected character ']'", "01": "text after the JSON value at offset 1",
		"1 2": "text after", "-": "ends inside", "1.": "ends inside", "1e": "ends inside", "nul": "unexpected", `"\x"`: "unexpected character 'x'", `"\u12"`: "hexadecimal", "\"\n\"": "control character",
		`"a\` + "\n\"": "unexpected", `{a: 1}`: "unexpected", strings.Repeat("[", 20_000): "too deep",
	} {
		if _, err := value.DecodeString(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: error %v, want %s", text, err, want)
		}
	}
}

func TestObject(t *testing.T) {
	for _, n := range []int{3, 15, 16, 17, 40} { // below, at and above the size that has an index
		o := value.NewObject(0)
		var want []string
		for i := range n {
			o.Set(fmt.Sprint("k", i), i)
			want = append(want, fmt.Sprint("k", i))
		}
		o.Set("k1", "new")
		clone := o.Clone()
		o.Delete("k0")
		o.Delete("none")
		if got, ok := o.Get("k1"); !ok || got != "new" || !slices.Equal(o.Keys(), want[1:]) || o.Len() != n-1 {
			t.Errorf("%d members: k1 is %v, keys %v", n, got, o.Keys())
		}
		if _, ok := o.Get("k0"); ok {
			t.Errorf("%d members: a deleted member is still there", n)
		}
		if _, ok := o.Get(fmt.Sprint("k", n-1)); !ok || !slices.Equal(clone.Keys(), want) {
			t.Errorf("%d members: the last is missing, or the clone changed: %v", n, clone.Keys())
		}
		if got, ok := value.ObjectOf(o.Members()...).Get("k1"); !ok || got != "new" {
			t.Errorf("%d members: ObjectOf loses one", n)
		}
	}
}

func TestObjectIsJSON(t *testing.T) {
	var o value.Object
	if err := json.Unmarshal([]byte(`{"b": 1, "a": 2}`), &o); err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(&o); err != nil || string(text) != `{"b":1,"a":2}` {
		t.Errorf("%s (error %v)", text, err)
	}
	if err := json.Unmarshal([]byte(`[]`), &o); err == nil {
		t.Error("an array is read as an object")
	}
}

func TestNotFinite(t *testing.T) {
	if got := value.Encode([]any{math.NaN(), math.Inf(1), 7}); got != "[null,null,7]" {
		t.Error(got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"a": [1, -2.5e3, "\ud800", null]}`, `[[]`, `"\u12`, `1e999`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := value.DecodeString(text)
		if ok := json.Valid([]byte(text)); (err == nil) != ok {
			t.Fatalf("error %v, but encoding/json says %v", err, ok)
		}
		if err != nil {
			return
		}
		encoded := value.Encode(v)
		if again, err := value.DecodeString(encoded); err != nil || value.Encode(again) != encoded {
			t.Fatalf("%s becomes %s (error %v)", encoded, value.Encode(again), err)
		}
	})
}
