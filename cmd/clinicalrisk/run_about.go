package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
)

// histories says how to keep the histories, and tells if there are many.
func (c *runCommand) histories(s program.Streams, file *intake.File) runner.Histories {
	if file == nil {
		return runner.HistoriesOf(c.Histories, 0)
	}
	executions := file.Count
	if c.Cohort != "" {
		executions = file.Count / 10 // about the batches
	}
	kept := runner.HistoriesOf(c.Histories, executions)
	if kept.Many && kept.Keep == runner.KeepAll {
		note(s, fmt.Sprintf("the histories of %d executions take about %d MB, in folders of 1,000", executions, executions*runner.HistorySize>>20))
	} else if kept.Many && c.Histories == "" {
		note(s, fmt.Sprintf("%d executions: only the histories of those that fail, alert or do not decide are kept; --histories all keeps all, about %d MB",
			executions, executions*runner.HistorySize>>20))
	}
	return kept
}

// about describes the run for the report.
func (c *runCommand) about(stateMachine *assembly.StateMachine, file *intake.File, out string, histories runner.Histories) report.About {
	about := report.About{StateMachine: stateMachine, Environment: c.Environment, Input: c.Tables, Model: c.modelName(), Histories: histories, Card: link(out, c.Card)}
	if file != nil {
		about.Input, about.Inputs = file.Name, file.Count
		about.Card, about.Quality = link(out, c.beside(c.Card, file, "card.html")), link(out, c.beside("", file, "quality.json"))
	}
	return about
}

// beside returns the named file or, without one, the file of that name in the input's folder. It returns "" if neither exists.
func (c *runCommand) beside(named string, file *intake.File, name string) string {
	if named != "" {
		return named
	}
	path := filepath.Join(filepath.Dir(file.Name), name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || c.Cohort == intake.Stdin || c.File == intake.Stdin {
		return ""
	}
	return path
}

// link returns the path of a file relative to a folder, for a page there.
func link(folder, path string) string {
	absolute, err := filepath.Abs(path)
	if path == "" || err != nil {
		return ""
	}
	relative, err := filepath.Rel(folder, absolute)
	if err != nil {
		return ""
	}
	return (&url.URL{Path: filepath.ToSlash(relative)}).String()
}
