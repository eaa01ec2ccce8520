package intrinsic

import (
	"maps"
	"slices"
)

// Names returns the names of all functions.
func Names() []string { return slices.Sorted(maps.Keys(functions)) }
