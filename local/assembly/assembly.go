// Package assembly reads what `cdk synth` wrote: which stacks there are, and the state machine of an environment, which it makes
// executable on this machine.
//
// A cloud assembly is a folder with a manifest.json. Every CDK Stage is an assembly of its own inside it
// (assembly-Dev, assembly-Staging …) and is called an environment here, by the lower-case id of the stage: "dev". An
// application without stages is addressed by the names of its stacks instead.
//
// The definition of a state machine stands in its CloudFormation template as text with holes: intrinsics such as Ref,
// Fn::GetAtt and Fn::Join that CloudFormation fills at deployment. This package fills them with values that have the
// shape of the real ones and that are the same on every machine and every run: names derived from stack and logical id,
// ARNs in the stack's own account and region, or in account 111111111111 and region us-east-1 where the stack leaves
// them open. What it cannot fill is an error that names the intrinsic and its place; nothing is guessed.
package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Assembly is a cloud assembly, opened.
type Assembly struct {
	dir          string
	environments []environment
}

// environment is what one name stands for on the command line: the stacks of a Stage, or one stack outside any Stage.
type environment struct {
	name    string   // "dev", or a stack's name
	path    string   // the Stage's construct path in lower case, "pipeline/dev", or the stack's name
	stage   bool     // false: a single stack
	stacks  []*Stack // what is searched for the state machine
	exports []*Stack // what is deployed together with it, and may lend it exported values
}

// Open reads the manifest of the assembly in dir, and of every assembly inside it. Templates are read later, when their
// environment is asked for.
func Open(dir string) (*Assembly, error) {
	if _, err := os.Stat(filepath.Join(dir, manifestFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no cloud assembly here (no %s): synthesize it with `make synth`, or with `npx cdk synth`",
			dir, manifestFile)
	}
	a := &Assembly{dir: dir}
	if err := a.add(dir, ""); err != nil {
		return nil, err
	}
	a.nameEnvironments()
	return a, nil
}

// add collects the environments of the assembly in dir; stage is the path of the Stage that it belongs to, "" for the
// outermost.
func (a *Assembly) add(dir, stage string) error {
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	var stacks []*Stack
	for _, id := range m.ids() {
		artifact := m.Artifacts[id]
		switch artifact.Type {
		case stackArtifact:
			s, err := artifact.stack(dir, id)
			if err != nil {
				return err
			}
			stacks = append(stacks, s)
		case assemblyArtifact:
			nested, err := below(dir, id, "directoryName", artifact.Properties.DirectoryName)
			if err != nil {
				return err
			}
			if err := a.add(nested, artifact.stagePath(id)); err != nil {
				return err
			}
		}
	}
	if stage == "" {
		for i, s := range stacks {
			a.environments = append(a.environments, environment{path: s.Name, stacks: stacks[i : i+1], exports: stacks})
		}
		return nil
	}
	path := strings.ToLower(stage)
	a.environments = append(a.environments, environment{path: path, stage: true, stacks: stacks, exports: stacks})
	return nil
}

// nameEnvironments gives every environment the last part of its path as its name, and the whole path where that part is
// not unique.
func (a *Assembly) nameEnvironments() {
	count := map[string]int{}
	for _, e := range a.environments {
		count[lastPart(e.path)]++
	}
	for i := range a.environments {
		e := &a.environments[i]
		e.name = lastPart(e.path)
		if count[e.name] > 1 {
			e.name = e.path
		}
	}
}

func lastPart(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// Stacks returns every stack, those of the Stages included, in an order that is always the same. What the manifests do not name
// is none, whatever lies in the folder: a synthesis leaves there what an earlier one wrote.
func (a *Assembly) Stacks() []*Stack {
	var stacks []*Stack
	for _, e := range a.environments {
		stacks = append(stacks, e.stacks...)
	}
	return stacks
}

// Environments returns the names that StateMachine accepts, sorted: every Stage, and every stack outside the Stages
// that has a state machine.
func (a *Assembly) Environments() []string {
	var names []string
	for _, e := range a.environments {
		if e.stage || e.stacks[0].hasStateMachine() {
			names = append(names, e.name)
		}
	}
	slices.Sort(names)
	return names
}

// StateMachine returns the one state machine of an environment, its definition resolved. With forms, only those that have one of
// them count; beside a Standard state machine, those of type Express do not: they help it. None or several are an error that
// lists what there is.
func (a *Assembly) StateMachine(name string, forms ...Form) (*StateMachine, error) {
	i := slices.IndexFunc(a.environments, func(e environment) bool { return e.name == name })
	if i < 0 {
		return nil, fmt.Errorf("%s: no environment %q, the assembly has %s: synthesize again with `make synth`, or choose another with --environment",
			a.dir, name, list(a.Environments()))
	}
	e := a.environments[i]
	all, err := e.stateMachines()
	if err != nil {
		return nil, err
	}
	var found []*StateMachine
	var names, others []string
	for _, m := range all {
		if len(forms) == 0 || slices.Contains(forms, m.Form()) {
			found, names = append(found, m), append(names, m.Stack+"/"+m.LogicalID)
		} else {
			others = append(others, m.Stack+"/"+m.LogicalID)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(all) == 0:
		return nil, fmt.Errorf("%s: environment %q has no state machine: its stacks are %s", a.dir, name, list(e.stackNames()))
	case len(found) == 0:
		return nil, fmt.Errorf("%s: environment %q has no state machine that scores %s; %s %s", a.dir, name, forms[0], list(others), forms[0].instead())
	}
	return nil, fmt.Errorf("%s: environment %q has %d state machines, and one is expected: %s", a.dir, name, len(found), list(names))
}

// stateMachines returns the state machines of the environment: the Standard ones, or the Express ones where it has no other.
func (e environment) stateMachines() ([]*StateMachine, error) {
	var standard, express []*StateMachine
	var faults []error
	for _, stack := range e.stacks {
		machines, err := stack.stateMachines(e.exports)
		faults = append(faults, err)
		for _, m := range machines {
			if m.Express {
				express = append(express, m)
			} else {
				standard = append(standard, m)
			}
		}
	}
	if len(standard) == 0 {
		return express, errors.Join(faults...)
	}
	return standard, errors.Join(faults...)
}

func (e environment) stackNames() []string {
	var names []string
	for _, s := range e.stacks {
		names = append(names, s.Name)
	}
	return names
}

// list puts names into a sentence: "a, b and c".
func list(names []string) string {
	switch n := len(names); n {
	case 0:
		return "none"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// readJSON reads the file at path into v, and names the file in its errors.
func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w: synthesize again with `make synth`", err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w: synthesize again with `make synth`", path, err)
	}
	return nil
}
