package main

import (
	"cmp"
	"slices"

	"clinical-risk-pipeline/internal/jsondiff"
)

// sortStatements sorts the statements of every policy in a template by Sid.
func sortStatements(value any) {
	switch v := value.(type) {
	case object:
		if statements, ok := v["Statement"].([]any); ok && isPolicy(statements) {
			slices.SortFunc(statements, compareStatements)
		}
		for _, member := range v {
			sortStatements(member)
		}
	case []any:
		for _, element := range v {
			sortStatements(element)
		}
	}
}

// isPolicy tells whether every element of a list is a policy statement: an object with an Effect.
func isPolicy(list []any) bool {
	return !slices.ContainsFunc(list, func(element any) bool {
		statement, _ := element.(object)
		return statement["Effect"] == nil
	})
}

// compareStatements compares two statements by Sid, and by everything else where the Sids are the same or missing.
func compareStatements(a, b any) int {
	sid := func(statement any) string { sid, _ := statement.(object)["Sid"].(string); return sid }
	return cmp.Or(cmp.Compare(sid(a), sid(b)), cmp.Compare(jsondiff.JSON(a), jsondiff.JSON(b)))
}
