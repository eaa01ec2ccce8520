// Package evidence makes what an auditor asks for of a computerized system: a traceability matrix, from each requirement over
// the code that answers it to the tests and their results, and the results of the operational qualification, every executed
// scenario with its history.
//
//	docs/requirements.yaml ─┐
//	comments in the code ───┼─ package requirement ─┐
//	tests, run anew ────────┴─ package gotest ──────┼─→ evidence.json, evidence.html, scenarios/
//	executed scenarios ─────── package scenario ────┘
//
// [Collect] does it all. It imports neither the constructs nor the CDK: what it says of them it reads from their source, their
// tests' results and the synthesized templates.
package evidence
