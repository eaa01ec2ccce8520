// Package judge asks AWS what it makes of the synthesized definitions, and compares its answers with those of this project's engine.
//
//	plan, err := judge.NewPlan(ctx, assembly, judge.Request{…})    // questions, each with the engine's answer
//	kept, err := judge.OpenAnswers(name, "Step Functions in eu-central-1")
//	err = judge.Ask(ctx, client, plan, kept, judge.Pace{…})        // AWS's answers, one after the other
//	report, err := judge.Compare(plan, kept)
//
// A question is a request of ValidateStateMachineDefinition or TestState, with a mocked result or error, so AWS starts nothing, calls no other
// service and needs no role. The files of the package:
//
//	plan.go       all questions, each with the engine's answer
//	survey.go     which questions are asked about the states of a machine
//	scenario.go   executions of a state machine, from which questions are taken
//	visit.go      what an execution says about each visit of a state
//	question.go   the questions about a visit
//	engine.go     the engine's answers
//	ask.go        asks a service, at a pace
//	answers.go    the file of its answers
//	compare.go    where two answers differ
//	report.go     the report
package judge
