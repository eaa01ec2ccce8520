package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"clinical-risk-pipeline/internal/jsondiff"
)

// object is a JSON object.
type object = map[string]any

// comparison compares two cloud assemblies.
type comparison struct {
	before, now string // the folders
	scratch     string // a folder for rewritten templates
	out         io.Writer
	cdkDiff     func(assembly, template, stack string) error
}

// run shows every stack of the assemblies: those of now in the order of their names, then those that are gone.
func (c *comparison) run() error {
	before, err := readStacks(c.before)
	if err != nil {
		return err
	}
	now, err := readStacks(c.now)
	if err != nil {
		return err
	}
	if err := copyAssembly(c.now, filepath.Join(c.scratch, "now")); err != nil {
		return err
	}
	for _, stack := range slices.Sorted(maps.Keys(now)) {
		if template, existed := before[stack]; !existed {
			fmt.Fprintln(c.out, stack, "is new")
		} else if err := c.stack(stack, template, now[stack]); err != nil {
			return err
		}
	}
	for _, stack := range slices.Sorted(maps.Keys(before)) {
		if _, exists := now[stack]; !exists {
			fmt.Fprintln(c.out, stack, "is gone")
		}
	}
	return nil
}

// stack shows a stack that both assemblies have.
func (c *comparison) stack(name, templateBefore, templateNow string) error {
	textBefore, err := os.ReadFile(filepath.Join(c.before, templateBefore))
	if err != nil {
		return err
	}
	textNow, err := os.ReadFile(filepath.Join(c.now, templateNow))
	if err != nil {
		return err
	}
	if bytes.Equal(textBefore, textNow) {
		fmt.Fprintln(c.out, name, "is the same")
		return nil
	}
	var before, now object
	if err := readJSON(filepath.Join(c.before, templateBefore), &before); err != nil {
		return err
	}
	if err := readJSON(filepath.Join(c.now, templateNow), &now); err != nil {
		return err
	}
	asWritten := len(jsondiff.Compare(before, now))
	sortStatements(before)
	sortStatements(now)
	switch inOrder := len(jsondiff.Compare(before, now)); {
	case asWritten == 0:
		fmt.Fprintln(c.out, name, "differs only in the order of its keys")
		return nil
	case inOrder == 0:
		fmt.Fprintln(c.out, name, "differs only in the order of policy statements")
		return nil
	default:
		return c.changes(name, before, now, templateNow, inOrder < asWritten)
	}
}

// changes shows a stack whose templates differ. It rewrites them: `cdk diff` shows everything except the definitions.
func (c *comparison) changes(name string, before, now object, templateNow string, reordered bool) error {
	machines := takeDefinitions(before, now)
	file := filepath.Join(c.scratch, "before.json")
	if err := writeJSON(file, before); err != nil {
		return err
	}
	assembly := filepath.Join(c.scratch, "now")
	if err := writeJSON(filepath.Join(assembly, templateNow), now); err != nil {
		return err
	}
	if err := c.cdkDiff(assembly, file, name); err != nil {
		return err
	}
	if reordered {
		fmt.Fprintf(c.out, "%s: the order of policy statements changed, too\n", name)
	}
	for _, machine := range machines {
		machine.write(c.out)
	}
	return nil
}
