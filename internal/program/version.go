package program

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

// Version describes the build of the running program.
func Version(name string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return name + " of an unknown version"
	}
	return describe(name, info)
}

// describe returns the version of a program, the commit if the go command recorded one, and the Go release. `go run` and `go test`
// record no commit.
func describe(name string, info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	text := name + " " + cmp.Or(info.Main.Version, "(devel)")
	if commit := settings["vcs.revision"]; commit != "" {
		text += fmt.Sprintf(", commit %s of %s", commit, settings["vcs.time"])
	}
	if settings["vcs.modified"] == "true" {
		text += ", modified"
	}
	return text + ", " + info.GoVersion
}
