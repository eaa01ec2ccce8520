// Package serve is the API of Step Functions on this machine: an [http.Handler] that speaks AWS JSON 1.0, with the engine of package asl
// behind it.
//
//	server, err := serve.New(serve.Config{})
//	http.ListenAndServe("127.0.0.1:8083", server)
//
// Credentials and permissions are not checked. docs/serve.md says what else differs from AWS.
//
// The operations are the rows of one table, in operations.go. Each is a method of [Server] that takes a request and returns an answer;
// package api reads, checks and writes both. The files have prefixes: machine_* for state machines, their versions and aliases,
// execution_* for executions, activity_* and task_* for what waits for callbacks, map_run_* for Map Runs. Package teststate answers
// TestState.
package serve
