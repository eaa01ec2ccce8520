package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/stages"
)

// The kernel in one process synthesizes what it does in jsii's two, and what it prints does not come between its answers.
func TestTheKernelInOneProcess(t *testing.T) {
	if os.Getenv("CDK_OUTDIR") != "" {
		environments := stages.Environments()[:1]
		environments[0].Cohort = nil // whose functions would have to be compiled
		if err := synthesize(environments, nil); err != nil {
			t.Fatal(err)
		}
		return
	}
	script, err := filepath.Abs("scripts/jsii/node")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{script, filepath.Join(filepath.Dir(script), "kernel.js")} {
		if _, err := os.Stat(file); err != nil { // and so go test knows what this test depends on
			t.Fatal(err)
		}
	}
	two, started, _ := synthesizeOn(t, "")
	if len(started) != 1 || !strings.HasSuffix(started[0], "/bin/jsii-runtime.js") {
		t.Errorf("jsii itself starts %q: what the script replaces is another program now", started)
	}
	one, started, printed := synthesizeOn(t, script)
	if len(started) != 1 || !strings.HasSuffix(started[0], "/lib/program.js") {
		t.Errorf("the script starts %q", started)
	}
	if !strings.Contains(printed, "printed by the kernel") {
		t.Errorf("what the kernel prints is lost: %s", printed)
	}
	if strings.Contains(printed, "exited abnormally") {
		t.Errorf("jsii complains about how the kernel ended: %s", printed)
	}
	if output, err := exec.Command("diff", "-r", two, one).CombinedOutput(); err != nil {
		t.Errorf("one process synthesizes something else: %v\n%s", err, output)
	}
}

// synthesizeOn synthesizes the first environment by this test program again, with a Node for jsii, and tells the cloud assembly's
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
	again := exec.Command(os.Args[0], "-test.run=^TestTheKernelInOneProcess$")
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
