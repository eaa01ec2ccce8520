// Command asl validates, runs, draws and replays Amazon States Language definitions. See the README of package asl.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

type cli struct {
	Replay replayCommand `cmd:"" help:"Answer replay requests, one JSON object a line, on standard input and output."`
}

func main() {
	var c cli
	ctx := kong.Parse(&c, kong.Name("asl"))
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "asl:", err)
		os.Exit(2)
	}
}
