// Command module gives the Go module another path, everywhere in the repository: in go.mod, in the imports, and where text names a package.
// A fork does so once, so that `go get` finds the construct.
//
//	make module MODULE=github.com/acme/clinical-risk-pipeline
package main

import (
	"context"
	"fmt"

	"clinical-risk-pipeline/internal/program"
)

// cli is the command line.
type cli struct {
	Path string `arg:"" placeholder:"MODULE" help:"The new path, for instance github.com/acme/clinical-risk-pipeline."`
}

func main() {
	program.Program{Name: "module", Description: "Gives the Go module another path, everywhere in the repository.", CLI: &cli{}}.Main()
}

// Run executes the command.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	old, files, err := rename(ctx, ".", c.Path)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "renamed %s to %s in %d files: look at `git diff`, run `make test`, and commit\n", old, c.Path, files)
	return nil
}
