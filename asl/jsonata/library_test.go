package jsonata_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"clinical-risk-pipeline/asl/jsonata"
)

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFindSearchesParents(t *testing.T) {
	root := t.TempDir()
	module := filepath.Join(root, "a", "node_modules", "jsonata")
	write(t, filepath.Join(module, "package.json"), "{}")
	write(t, filepath.Join(root, "a", "b", "c", "file"), "")
	for _, dir := range []string{"a", "a/b", "a/b/c"} {
		if got, err := jsonata.Find(filepath.Join(root, dir)); err != nil || got != module {
			t.Errorf("from %s: got %s (error %v)", dir, got, err)
		}
	}
	if got, err := jsonata.Find(root); err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("from a parent: got %s (error %v)", got, err)
	}
}

func TestOpenRefusesAnotherSource(t *testing.T) {
	dir, err := jsonata.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(dir, "jsonata.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ reason, manifest, source, want string }{
		{"another version", `{"version": "2.1.0"}`, string(source), `has version "2.1.0", want 2.0.6`},
		{"a manifest that is not JSON", `{`, string(source), "package.json"},
		{"a changed source", `{"version": "2.0.6"}`, string(source) + "\n", "is not the file published as jsonata 2.0.6"},
	} {
		module := t.TempDir()
		write(t, filepath.Join(module, "package.json"), test.manifest)
		write(t, filepath.Join(module, "jsonata.js"), test.source)
		if _, err := jsonata.Open(module); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.reason, err, test.want)
		}
	}
	if _, err := jsonata.Open(filepath.Join(t.TempDir(), "jsonata")); err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("a folder that does not exist: got %v", err)
	}
}

func TestRuntimesRunConcurrently(t *testing.T) {
	library := open(t)
	expression, err := library.Compile("$floor($n) + $sum($map([1, 2], function($x) { $x }))")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			runtime, err := library.Runtime(jsonata.RuntimeOptions{})
			if err != nil {
				t.Error(err)
				return
			}
			defer runtime.Close()
			for range 20 {
				if value, _, err := runtime.Eval(expression, map[string]any{"n": float64(n)}); value != float64(n+3) {
					t.Errorf("got %v (error %v), want %d", value, err, n+3)
				}
			}
		})
	}
	group.Wait()
}

func Example() {
	dir, err := jsonata.Find(".")
	if err != nil {
		panic(err)
	}
	library, err := jsonata.Open(dir)
	if err != nil {
		panic(err)
	}
	expression, err := library.Compile("$states.input.visits[day > 30].n")
	if err != nil {
		panic(err)
	}
	runtime, err := library.Runtime(jsonata.RuntimeOptions{})
	if err != nil {
		panic(err)
	}
	defer runtime.Close()
	input := map[string]any{"visits": []any{map[string]any{"n": 1.0, "day": 3.0}, map[string]any{"n": 2.0, "day": 31.0}}}
	value, defined, err := runtime.Eval(expression, map[string]any{"states": map[string]any{"input": input}})
	fmt.Println(value, defined, err)
	// Output: 2 true <nil>
}
