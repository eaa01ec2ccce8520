package assembly

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// configurationFile configures the CDK's command line. It is in the application's folder, as the assembly is.
const configurationFile = "cdk.json"

// NewerSource returns a source of the application that changed after the synthesis, or "" if none did. The sources are the files
// that cdk.json has `cdk watch` look at, and cdk.json itself. Without that file beside the assembly, no source is known.
func (a *Assembly) NewerSource() string {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return ""
	}
	manifest, err := os.Stat(filepath.Join(dir, manifestFile))
	if err != nil {
		return ""
	}
	root := filepath.Dir(dir)
	text, err := os.ReadFile(filepath.Join(root, configurationFile))
	if err != nil {
		return ""
	}
	var configuration struct {
		Watch struct{ Include, Exclude patterns } `json:"watch"`
	}
	if json.Unmarshal(text, &configuration) != nil {
		return ""
	}
	sources := sources{root: os.DirFS(root), exclude: configuration.Watch.Exclude, assembly: filepath.Base(dir), since: manifest.ModTime()}
	for _, pattern := range append(patterns{configurationFile}, configuration.Watch.Include...) {
		if newer := sources.newer(pattern); newer != "" {
			return newer
		}
	}
	return ""
}

// sources are the files of an application.
type sources struct {
	root     fs.FS
	exclude  patterns
	assembly string // the assembly's folder, which holds no sources
	since    time.Time
}

// newer returns the first file that fits the pattern and changed since the synthesis.
func (s sources) newer(pattern string) (found string) {
	start, _, wild := strings.Cut(pattern, "*")
	if wild {
		start = path.Dir(start + "x") // the folder that the pattern begins with
	}
	// A file that cannot be read is not newer.
	_ = fs.WalkDir(s.root, start, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case entry.IsDir() && s.skips(name):
			return fs.SkipDir
		case entry.IsDir() || !patterns{pattern}.match(name) || s.exclude.match(name) && name != configurationFile:
			return nil
		}
		if info, err := entry.Info(); err == nil && info.ModTime().After(s.since) {
			found = name
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// skips tells whether a folder holds no sources: installed packages, what a synthesis wrote, and hidden folders.
func (s sources) skips(name string) bool {
	base := path.Base(name)
	return base == "node_modules" || base == s.assembly || len(base) > 1 && base[0] == '.'
}

// patterns are those of cdk.json: * matches within a folder, ** across folders.
type patterns []string

// UnmarshalJSON accepts a pattern or a list of patterns, as the CDK does.
func (p *patterns) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*p = patterns{one}
		return nil
	}
	var list []string
	err := json.Unmarshal(text, &list)
	*p = list
	return err
}

var wildcards = strings.NewReplacer(`\*\*/`, `(?:.*/)?`, `\*\*`, `.*`, `\*`, `[^/]*`)

// match tells whether one of the patterns matches the name of a file.
func (p patterns) match(name string) bool {
	return slices.ContainsFunc(p, func(pattern string) bool {
		expression, err := regexp.Compile(`^` + wildcards.Replace(regexp.QuoteMeta(pattern)) + `$`)
		return err == nil && expression.MatchString(name)
	})
}
