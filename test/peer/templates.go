package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/internal/jsondiff"
)

// sameTemplates compares the assemblies of the two applications, template by template.
func sameTemplates(inGo, inTypeScript string) error {
	a, err := templates(inGo)
	if err != nil {
		return err
	}
	b, err := templates(inTypeScript)
	if err != nil {
		return err
	}
	var differences strings.Builder
	for _, change := range jsondiff.Compare(a, b) {
		fmt.Fprintf(&differences, "\n%s: %s and %s", change.Path, change.Removed, change.Added)
	}
	if differences.Len() > 0 {
		return fmt.Errorf("the templates are not the same, Go's first:%s", &differences)
	}
	return nil
}

// templates reads all templates of an assembly, by file name.
func templates(dir string) (any, error) {
	files, err := filepath.Glob(filepath.Join(dir, "assembly-*", "*.template.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no templates in %s: %w", dir, err)
	}
	all := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var template map[string]any
		if err := json.Unmarshal(text, &template); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all[filepath.Base(file)] = template
	}
	return all, nil
}
