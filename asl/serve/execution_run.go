package serve

import (
	"context"
	"fmt"
	"math/rand/v2"

	"clinical-risk-pipeline/asl"
)

// begin returns the context of an execution that starts, which [execution.stop] ends. The caller holds the execution's lock, or nobody
// else knows the execution yet.
func (s *Server) begin(x *execution) context.Context {
	ctx, cancel := context.WithCancelCause(s.running)
	x.cancel = cancel
	return ctx
}

// run runs an execution to its end. ctx comes from begin. failed is the execution that is redriven; nil: it starts.
func (s *Server) run(ctx context.Context, x *execution, failed *asl.Execution) {
	result, err := s.perform(ctx, x, failed)
	if err != nil { // The engine could not run it to an end.
		result = &asl.Execution{Status: asl.Failed, Error: asl.ErrRuntime, Cause: err.Error(), Stop: s.now()}
	}
	s.finish(x, result)
}

// perform lets the engine run the execution. A fault of the program ends one execution, not the server.
func (s *Server) perform(ctx context.Context, x *execution, failed *asl.Execution) (result *asl.Execution, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the server has a fault: %v", fault)
			s.config.Log(x.ARN + ": " + err.Error())
		}
	}()
	input, err := asl.Decode([]byte(x.Input))
	if err != nil {
		return nil, err
	}
	o := asl.Options{
		Handler: s.handlerOf(x), Name: x.Name, ARN: x.ARN, StateMachine: asl.StateMachine{ARN: x.MachineARN, Name: x.machineName()},
		RoleARN: x.revision.RoleARN, Type: s.typeOf(x), Start: s.now(), Seed: rand.Uint64(), Objects: s.config.Objects,
		NewToken: newTaskToken, RealTime: s.config.Time == Real,
		OnEvent: func(event *asl.Event) {
			if s.stored(x) { // Nobody can read any other history.
				x.history.add(event, x.extension(event)...)
			}
		},
		OnMapRun: func(r asl.MapRun) { s.mapRunChanged(x, r) }, OnChild: func(child *asl.Execution) { s.childEnded(x, child) },
	}
	if failed != nil {
		return x.revision.machine.Redrive(ctx, failed, o)
	}
	o.Start = x.Start
	return x.revision.machine.Run(ctx, input, o)
}

// extension returns the version and the alias, which the details of the first event have, too.
func (x *execution) extension(event *asl.Event) []string {
	switch {
	case event.Type != "ExecutionStarted" || x.VersionARN == "":
		return nil
	case x.AliasARN == "":
		return []string{"stateMachineVersionArn", x.VersionARN}
	}
	return []string{"stateMachineAliasArn", x.AliasARN, "stateMachineVersionArn", x.VersionARN}
}

// interrupted is the error of executions that a server did not bring to an end.
const interrupted = "Server.Interrupted"

// finish stores how an execution ended, and then shows it.
func (s *Server) finish(x *execution, result *asl.Execution) {
	ended := view{Status: result.Status, Stop: result.Stop}
	if result.Status == asl.Succeeded {
		output := asl.Encode(result.Output)
		ended.Output = &output
	} else {
		ended.Error, ended.Cause = optional(result.Error), optional(result.Cause)
	}
	x.history.close()
	if s.stored(x) {
		if err := s.saveEnded(x, ended); err != nil {
			s.config.Log("an execution that ended could not be stored: " + err.Message)
		}
	}
	x.mu.Lock()
	if x.cancel != nil {
		x.cancel(nil) // It frees the context.
	}
	x.Status, x.Output, x.Error, x.Cause, x.Stop, x.cancel = ended.Status, ended.Output, ended.Error, ended.Cause, ended.Stop, nil
	done := x.done
	x.mu.Unlock()
	var forgotten []*execution
	if s.stored(x) {
		forgotten = s.executions.end(x)
	}
	close(done)
	for _, old := range forgotten {
		s.forget(old)
	}
}

// stored reports whether the server remembers the execution: Express executions are forgotten when they end.
func (s *Server) stored(x *execution) bool { return x.Serial != 0 }

// typeOf returns the type of the workflow.
func (s *Server) typeOf(x *execution) asl.Type {
	if s.stored(x) {
		return asl.Standard
	}
	return asl.Express
}

// optional returns nil for "".
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
