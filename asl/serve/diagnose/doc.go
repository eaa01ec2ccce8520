// Package diagnose says what is wrong with a definition or with JSON text in the words of Step Functions.
//
// The engine reports faults in words of its own, which also say how to correct them. This package has the one table that turns them into
// the codes and the texts that AWS was recorded to answer. A fault that no recording shows keeps the engine's words.
package diagnose
