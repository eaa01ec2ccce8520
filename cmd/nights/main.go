// Command nights plays thirty nights of the synthetic trial on this machine, without AWS: the synthesized definition scores a cohort each
// night, the functions of the alerts tell people, and simulated people act. It writes a page of what each recipient would have received.
//
//	go run ./cmd/nights
//
// The exit code is 0, or 2 when the assembly or the folder is wrong.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/nights"
)

// cli is the command line.
type cli struct {
	Assembly    string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth writes. Default: ${default}."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment of the trial. Default: ${default}."`
	Trial       string `default:"SYN-AD-402" placeholder:"ID" help:"The registered trial. Default: ${default}."`
	Nights      int    `default:"30" placeholder:"N" help:"How many nights, 6 to 365. Default: ${default}."`
	Subjects    int    `default:"250" placeholder:"N" help:"How many subjects, 1 to 9,999. Default: ${default}."`
	Seed        uint64 `default:"1" placeholder:"N" help:"The seed of the simulation. Default: ${default}."`
	Out         string `default:"out/nights" placeholder:"DIR" help:"The folder for the page and the registry. It is replaced. Default: ${default}."`
}

// marker is a file in a folder that the command may replace.
const marker = ".nights"

// Run executes the command.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	if c.Nights < 6 || c.Nights > 365 || c.Subjects < 1 || c.Subjects > 9999 {
		return fmt.Errorf("--nights must be from 6 to 365, and --subjects from 1 to 9,999, got %d and %d", c.Nights, c.Subjects)
	}
	a, err := assembly.Open(c.Assembly)
	if err != nil {
		return err
	}
	machine, err := a.TrialStateMachine(c.Environment, c.Trial)
	if err != nil {
		return err
	}
	if err := c.prepare(); err != nil {
		return err
	}
	file, isFile := s.Err.(*os.File)
	terminal := isFile && term.IsTerminal(int(file.Fd()))
	played, err := nights.Play(ctx, nights.Options{
		Machine: machine, Dir: c.Out, Nights: c.Nights, Subjects: c.Subjects, Seed: c.Seed, First: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
		Progress: func(night int) {
			if terminal {
				fmt.Fprintf(s.Err, "\rnight %d of %d", night, c.Nights)
			}
		},
	})
	if terminal {
		fmt.Fprintln(s.Err)
	}
	if err != nil {
		return err
	}
	return c.show(s, played)
}

// prepare removes the nights of an earlier call, and nothing else.
func (c *cli) prepare() error {
	if entries, err := os.ReadDir(c.Out); err == nil && len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(c.Out, marker)); err != nil {
			return fmt.Errorf("%s holds files that are no nights: name a new or empty folder with --out", c.Out)
		}
		if err := os.RemoveAll(c.Out); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Out, marker), []byte("go run ./cmd/nights wrote this folder, and replaces it.\n"), 0o600)
}

// show writes the page and prints the figures.
func (c *cli) show(s program.Streams, played *nights.Played) error {
	page, err := played.Page()
	if err != nil {
		return err
	}
	name := filepath.Join(c.Out, "nights.html")
	if err := os.WriteFile(name, page, 0o600); err != nil {
		return err
	}
	asked, failed := 0, 0
	for _, night := range played.Nights {
		if night.Asked {
			asked++
		}
		if night.Outcome != "SUCCEEDED" {
			failed++
		}
	}
	fmt.Fprintf(s.Out, "%s: %d nights, %d subjects; %d approvals were asked for, %d runs failed, %d alerts are open at the end\n",
		played.Trial.ID, len(played.Nights), played.Subjects, asked, failed, played.Open)
	for _, r := range played.Received() {
		fmt.Fprintf(s.Out, "  %-16s %3d messages: %d about changes, %d about what is overdue, %d digests. Without a registry: %d\n",
			r.Role, r.All(), r.Transitions, r.Due, r.Digests, r.Before)
	}
	_, err = fmt.Fprintf(s.Out, "Page: %s\n", name)
	return err
}

func main() {
	program.Program{Name: "nights", Description: "Plays thirty nights of the synthetic trial on this machine.", CLI: &cli{}}.Main()
}
