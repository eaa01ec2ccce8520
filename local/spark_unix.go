//go:build unix

package local

import (
	"os/exec"
	"syscall"
)

// killGroup makes the end of the context end the job with all processes that it started, such as the Java runtime.
func killGroup(job *exec.Cmd) {
	job.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	job.Cancel = func() error { return syscall.Kill(-job.Process.Pid, syscall.SIGKILL) }
}
