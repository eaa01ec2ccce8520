package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/evidence/scenario"
	"clinical-risk-pipeline/local/assembly"
)

// Stamp says what the evidence is of.
type Stamp struct {
	Commit       string       `json:"commit"`
	Changed      []string     `json:"changed"` // files that differ from the commit; with any, the evidence is of no commit
	Generated    time.Time    `json:"generated"`
	Seconds      float64      `json:"seconds"` // it took
	Platform     string       `json:"platform"`
	Tools        []Tool       `json:"tools"`
	Requirements Digest       `json:"requirements"`
	Templates    []Digest     `json:"templates"`
	Definitions  []Definition `json:"definitions"` // of the environments
}

// Tool is a program or a library that took part.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Digest is the SHA-256 of a file, in hexadecimal.
type Digest struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Definition is the digest of the definition that an environment runs, as the local run resolves it.
type Definition struct {
	Environment  string `json:"environment"`
	Form         string `json:"form"` // what it scores
	StateMachine string `json:"stateMachine"`
	SHA256       string `json:"sha256"`
}

// newStamp gathers what the evidence is of, before anything runs.
func newStamp(ctx context.Context, s *Settings) (*Stamp, error) {
	stamp := &Stamp{Generated: time.Now().UTC().Truncate(time.Second), Platform: runtime.GOOS + "/" + runtime.GOARCH, Changed: []string{}}
	c := commands{ctx: ctx, dir: s.Root}
	stamp.Commit = c.output("git", "rev-parse", "HEAD")
	for line := range strings.Lines(c.output("git", "status", "--porcelain", "--no-renames")) {
		stamp.Changed = append(stamp.Changed, strings.TrimSpace(line[2:]))
	}
	npm, npmErr := npmPackages(s.path("package.json"))
	stamp.Tools = append(c.tools(), npm...)
	var digestErr, templatesErr, definitionsErr error
	stamp.Requirements, digestErr = digest(s.Root, s.path(s.Requirements))
	stamp.Templates, templatesErr = templates(s.Root, s.path(s.Assembly))
	if templatesErr == nil {
		stamp.Definitions, definitionsErr = definitions(s.path(s.Assembly))
	}
	return stamp, errors.Join(c.err, npmErr, digestErr, templatesErr, definitionsErr)
}

// commands runs programs until one fails.
type commands struct {
	ctx context.Context
	dir string
	err error
}

func (c *commands) output(name string, arguments ...string) string {
	if c.err != nil {
		return ""
	}
	command := exec.CommandContext(c.ctx, name, arguments...)
	command.Dir = c.dir
	var diagnostics bytes.Buffer
	command.Stderr = &diagnostics
	output, err := command.Output()
	if err != nil {
		c.err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(diagnostics.String()))
	}
	return strings.TrimRight(string(output), "\n")
}

// libraries are the modules whose version decides what is synthesized.
var libraries = []string{"github.com/aws/aws-cdk-go/awscdk/v2", "github.com/aws/constructs-go/constructs/v10", "github.com/aws/jsii-runtime-go"}

func (c *commands) tools() []Tool {
	tools := []Tool{
		{"go", c.output("go", "env", "GOVERSION")}, {"node", c.output("node", "--version")},
		{"git", strings.TrimPrefix(c.output("git", "--version"), "git version ")},
	}
	var module struct {
		Require []struct{ Path, Version string }
	}
	if text := c.output("go", "mod", "edit", "-json"); c.err == nil {
		c.err = json.Unmarshal([]byte(text), &module)
	}
	for _, required := range module.Require {
		if slices.Contains(libraries, required.Path) {
			tools = append(tools, Tool{required.Path, required.Version})
		}
	}
	return tools
}

// npmPackages are the pinned packages of npm.
func npmPackages(file string) ([]Tool, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var manifest struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(source, &manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var tools []Tool
	for _, packages := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for _, name := range slices.Sorted(maps.Keys(packages)) {
			tools = append(tools, Tool{"npm " + name, packages[name]})
		}
	}
	return tools, nil
}

// templates are the digests of an assembly's templates.
func templates(root, dir string) ([]Digest, error) {
	var found []Digest
	err := filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".template.json") {
			return err
		}
		d, err := digest(root, file)
		found = append(found, d)
		return err
	})
	if err == nil && len(found) == 0 || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no templates here: synthesize them with `make synth`", dir)
	}
	return found, err
}

// definitions are the digests of the definitions that the environments of an assembly run.
func definitions(dir string) ([]Definition, error) {
	opened, err := assembly.Open(dir)
	if err != nil {
		return nil, err
	}
	var found []Definition
	for _, environment := range opened.Environments() {
		var missing []error
		for _, form := range []assembly.Form{assembly.OneSubject, assembly.WholeCohort} {
			machine, err := opened.StateMachine(environment, form)
			if err != nil {
				missing = append(missing, err)
				continue
			}
			found = append(found, Definition{environment, string(form), machine.Name, scenario.Digest(machine.Definition)})
		}
		if len(missing) == 2 { // an environment may have one form only
			return nil, errors.Join(missing...)
		}
	}
	return found, nil
}

// digest is that of a file, named below the root.
func digest(root, file string) (Digest, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return Digest{}, err
	}
	below, err := filepath.Rel(root, file)
	return Digest{filepath.ToSlash(below), scenario.Digest(content)}, err
}
