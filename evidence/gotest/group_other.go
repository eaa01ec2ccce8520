//go:build !unix

package gotest

import "os/exec"

// together does nothing where there are no process groups: tests that run go on after an interruption.
func together(*exec.Cmd) {}
