package gotest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a Go module.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module example.org/m\n\ngo 1.26\n"
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// testFile is a test file with every kind of result.
const testFile = `package a

import ("os"; "testing")

func TestCases(t *testing.T) {
	for _, name := range []string{"one", "two"} {
		t.Run(name, func(t *testing.T) { if os.Getenv("COLOUR") != "red" { t.Error("not red") } })
	}
}
func TestBroken(t *testing.T) { t.Error("it broke") }
func TestSkipped(t *testing.T) { t.Skip() }
func TestPartlySkipped(t *testing.T) { t.Run("one", func(*testing.T) {}); t.Run("two", func(t *testing.T) { t.Skip() }) }
`

func TestEveryTestIsReported(t *testing.T) {
	root := module(t, map[string]string{
		"a/a_test.go": testFile,
		"b/b_test.go": "package b\n\nimport (\"os\"; \"testing\")\n\nfunc TestDies(t *testing.T) { os.Exit(3) }\n",
		"c/c_test.go": "package c\n\nfunc TestTypo(t *testing.T) {}\n",
	})
	var ended []string
	run, err := Do(t.Context(), Options{
		Root: root, Packages: []string{"a", "b", "c"}, Env: map[string]string{"COLOUR": "red"},
		OnTest: func(test Test) { ended = append(ended, test.Name+" "+test.Status) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Find("a", "TestCases"); got.Status != Passed || got.Cases != 2 {
		t.Errorf("TestCases: %+v", got)
	}
	if got := run.Find("a", "TestBroken"); got.Status != Failed || !strings.Contains(got.Output, "it broke") {
		t.Errorf("TestBroken: %+v", got)
	}
	if run.Find("a", "TestSkipped").Status != Skipped || run.Find("a", "TestNone").Status != NotRun || run.Find("b", "TestCases").Status != NotRun {
		t.Errorf("ran %+v", run.Tests)
	}
	if got := run.Find("a", "TestPartlySkipped"); got.Status != Skipped || got.Cases != 2 {
		t.Errorf("a test with a skipped case: %+v", got)
	}
	if got := run.Find("b", "TestDies").Status; got != NotRun {
		t.Errorf("a test that ends the program: %s", got)
	}
	for _, want := range []string{"b failed:", "c.test] does not compile", "undefined: testing"} {
		if faults := strings.Join(run.Faults, "\n"); !strings.Contains(faults, want) {
			t.Errorf("no fault says %s: %s", want, faults)
		}
	}
	if len(ended) != len(run.Tests) {
		t.Errorf("OnTest got %v", ended)
	}
}

// A go command that is killed after some tests, for example for lack of memory, has not run the others.
func TestAKilledGoCommandIsAFault(t *testing.T) {
	killed := filepath.Join(t.TempDir(), "go")
	script := "#!/bin/sh\n[ $1 = list ] && echo m && exit\n" +
		`echo '{"Action": "pass", "Package": "m/a", "Test": "TestFine"}'` + "\nkill -9 $$\n"
	if err := os.WriteFile(killed, []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(killed)+string(os.PathListSeparator)+os.Getenv("PATH"))
	run, err := Do(t.Context(), Options{Root: t.TempDir(), Packages: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if run.Find("a", "TestFine").Status != Passed || len(run.Faults) != 1 || !strings.Contains(run.Faults[0], "signal: killed") {
		t.Errorf("found %+v", run)
	}
}

func TestARefusalByTheGoCommandIsAnError(t *testing.T) {
	for reason, root := range map[string]string{"no module": t.TempDir(), "no folder": filepath.Join(t.TempDir(), "none")} {
		if _, err := Do(t.Context(), Options{Root: root, Packages: []string{"a"}}); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}

func TestAnInterruptedRunIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	root := module(t, map[string]string{"a/a_test.go": "package a\n\nimport (\"testing\"; \"time\")\n\nfunc TestOne(*testing.T) {}\nfunc TestTwo(*testing.T) { time.Sleep(time.Hour) }\n"})
	_, err := Do(ctx, Options{Root: root, Packages: []string{"a"}, OnTest: func(Test) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}
