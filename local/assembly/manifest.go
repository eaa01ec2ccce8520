package assembly

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	manifestFile     = "manifest.json"
	stackArtifact    = "aws:cloudformation:stack"
	assemblyArtifact = "cdk:cloud-assembly"
)

// Where a stack leaves account and region open, it is executed as if it stood here.
const (
	DefaultAccount = "111111111111"
	DefaultRegion  = "us-east-1"
)

// manifest is the part of a cloud assembly's manifest.json that tells where the templates are.
type manifest struct {
	Artifacts map[string]artifact `json:"artifacts"`
}

type artifact struct {
	Type        string `json:"type"`
	Environment string `json:"environment"` // of a stack: "aws://ACCOUNT/REGION"
	Properties  struct {
		TemplateFile  string `json:"templateFile"`  // of a stack
		StackName     string `json:"stackName"`     // of a stack; its artifact id where there is none
		DirectoryName string `json:"directoryName"` // of an assembly
		DisplayName   string `json:"displayName"`   // of an assembly: the Stage's construct path
	} `json:"properties"`
}

func readManifest(dir string) (*manifest, error) {
	m := &manifest{}
	return m, readJSON(filepath.Join(dir, manifestFile), m)
}

// ids returns the artifacts' ids in a stable order.
func (m *manifest) ids() []string { return slices.Sorted(maps.Keys(m.Artifacts)) }

var environmentPattern = regexp.MustCompile(`^aws://(\d{12}|[^/]*)/([^/]*)$`)

// stack returns the stack that the artifact of the assembly in dir describes, with the defaults for an account and region that
// are unknown at synthesis.
func (a artifact) stack(dir, id string) (*Stack, error) {
	file, err := below(dir, id, "templateFile", a.Properties.TemplateFile)
	if err != nil {
		return nil, err
	}
	s := &Stack{Name: a.Properties.StackName, Account: DefaultAccount, Region: DefaultRegion, Template: file}
	if s.Name == "" {
		s.Name = id
	}
	if m := environmentPattern.FindStringSubmatch(a.Environment); m != nil {
		if m[1] != "unknown-account" {
			s.Account = m[1]
		}
		if m[2] != "unknown-region" {
			s.Region = m[2]
		}
	}
	return s, nil
}

// below is the path of what a property of an artifact names inside the assembly in dir. Without a name, or with one that leads
// out, an assembly would contain itself.
func below(dir, id, property, name string) (string, error) {
	if !filepath.IsLocal(name) || filepath.Clean(name) == "." {
		return "", fmt.Errorf("%s: %s of artifact %s must name something inside %s, got %q: synthesize again with `make synth`",
			filepath.Join(dir, manifestFile), property, id, dir, name)
	}
	return filepath.Join(dir, name), nil
}

// stagePath returns the construct path of the Stage that a nested assembly holds. An assembly without a display name is
// named after its folder: assembly-Dev.
func (a artifact) stagePath(id string) string {
	if a.Properties.DisplayName != "" {
		return a.Properties.DisplayName
	}
	return strings.TrimPrefix(id, "assembly-")
}
