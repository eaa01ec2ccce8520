package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/runner"
)

// forged is a text that erases a line, changes the direction of text and begins a line of its own.
const forged = "T\x1b[1A\x1b[2K\u009b\x7f\u202e\u2028\u200b\ndev, 1 execution: 1 succeeded"

func wantPlain(t *testing.T, what, text string) {
	t.Helper()
	if strings.ContainsAny(text, "\x1b\u009b\x7f\u202e\u2028\u200b\r") || strings.Contains(text, "\ndev, 1 execution: 1 succeeded") {
		t.Errorf("%s obeys text of others: %q", what, text)
	}
}

// Nothing that a service, a model or a person chose forges what a terminal shows.
func TestForeignTextOnATerminal(t *testing.T) {
	name, cause, at := forged, forged, time.Now()
	ending := outcome.Ending{TrialID: forged, Execution: forged, Status: asl.Failed, Error: &name, Cause: &cause, Path: []string{forged}, Alerted: true}
	effects := runner.Effects{
		Approvals:  []local.Approval{{ID: forged, Decision: forged, PrintedName: forged, Refusal: forged, SignedAt: &at}},
		Downstream: []local.Downstream{{State: forged, Action: forged, Reference: forged}},
	}
	n := newNotable("out")
	n.add(&runner.Result{Outcome: &outcome.Outcome{Subject: forged, Ending: ending}, Effects: effects})
	n.addCohort(&runner.CohortResult{Outcome: &outcome.Cohort{Ending: ending}, Effects: effects, Subjects: []outcome.Subject{{Subject: forged, Reason: forged}}})
	var out bytes.Buffer
	n.print(&out, outcome.NewSummary("dev", "m"))
	wantPlain(t, "the output", out.String())
	if !strings.Contains(out.String(), `T\x1b[1A`) {
		t.Errorf("the text is gone: %q", out.String())
	}
	r := &results{summary: outcome.NewSummary("dev", "m")}
	r.summary.ByError[forged] = 1
	out.Reset()
	if err := (&runCommand{JSON: true}).conclude(program.Streams{Out: &out}, r); err != nil {
		t.Fatal(err)
	}
	wantPlain(t, "the summary", out.String())
	var read outcome.Summary
	if err := json.Unmarshal(out.Bytes(), &read); err != nil || read.ByError[forged] != 1 {
		t.Errorf("the summary lost the name: %q, %v", out.String(), err)
	}
}

// A model server chooses the text of its status, which is not repeated.
func TestStatusOfAPing(t *testing.T) {
	server := serveBytes(t, func(connection net.Conn) {
		_, _ = connection.Read(make([]byte, 4096))
		_, _ = connection.Write([]byte("HTTP/1.1 503 Down\x1b[1A\x1b[2K\u202e\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
	})
	_, _, stderr, _ := pipeline(t, "--endpoint", server, write(t, "in.jsonl", input("S-1")))
	wantPlain(t, "the warning", stderr)
	if !strings.Contains(stderr, "answered 503 Service Unavailable: ") {
		t.Errorf("diagnostics %q", stderr)
	}
}

// serveBytes returns the URL of a server that hands each connection to speak and then closes it, until the test ends.
func serveBytes(t *testing.T, speak func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			speak(connection)
			_ = connection.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// The names of files are chosen by others, too.
func TestNameOfAFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows allows no control characters in names")
	}
	name := filepath.Join(t.TempDir(), "in\x1b[2K\u202e.jsonl")
	if err := os.WriteFile(name, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, stderr, _ := pipeline(t, name)
	wantPlain(t, "the diagnostics", stderr)
}

const mainVariable = "CLINICALRISK_TEST_MAIN"

// A server that speaks before it is asked is not quoted: its bytes may be about somebody.
func TestServersAreNotQuoted(t *testing.T) {
	if arguments := os.Getenv(mainVariable); arguments != "" {
		os.Args = append([]string{"clinicalrisk"}, strings.Split(arguments, "\n")...)
		main()
	}
	server := serveBytes(t, func(connection net.Conn) {
		_, _ = connection.Write([]byte("secret"))
		time.Sleep(10 * time.Millisecond)
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(self, "-test.run=^TestServersAreNotQuoted$")
	run.Env = append(os.Environ(), mainVariable+"="+strings.Join([]string{"run", "--assembly", testAssembly, "--out", filepath.Join(t.TempDir(), "out"),
		"--endpoint", server, write(t, "in.jsonl", input("S-1")+input("S-2")+input("S-3"))}, "\n"))
	printed, _ := run.CombinedOutput() // The run fails.
	if !strings.Contains(string(printed), "3 failed") || strings.Contains(string(printed), "secret") {
		t.Errorf("printed\n%s", printed)
	}
}
