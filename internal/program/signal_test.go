package program

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// waiter is a program that waits for a signal.
type waiter struct{}

func (waiter) Run(ctx context.Context, s Streams) error {
	fmt.Fprintln(s.Out, "waiting")
	<-ctx.Done()
	return ctx.Err()
}

// waiterVariable makes the test's binary the waiter.
const waiterVariable = "PROGRAM_TEST_WAITER"

func TestMain(m *testing.M) {
	if os.Getenv(waiterVariable) != "" {
		Program{"waiter", "Waits.", &waiter{}}.Main()
	}
	os.Exit(m.Run())
}

func TestSignalsCancelTheContext(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals to send")
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var diagnostics strings.Builder
		command := exec.CommandContext(t.Context(), self)
		command.Env, command.Stderr = append(os.Environ(), waiterVariable+"=1"), &diagnostics
		output, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		exit, ok := errors.AsType[*exec.ExitError](command.Wait())
		if !ok || exit.ExitCode() != ExitInterrupted || diagnostics.String() != "waiter: interrupted\n" {
			t.Errorf("%v: exit %v, diagnostics %q", signal, exit, diagnostics.String())
		}
	}
}
