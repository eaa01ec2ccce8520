// Package evidence writes what an auditor asks for about a computerized system: a traceability matrix, which leads from each
// requirement to the code that answers it, to its acceptance criteria and to the tests with their results, and the executed scenarios
// with their histories.
//
// This is a verification by the supplier. The project's own engine executes the synthesized definitions, and the services are
// stand-ins. It is no operational qualification of an installed system, which only its operator can make.
//
//	docs/requirements.yaml ─┐
//	comments in the code ───┼─ package requirement ─┐
//	tests, run anew ────────┴─ package gotest ──────┼─→ evidence.json, evidence.html, scenarios/
//	executed scenarios ─────── package scenario ────┘
//
// [Collect] does everything. The package imports neither the constructs nor the CDK: it reads their source code, the results of
// their tests and the synthesized templates.
package evidence
