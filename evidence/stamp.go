package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/evidence/scenario"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/workflow"
)

// Stamp identifies what the evidence is about.
type Stamp struct {
	Commit       string       `json:"commit"`
	Changed      []string     `json:"changed"` // files that differ from the commit; if any do, the evidence is about no commit
	Generated    time.Time    `json:"generated"`
	Seconds      float64      `json:"seconds"` // the duration
	Platform     string       `json:"platform"`
	Tools        []Tool       `json:"tools"`
	Requirements Digest       `json:"requirements"`
	Templates    []Digest     `json:"templates"`
	Definitions  []Definition `json:"definitions"` // of every state machine in the templates
}

// Tool is a program or a library that was used.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Digest is the SHA-256 of a file, in hexadecimal.
type Digest struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Definition is the digest of a state machine's definition. The tag of the state machine and the decision records contain the same
// digest: see [workflow.DefinitionDigest].
type Definition struct {
	Template  string `json:"template"`
	LogicalID string `json:"logicalId"`
	SHA256    string `json:"sha256"`
	Express   bool   `json:"express"` // an Express state machine only assists a Standard one; the verification ignores it
}

// newStamp records the state of the project before the tests run.
func newStamp(ctx context.Context, s *Settings) (*Stamp, error) {
	stamp := &Stamp{Generated: time.Now().UTC().Truncate(time.Second), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	c := commands{ctx: ctx, dir: s.Root}
	stamp.Commit, stamp.Changed = c.head(), c.changed()
	npm, npmErr := npmPackages(s.path("package.json"))
	stamp.Tools = append(c.tools(), npm...)
	var digestErr error
	stamp.Requirements, digestErr = digest(s.Root, s.path(s.Requirements))
	return stamp, errors.Join(c.err, npmErr, digestErr, stamp.addTemplates(s.Root, s.path(s.Assembly)))
}

// meanwhile adds the files that changed since the stamp was made. It returns a finding if the commit changed.
func (stamp *Stamp) meanwhile(ctx context.Context, root string) (findings []string, err error) {
	c := commands{ctx: ctx, dir: root}
	head, changed := c.head(), c.changed("--untracked-files=no") // Git may not ignore the folder of the evidence
	for _, file := range changed {
		if !slices.Contains(stamp.Changed, file) {
			stamp.Changed = append(stamp.Changed, file)
		}
	}
	if c.err == nil && head != stamp.Commit {
		findings = append(findings, fmt.Sprintf("the commit changed to %s while the tests ran: run again", head))
	}
	return findings, c.err
}

// commands runs programs, until one fails.
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

func (c *commands) head() string { return c.output("git", "rev-parse", "HEAD") }

// changed returns the files that differ from the commit, never nil.
func (c *commands) changed(options ...string) []string {
	files := []string{}
	for line := range strings.Lines(c.output("git", append([]string{"status", "--porcelain", "--no-renames"}, options...)...)) {
		files = append(files, strings.TrimSpace(line[2:]))
	}
	return files
}

// libraries are the modules whose versions decide what a synthesis writes.
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

// npmPackages returns the pinned npm packages.
func npmPackages(file string) ([]Tool, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := strictjson.Unmarshal(source, &manifest); err != nil {
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

// addTemplates adds the digests of an assembly's templates and of the definitions in them.
func (stamp *Stamp) addTemplates(root, dir string) error {
	synthesized, err := assembly.Open(dir)
	if err != nil {
		return err
	}
	for _, stack := range synthesized.Stacks() {
		template, err := digest(root, stack.Template)
		if err != nil {
			return fmt.Errorf("%w: synthesize again with `make synth`", err)
		}
		found, err := definitions(stack.Template)
		if err != nil {
			return err
		}
		stamp.Templates, stamp.Definitions = append(stamp.Templates, template), append(stamp.Definitions, found...)
	}
	if len(stamp.Templates) == 0 {
		return fmt.Errorf("%s contains no stacks: synthesize with `make synth`", dir)
	}
	return nil
}

// definitions returns the digests of the definitions in a template, sorted by id.
func definitions(template string) ([]Definition, error) {
	source, err := os.ReadFile(template)
	if err != nil {
		return nil, err
	}
	var read struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				DefinitionString any
				StateMachineType string
			}
		}
	}
	if err := strictjson.Unmarshal(source, &read); err != nil {
		return nil, fmt.Errorf("%s: %w: synthesize again with `make synth`", template, err)
	}
	var found []Definition
	for _, id := range slices.Sorted(maps.Keys(read.Resources)) {
		if r := read.Resources[id]; r.Type == "AWS::StepFunctions::StateMachine" {
			found = append(found, Definition{filepath.Base(template), id, workflow.DefinitionDigest(r.Properties.DefinitionString), r.Properties.StateMachineType == "EXPRESS"})
		}
	}
	return found, nil
}

// digest returns the digest of a file, with its name below the root.
func digest(root, file string) (Digest, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return Digest{}, err
	}
	below, err := filepath.Rel(root, file)
	return Digest{filepath.ToSlash(below), scenario.Digest(content)}, err
}
