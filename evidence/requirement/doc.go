// Package requirement reads what the project has to do, a YAML file, and finds the declarations that answer it: constructs,
// other code, and tests. These name the ids of requirements in a line of their doc comment:
//
//	// Requirements: SRC-02, P11-10f
//
// [Disagreements] says where the list and the code do not agree.
package requirement
