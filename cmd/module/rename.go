package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// rename gives the module in a folder another path. It returns the old path and how many files it changed. It refuses a working tree
// with changes, so that git can show the rename and undo it.
func rename(ctx context.Context, root, to string) (from string, changed int, err error) {
	if err := check(to); err != nil {
		return "", 0, err
	}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", 0, fmt.Errorf("%w: run this in the root of the module", err)
	}
	if from = modfile.ModulePath(text); from == to {
		return "", 0, fmt.Errorf("the module's path is already %s", to)
	}
	changes, err := git(ctx, root, "status", "--porcelain")
	if err != nil {
		return "", 0, err
	}
	if len(changes) > 0 {
		return "", 0, errors.New("the working tree has changes: commit them first, so that `git diff` shows the rename alone")
	}
	listed, err := git(ctx, root, "ls-files", "-z")
	if err != nil {
		return "", 0, err
	}
	files := strings.FieldsFunc(string(listed), func(r rune) bool { return r == 0 })
	r := newRenaming(from, to, files)
	for _, file := range files {
		different, err := r.file(root, file)
		if err != nil {
			return "", 0, err
		}
		if different {
			changed++
		}
	}
	return from, changed, nil
}

// check refuses what `go get` cannot fetch, and a major version, which the version of every `require` would have to follow.
func check(to string) error {
	const example = "want a path such as github.com/acme/clinical-risk-pipeline"
	if err := module.CheckPath(to); err != nil {
		return fmt.Errorf("%w: %s", err, example)
	}
	if _, major, _ := module.SplitPathVersion(to); major != "" {
		return fmt.Errorf("the module path %q must not end with a major version: %s", to, example)
	}
	return nil
}

// git runs git in a folder and returns what it prints.
func git(ctx context.Context, root string, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "git", arguments...)
	var stderr strings.Builder
	command.Dir, command.Stderr = root, &stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", arguments[0], err, strings.TrimSpace(stderr.String()))
	}
	return output, nil
}

// renaming replaces the path of a module.
type renaming struct {
	anywhere []*regexp.Regexp // for every file
	modules  *regexp.Regexp   // for a go.mod
	to       []byte           // the replacement for all
}

// newRenaming makes the replacement for a module with these files. The path alone may be something else, such as the value of a tag.
// So outside a go.mod, a folder of the module must follow it, or a directive of a go.mod must precede it.
func newRenaming(from, to string, files []string) renaming {
	var folders []string
	for _, file := range files {
		if folder, _, inside := strings.Cut(file, "/"); inside {
			folders = append(folders, regexp.QuoteMeta(folder))
		}
	}
	slices.Sort(folders)
	quoted := regexp.QuoteMeta(from)
	return renaming{
		anywhere: []*regexp.Regexp{
			regexp.MustCompile(`(^|[^\w./-])` + quoted + `(/(?:` + strings.Join(slices.Compact(folders), "|") + `)\b)`),
			regexp.MustCompile(`(\b(?:module|require|replace)\s+)` + quoted + `([\s"]|$)`),
		},
		modules: regexp.MustCompile(`(^|[\s"])` + quoted + `([\s"/]|$)`),
		to:      []byte("${1}" + to + "${2}"),
	}
}

// file replaces the path in a file and tells whether it was there.
func (r renaming) file(root, name string) (changed bool, err error) {
	file := filepath.Join(root, filepath.FromSlash(name))
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	old, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	patterns := r.anywhere
	if path.Base(name) == "go.mod" {
		patterns = []*regexp.Regexp{r.modules}
	}
	text := old
	for _, pattern := range patterns {
		text = pattern.ReplaceAll(text, r.to)
	}
	if bytes.Equal(text, old) {
		return false, nil
	}
	if path.Ext(name) == ".go" {
		if text, err = format.Source(text); err != nil { // the imports have another order
			return false, fmt.Errorf("%s: %w", name, err)
		}
	}
	return true, os.WriteFile(file, text, info.Mode().Perm())
}
