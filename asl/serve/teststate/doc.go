// Package teststate answers TestState, the operation of Step Functions that visits one state of a definition: with a mocked result or error
// or with the server's own tasks, with variables and a context object, and with the values between the steps of its data flow.
//
//	answer, fault := teststate.Run(ctx, &teststate.Input{Definition: definition, Mock: &teststate.Mock{Result: &result}}, teststate.Options{})
//
// The engine visits the state ([asl.Machine.TestState]). This package checks the request in the words of AWS, compares mocked results with
// the responses of the services' APIs (schema*.go and responses/), and renders the answer. docs/test-state.md says what is known of AWS and
// what is assumed.
package teststate
