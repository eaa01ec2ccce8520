package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// watchInterval is how often the files are looked at.
const watchInterval = 200 * time.Millisecond

// watch runs the tables whenever a file changes, until the context is done. A fault does not end it: the next change may mend it.
func (c *testCommand) watch(ctx context.Context, s program.Streams) error {
	for {
		began := time.Now()
		files, _, err := c.once(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			fmt.Fprintln(s.Err, plain.Text(err.Error()))
		}
		fmt.Fprintf(s.Out, "-- %s, waiting for a change; Ctrl-C ends\n", time.Since(began).Round(time.Millisecond))
		for seen := stamps(files); maps.Equal(seen, stamps(files)); {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(watchInterval):
			}
		}
	}
}

// stamp is what changes when a file is written.
type stamp struct {
	modified time.Time
	size     int64
}

// stamps returns the stamp of each file, without those that do not exist.
func stamps(files []string) map[string]stamp {
	found := map[string]stamp{}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			found[file] = stamp{info.ModTime(), info.Size()}
		}
	}
	return found
}
