//go:build unix

package gotest

import (
	"os/exec"
	"syscall"
)

// together makes an interruption end the go command together with the tests that it started, which the go command does not end.
func together(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
