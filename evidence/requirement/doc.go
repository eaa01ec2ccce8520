// Package requirement reads the list of requirements, a YAML file, and finds the declarations that name them: constructs, other
// code, and tests. A line of the doc comment names the ids:
//
//	// Requirements: SRC-02, P11-10f
//
// [Disagreements] compares the list and the code.
package requirement
