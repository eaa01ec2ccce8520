package serve

import (
	"context"
	"encoding/json"

	"clinical-risk-pipeline/asl"
)

// startExecution performs states:startExecution: it starts an execution in this server, and with .sync it waits for its end.
func (h *tasks) startExecution(ctx context.Context, task *asl.Task, pattern string) (asl.Reply, error) {
	in, err := startOf(task)
	if err != nil {
		return asl.Reply{}, err
	}
	out, fault := h.s.startExecution(ctx, in)
	if fault != nil {
		return asl.Reply{}, &asl.Error{Name: "StepFunctions." + exception(fault.Code), Cause: fault.Message}
	}
	submitted := map[string]any{"ExecutionArn": out.ExecutionARN, "StartDate": *out.StartDate}
	if pattern == "" {
		return asl.Reply{Output: submitted}, nil
	}
	if pattern == ".waitForTaskToken" {
		later := h.s.tokens.expect(task.Token)
		_ = later.Submit(submitted) // An error means that the token came back already.
		return asl.Reply{Later: later}, nil
	}
	return h.wait(out.ExecutionARN, submitted, pattern == ".sync:2")
}

// wait waits for an execution. When the task ends before it, the execution is stopped, as the service does.
func (h *tasks) wait(arn string, submitted any, structured bool) (asl.Reply, error) {
	x, fault := h.s.executions.find(arn)
	if fault != nil {
		return asl.Reply{}, &asl.Error{Name: asl.ErrRuntime, Cause: "The task waits for an Express execution, which only StartSyncExecution does"}
	}
	x.mu.Lock()
	done := x.done
	x.mu.Unlock()
	ended := make(chan struct{})
	later := asl.NewCompletion(func() { close(ended) })
	_ = later.Submit(submitted) // It has just been made.
	go func() {
		select {
		case <-done:
			h.conclude(x, later, structured)
		case <-ended:
			x.stop(&asl.Stop{Name: "States.TaskFailed", Cause: "The task that waited for the execution ended"})
		}
	}()
	return asl.Reply{Later: later}, nil
}

// conclude ends the task as its execution ended. structured is .sync:2, whose output is JSON, not a text.
func (h *tasks) conclude(x *execution, later *asl.Completion, structured bool) {
	v := x.view()
	result := map[string]any{
		"ExecutionArn": x.ARN, "StateMachineArn": x.MachineARN, "Name": x.Name, "Status": v.Status, "StartDate": x.Start.UnixMilli(), "StopDate": v.Stop.UnixMilli(),
		"Input": payload(x.Input, structured), "InputDetails": map[string]any{"Included": true}, "RedriveCount": v.RedriveCount,
	}
	result["RedriveStatus"], result["RedriveStatusReason"] = x.redrivable(v, h.s.now())
	if v.Status == asl.Succeeded {
		result["Output"], result["OutputDetails"] = payload(*v.Output, structured), map[string]any{"Included": true}
		_ = later.Succeed(result) // An error means that the task has ended.
		return
	}
	for name, text := range map[string]*string{"Error": v.Error, "Cause": v.Cause} {
		if text != nil {
			result[name] = *text
		}
	}
	cause, _ := json.Marshal(result) // It is made of texts and numbers.
	_ = later.Fail(&asl.Error{Name: asl.ErrTaskFailed, Cause: string(cause)})
}

// payload returns JSON text, or the value.
func payload(text string, structured bool) any {
	if structured {
		if v, err := asl.Decode([]byte(text)); err == nil {
			return v
		}
	}
	return text
}

// startOf reads the parameters of the task. The input may be any JSON.
func startOf(task *asl.Task) (*startExecutionInput, error) {
	var parameters struct {
		StateMachineArn string
		Name            *string
		Input           json.RawMessage
		TraceHeader     string
	}
	if err := json.Unmarshal([]byte(asl.Encode(task.Input)), &parameters); err != nil {
		return nil, &asl.Error{Name: asl.ErrRuntime, Cause: "The parameters of startExecution cannot be read: " + err.Error()}
	}
	in := &startExecutionInput{StateMachineARN: parameters.StateMachineArn, Name: parameters.Name, TraceHeader: parameters.TraceHeader}
	if parameters.Input != nil {
		input := string(parameters.Input)
		var text string
		if json.Unmarshal(parameters.Input, &text) == nil {
			input = text
		}
		in.Input = &input
	}
	if in.StateMachineARN == "" {
		return nil, &asl.Error{Name: asl.ErrRuntime, Cause: "The field 'StateMachineArn' is required but was missing"}
	}
	return in, nil
}

// exception returns the name of an error as Step Functions has it: with Exception at its end.
func exception(code string) string {
	if len(code) > 9 && code[len(code)-9:] == "Exception" {
		return code
	}
	return code + "Exception"
}
