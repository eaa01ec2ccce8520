package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The script synthesizes what jsii itself does: by a kernel in one process, by another that finds compiled what the first one kept, and
// by a third that finds it damaged. Each of them is this program again.
func TestTheKernel(t *testing.T) {
	if os.Getenv("CDK_OUTDIR") != "" {
		environments := someEnvironments()[:1]
		environments[0].Cohort = nil // whose functions would have to be compiled
		if err := synthesize(environments, nil); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, started, _ := synthesizeOn(t, "")
	if len(started) != 1 || !strings.HasSuffix(started[0], "/bin/jsii-runtime.js") {
		t.Errorf("jsii itself starts %q: what the script replaces is another program now", started)
	}
	script := kernelScript(t)
	t.Run("in one process", func(t *testing.T) {
		got, started, printed := synthesizeOn(t, script)
		same(t, want, got)
		if len(started) != 1 || !strings.HasSuffix(started[0], "/lib/program.js") {
			t.Errorf("the script starts %q", started)
		}
		if !strings.Contains(printed, "printed by the kernel") {
			t.Errorf("what the kernel prints is lost: %s", printed)
		}
		if strings.Contains(printed, "exited abnormally") {
			t.Errorf("jsii complains about how the kernel ended: %s", printed)
		}
	})
	kept := compiled(t, script)
	if len(kept) < 100 {
		t.Fatalf("%d modules are kept", len(kept))
	}
	t.Run("with what was compiled", func(t *testing.T) {
		got, _, _ := synthesizeOn(t, script)
		same(t, want, got)
		for file, content := range compiled(t, script) {
			if !os.SameFile(content, kept[file]) {
				t.Fatalf("it compiled again: %s", file)
			}
		}
	})
	t.Run("with what was damaged", func(t *testing.T) {
		for file := range kept {
			if err := damage(file); err != nil {
				t.Fatal(err)
			}
		}
		got, _, _ := synthesizeOn(t, script)
		same(t, want, got)
		for file, content := range compiled(t, script) {
			if os.SameFile(content, kept[file]) {
				t.Fatalf("it stays: %s", file)
			}
		}
	})
}

// compiled are the files that the kernels of a script keep.
func compiled(t *testing.T, script string) map[string]os.FileInfo {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(script, "../../../bin/kernel-*/*"))
	if err != nil {
		t.Fatal(err)
	}
	kept := make(map[string]os.FileInfo, len(files))
	for _, file := range files {
		if kept[file], err = os.Stat(file); err != nil {
			t.Fatal(err)
		}
	}
	return kept
}

// damage changes the last byte of a file.
func damage(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	content[len(content)-1] ^= 0xff
	return os.WriteFile(name, content, 0o600)
}

// kernelScript is a copy of the script in a folder where nothing was compiled yet.
func kernelScript(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "scripts/jsii")
	if err := os.CopyFS(dir, os.DirFS("scripts/jsii")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "node")
}

// same fails the test where two cloud assemblies differ.
func same(t *testing.T, dir, other string) {
	t.Helper()
	if output, err := exec.Command("diff", "-r", dir, other).CombinedOutput(); err != nil {
		t.Errorf("the kernels synthesize different things: %v\n%s", err, output)
	}
}

// synthesizeOn synthesizes an environment by this test program again, with a Node for jsii, and tells the cloud assembly's
// folder, the arguments of each `node` that was started by name, and what was printed.
func synthesizeOn(t *testing.T, jsiiNode string) (dir string, started []string, printed string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	watched := "#!/bin/sh\necho \"$*\" >>'" + log + "'\nexec '" + node + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "node"), []byte(watched), 0o700); err != nil {
		t.Fatal(err)
	}
	print := filepath.Join(bin, "print.js")
	if err := os.WriteFile(print, []byte(`if (process.argv[1].endsWith("program.js")) console.log("printed by the kernel")`), 0o600); err != nil {
		t.Fatal(err)
	}

	dir = t.TempDir()
	again := exec.Command(os.Args[0], "-test.run=^TestTheKernel$")
	again.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "JSII_NODE="+jsiiNode, "NODE_OPTIONS=--require="+print,
		"CDK_OUTDIR="+dir, "CDK_VALIDATION=false", "CDK_CONTEXT_JSON="+flags(t, nil))
	output, err := again.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	lines, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return dir, strings.Split(strings.TrimSpace(string(lines)), "\n"), string(output)
}
