//go:build unix

package gotest

import (
	"os/exec"
	"syscall"
)

// together lets an interruption end the go command with the tests that it started: it does not end them itself.
func together(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
