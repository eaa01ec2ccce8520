// Package assembly reads the output of `cdk synth`: the stacks, and the state machine of an environment, which it makes executable
// on this machine.
//
// A cloud assembly is a folder with a manifest.json. Every CDK Stage is a nested assembly (assembly-Dev, assembly-Staging …). This
// package calls it an environment, by the lower-case id of the stage: "dev". In an application without stages, the names of the
// stacks are the names of the environments.
//
// A CloudFormation template has the definition of a state machine as text with holes: intrinsics such as Ref, Fn::GetAtt and
// Fn::Join, which CloudFormation fills at deployment. This package fills them with values that have the shape of the real ones and
// are the same on every machine and every run. Names derive from stack and logical id. ARNs have the stack's account and region,
// or account 111111111111 and region us-east-1 if the stack does not set them. An intrinsic without a value is an error that names
// the intrinsic and its place. The package never guesses a value.
package assembly

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
)

// Assembly is an open cloud assembly.
type Assembly struct {
	dir          string
	environments []environment
}

// Open reads the manifest of the assembly in dir and of every nested assembly. It does not read the templates yet.
func Open(dir string) (*Assembly, error) {
	if _, err := os.Stat(filepath.Join(dir, manifestFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no cloud assembly here (%s is missing): synthesize it with `make synth` or `npx cdk synth` in the project's folder, or name the folder of an assembly with --assembly",
			dir, manifestFile)
	}
	a := &Assembly{dir: dir}
	if err := a.add(dir, ""); err != nil {
		return nil, err
	}
	a.nameEnvironments()
	return a, nil
}

// add collects the environments of the assembly in dir. The stage is the path of its Stage, "" for the outermost assembly.
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

// nameEnvironments names every environment after the last part of its path, or after the whole path if that part is not unique.
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

// Stacks returns every stack, including those of the Stages, in a stable order. It ignores templates that no manifest names: a
// synthesis leaves the files of earlier ones in the folder.
func (a *Assembly) Stacks() []*Stack {
	var stacks []*Stack
	for _, e := range a.environments {
		stacks = append(stacks, e.stacks...)
	}
	return stacks
}

// Environments returns the sorted names that StateMachine accepts: every Stage, and every stack outside the Stages that has a
// state machine.
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

// StateMachine returns the one state machine of an environment, with a resolved definition. With forms, it ignores state machines
// of other forms. Beside a Standard state machine, it ignores Express ones, which support it. If no state machine is left, or more than
// one, the error lists the candidates.
func (a *Assembly) StateMachine(name string, forms ...Form) (*StateMachine, error) {
	e, err := a.environment(name)
	if err != nil {
		return nil, err
	}
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
		return nil, fmt.Errorf("%s: environment %q has no state machine, its stacks are %s", a.dir, name, list(e.stackNames()))
	case len(found) == 0:
		return nil, fmt.Errorf("%s: environment %q has no state machine that scores %s; %s %s", a.dir, name, forms[0], list(others), forms[0].instead())
	}
	return nil, fmt.Errorf("%s: environment %q must have one state machine, got %d: %s", a.dir, name, len(found), list(names))
}

// TrialStateMachine returns the state machine of a registered trial in an environment.
func (a *Assembly) TrialStateMachine(name, trial string) (*StateMachine, error) {
	all, err := a.StateMachines(name)
	if err != nil {
		return nil, err
	}
	var trials []string
	for _, m := range all {
		if m.Form() != RegisteredTrial {
			continue
		}
		_, id, _ := strings.Cut(m.Stack, "-") // "Dev-SYN-AD-402"
		if id == trial {
			return m, nil
		}
		trials = append(trials, id)
	}
	return nil, fmt.Errorf("environment %q has no registered trial %q, only %s: register it in trials/%s.yaml and synthesize again", name, trial, list(trials), trial)
}

// list joins names for a sentence: "a, b and c".
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

// readJSON reads a file into v. Its errors name the file.
func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w: synthesize again with `make synth`", err)
	}
	if err := strictjson.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w: synthesize again with `make synth`", path, err)
	}
	return nil
}
