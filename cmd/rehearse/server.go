package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

//go:embed server.py
var serverProgram []byte

// server is a running emulator.
type server struct {
	command *exec.Cmd
	port    string
	log     string // the file with its output
	ended   chan struct{}
}

// startServer starts the emulator on a free port of the loopback address and waits until it answers.
func startServer(ctx context.Context, python, log string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	s := &server{port: port, log: log, ended: make(chan struct{})}
	s.command = exec.CommandContext(ctx, python, "-c", string(serverProgram), "-H", "127.0.0.1", "-p", port)
	s.command.Env = localEnvironment()
	s.command.Stdout, s.command.Stderr = file, file
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("starting the emulator: %w", err)
	}
	go func() {
		_ = s.command.Wait() // stop kills the server, or await reports its early end
		close(s.ended)
	}()
	if err := s.await(ctx); err != nil {
		s.stop()
		text, _ := os.ReadFile(log)
		return nil, fmt.Errorf("the emulator does not answer: %w\n%s", err, text)
	}
	return s, nil
}

// await waits until the server answers, for one minute at most.
func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	direct := &http.Client{Transport: &http.Transport{}} // no proxy
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.endpoint("127.0.0.1")+"/moto-api/", nil)
		if err != nil {
			return err
		}
		response, err := direct.Do(request)
		if err == nil {
			response.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-s.ended:
			return errors.New("the process ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop kills the server if it still runs, and waits for its end.
func (s *server) stop() {
	_ = s.command.Process.Kill() // fails only after the end
	<-s.ended
}

func (s *server) endpoint(host string) string { return "http://" + host + ":" + s.port }

var unsupportedPattern = regexp.MustCompile(`(?m)^No Moto CloudFormation support for (\S+)`)

// unsupported returns the resource types that the emulator reported as unsupported.
func (s *server) unsupported() ([]string, error) {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return nil, err
	}
	var types []string
	for _, match := range unsupportedPattern.FindAllSubmatch(text, -1) {
		types = append(types, string(match[1]))
	}
	slices.Sort(types)
	return slices.Compact(types), nil
}

// failure returns the message of an internal error in the emulator, or "". The CDK command line does not report all of them.
func (s *server) failure() (string, error) {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return "", err
	}
	_, traceback, found := bytes.Cut(text, []byte("Traceback (most recent call last):"))
	if !found {
		return "", nil
	}
	lines := strings.Split(string(traceback), "\n")
	for i, line := range lines {
		if i > 0 && line != "" && !strings.HasPrefix(line, " ") {
			return line, nil
		}
	}
	return strings.TrimSpace(lines[len(lines)-1]), nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
