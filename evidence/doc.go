// Package evidence writes what an auditor asks for about a computerized system: a traceability matrix, which leads from each
// requirement to the code that answers it and to the tests with their results, and the results of the operational qualification,
// which are the executed scenarios with their histories.
//
//	docs/requirements.yaml ─┐
//	comments in the code ───┼─ package requirement ─┐
//	tests, run anew ────────┴─ package gotest ──────┼─→ evidence.json, evidence.html, scenarios/
//	executed scenarios ─────── package scenario ────┘
//
// [Collect] does everything. The package imports neither the constructs nor the CDK: it reads their source code, the results of
// their tests and the synthesized templates.
package evidence
