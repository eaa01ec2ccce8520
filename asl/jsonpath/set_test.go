package jsonpath_test

import (
	"clinical-risk-pipeline/asl/value"
	"errors"
	"testing"

	"clinical-risk-pipeline/asl/jsonpath"
)

func TestSetWritesLikeResultPath(t *testing.T) {
	for _, test := range []struct{ reason, root, path, want string }{
		{"the root is replaced", `{"a":1}`, `$`, `"new"`},
		{"a member is added", `{"a":1}`, `$.b`, `{"a":1,"b":"new"}`},
		{"a member is replaced", `{"a":1}`, `$.a`, `{"a":"new"}`},
		{"missing objects are created", `{}`, `$.a.b['c d']`, `{"a":{"b":{"c d":"new"}}}`},
		{"siblings stay", `{"a":{"b":1},"z":[1]}`, `$.a.c`, `{"a":{"b":1,"c":"new"},"z":[1]}`},
		{"an item is replaced", `{"a":[1,2]}`, `$.a[1]`, `{"a":[1,"new"]}`},
		{"an item counted from the back is replaced", `{"a":[1,2]}`, `$.a[-2]`, `{"a":["new",2]}`},
		{"a member of an item", `{"a":[{}]}`, `$.a[0].b`, `{"a":[{"b":"new"}]}`},
	} {
		path, err := jsonpath.Parse(test.path)
		if err != nil {
			t.Fatal(err)
		}
		root := decode(t, test.root)
		got, err := path.Set(root, "new")
		if err != nil || encode(t, got) != test.want {
			t.Errorf("%s: got %s (error %v), want %s", test.reason, encode(t, got), err, test.want)
		}
		if encode(t, root) != encode(t, decode(t, test.root)) {
			t.Errorf("%s: the original changed to %s", test.reason, encode(t, root))
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for _, test := range []struct{ reason, root, path, step string }{
		{"a scalar is in the way", `{"a":1}`, `$.a.b`, "b"},
		{"null is in the way", `{"a":null}`, `$.a.b`, "b"},
		{"an array is in the way", `{"a":[]}`, `$.a.b`, "b"},
		{"the root is not an object", `"text"`, `$.a`, "a"},
		{"an index of an object", `{"a":{}}`, `$.a[0]`, "[0]"},
		{"an index beyond the array", `{"a":[1]}`, `$.a[1]`, "[1]"},
		{"arrays are not created", `{}`, `$.a[0]`, "[0]"},
	} {
		path, err := jsonpath.Parse(test.path)
		if err != nil {
			t.Fatal(err)
		}
		var apply *jsonpath.ApplyError
		if _, err := path.Set(decode(t, test.root), "new"); !errors.As(err, &apply) || apply.Step != test.step {
			t.Errorf("%s: got %v, want step %s", test.reason, err, test.step)
		}
	}
	for _, source := range []string{`$.a[*]`, `$..a`, `$.a[0:1]`, `$$.a`, `$name`, `$.a.length()`} {
		path, err := jsonpath.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := path.Set(value.NewObject(0), 1); !errors.Is(err, jsonpath.ErrNotReference) {
			t.Errorf("%s: got %v", source, err)
		}
	}
}
