package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// asProgram makes this test program the program itself: a test starts it again, and kills it.
const asProgram = "ASL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		newProgram().Main()
	}
	os.Exit(m.Run())
}

// listening reads the address from the first line of a server's output.
func listening(t *testing.T, out io.Reader) string {
	t.Helper()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	address, rest, _ := strings.Cut(strings.TrimPrefix(line, "Step Functions at "), ". ")
	if !strings.HasPrefix(address, "http://127.0.0.1:") || rest != "Credentials are not checked.\n" {
		t.Fatalf("the first line is %q", line)
	}
	return address
}

// post calls a server.
func post(t *testing.T, address, operation string, request map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // It is read.
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %v", operation, response.StatusCode, answer, err)
	}
	return answer
}

// serving runs the command with arguments until the test ends, and returns the address.
func serving(t *testing.T, arguments ...string) (address string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- newProgram().Run(ctx, append([]string{"serve", "--address", "127.0.0.1:0"}, arguments...), program.Streams{In: strings.NewReader(""), Out: writer, Err: io.Discard})
	}()
	t.Cleanup(cancel)
	return listening(t, reader), func() int {
		cancel()
		return <-ended
	}
}

func TestServe(t *testing.T) {
	file := write(t, `{"StateMachines": {"m": {"TestCases": {"Good": {"A": "Sent"}}}}, "MockedResponses": {"Sent": {"0": {"Return": 5}}}}`)
	address, stop := serving(t, "--time", "virtual", "--stubs", file)
	arn := post(t, address, "CreateStateMachine", map[string]any{"name": "m", "definition": machine, "roleArn": "arn:aws:iam::123456789012:role/r"})["stateMachineArn"].(string)
	execution := post(t, address, "StartExecution", map[string]any{"stateMachineArn": arn + "#Good"})["executionArn"]
	for {
		x := post(t, address, "DescribeExecution", map[string]any{"executionArn": execution})
		if x["status"] == "RUNNING" {
			continue
		}
		if x["status"] != "SUCCEEDED" || x["output"] != "5" {
			t.Errorf("got %v", x)
		}
		break
	}
	if code := stop(); code != program.ExitOK {
		t.Errorf("exit code %d", code)
	}
}

// A page in a browser cannot reach the server under a name of its own.
func TestServeRefusesOtherHosts(t *testing.T) {
	address, _ := serving(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // Only the status counts.
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", response.StatusCode)
	}
}

// A server that was killed lost nothing that had ended, and says what it does not know.
func TestServeAfterAKill(t *testing.T) {
	folder := t.TempDir()
	server := exec.CommandContext(t.Context(), os.Args[0], "serve", "--address", "127.0.0.1:0", "--data", folder)
	server.Env = append(os.Environ(), asProgram+"=1")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	address := listening(t, out)
	create := func(name, definition string) string {
		return post(t, address, "CreateStateMachine", map[string]any{"name": name, "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"})["stateMachineArn"].(string)
	}
	begin := func(machine string) any {
		return post(t, address, "StartExecution", map[string]any{"stateMachineArn": machine})["executionArn"]
	}
	fast := create("fast", `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}`)
	var ended []any
	for range 20 {
		execution := begin(fast)
		for post(t, address, "DescribeExecution", map[string]any{"executionArn": execution})["status"] == "RUNNING" {
			continue
		}
		ended = append(ended, execution)
	}
	slow := begin(create("slow", `{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}`))
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait() // It was killed.

	address, _ = serving(t, "--data", folder)
	for _, execution := range ended {
		if status := post(t, address, "DescribeExecution", map[string]any{"executionArn": execution})["status"]; status != "SUCCEEDED" {
			t.Errorf("%s is %s", execution, status)
		}
	}
	if x := post(t, address, "DescribeExecution", map[string]any{"executionArn": slow}); x["status"] != "ABORTED" || x["error"] != "Server.Interrupted" {
		t.Errorf("the execution that ran: %v", x)
	}
}

// Whatever keeps the server from starting is one line, with exit code 2.
func TestServeThatCannotStart(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	damaged, used := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "serve.db"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	serving(t, "--data", used)
	for _, row := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"--address", taken.Addr().String()}, "address already in use"},
		{[]string{"--address", "8083"}, `--address must be HOST:PORT, got "8083"`},
		{[]string{"--address", "0.0.0.0:0"}, "add --any-client"},
		{[]string{"--address", ":0"}, "add --any-client"},
		{[]string{"--address", "127.0.0.1:0", "--data", damaged}, "is damaged, or not a database of asl serve"},
		{[]string{"--address", "127.0.0.1:0", "--data", used}, "is in use by another program"},
		{[]string{"--address", "127.0.0.1:0", "--stubs", write(t, "{")}, "the stubs are not valid"},
		{[]string{"--address", "127.0.0.1:0", "--stubs", "missing.json"}, "missing.json"},
		{[]string{"--address", "127.0.0.1:0", "--service", "lamda=http://127.0.0.1:1"}, `unknown service "lamda"`},
		{[]string{"--address", "127.0.0.1:0", "--time", "fast"}, "--time must be one of"},
		{[]string{"--address", "127.0.0.1:0", "--keep", "0"}, "--keep must be at least 1, got 0"},
	} {
		code, out, errs := run(t, "", append([]string{"serve"}, row.arguments...)...)
		if code != program.ExitUsage || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, row.want) {
			t.Errorf("%v: exit code %d\n%s%s", row.arguments, code, out, errs)
		}
	}
}
