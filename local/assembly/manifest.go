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

// The account and region of a stack that does not set them.
const (
	DefaultAccount = "111111111111"
	DefaultRegion  = "us-east-1"
)

// manifest is the part of a manifest.json that says where the templates are.
type manifest struct {
	Artifacts map[string]artifact `json:"artifacts"`
}

type artifact struct {
	Type        string `json:"type"`
	Environment string `json:"environment"` // of a stack: "aws://ACCOUNT/REGION"
	Properties  struct {
		TemplateFile  string `json:"templateFile"`  // of a stack
		StackName     string `json:"stackName"`     // of a stack. Default: the id of the artifact
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

// stack returns the stack of an artifact of the assembly in dir. An account or region that is unknown at synthesis becomes the
// default.
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

// below returns the path of the file or folder that a property of an artifact names inside the assembly in dir. A missing name, or
// a name that leads out of dir, is an error: an assembly could contain itself.
func below(dir, id, property, name string) (string, error) {
	if !filepath.IsLocal(name) || filepath.Clean(name) == "." {
		return "", fmt.Errorf("%s: %s of artifact %s must name something inside %s, got %q: synthesize again with `make synth`",
			filepath.Join(dir, manifestFile), property, id, dir, name)
	}
	return filepath.Join(dir, name), nil
}

// stagePath returns the construct path of the Stage of a nested assembly. Without a display name, the id of the artifact has the
// name: assembly-Dev.
func (a artifact) stagePath(id string) string {
	if a.Properties.DisplayName != "" {
		return a.Properties.DisplayName
	}
	return strings.TrimPrefix(id, "assembly-")
}
