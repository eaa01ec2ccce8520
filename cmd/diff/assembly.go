package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
)

// readStacks returns the templates of a cloud assembly by the ids of their stacks, for instance "Dev/ClinicalRisk". The paths are
// relative to the assembly. It reads the manifests only: an earlier synthesis may have left other templates in the folder.
func readStacks(dir string) (map[string]string, error) {
	manifests, err := filepath.Glob(filepath.Join(dir, "assembly-*", "manifest.json"))
	if err != nil {
		return nil, err
	}
	stacks := map[string]string{}
	for _, file := range append(manifests, filepath.Join(dir, "manifest.json")) {
		var manifest struct {
			Artifacts map[string]struct {
				Type        string `json:"type"`
				DisplayName string `json:"displayName"`
				Properties  struct {
					TemplateFile string `json:"templateFile"`
				} `json:"properties"`
			} `json:"artifacts"`
		}
		if err := readJSON(file, &manifest); err != nil {
			return nil, err
		}
		folder, err := filepath.Rel(dir, filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		for _, artifact := range manifest.Artifacts {
			if artifact.Type == "aws:cloudformation:stack" {
				stacks[artifact.DisplayName] = filepath.Join(folder, artifact.Properties.TemplateFile)
			}
		}
	}
	return stacks, nil
}

// copyAssembly copies a cloud assembly without its assets, which no comparison of templates reads.
func copyAssembly(dir, to string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, relative); {
		case entry.IsDir() && strings.HasPrefix(entry.Name(), "asset."):
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		default:
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(target, content, 0o644)
		}
	})
}

func readJSON(file string, value any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := strictjson.Unmarshal(text, value); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func writeJSON(file string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
