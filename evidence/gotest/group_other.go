//go:build !unix

package gotest

import "os/exec"

// together does nothing on systems without process groups: running tests continue after an interruption.
func together(*exec.Cmd) {}
