package runner

import (
	"bytes"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
)

// history renders an execution's history as GetExecutionHistory returns it, one event on each line.
func history(execution *asl.Execution) []byte {
	var encoder asl.EventEncoder
	out := []byte(`{"events":[`)
	for i := range execution.History {
		if i > 0 {
			out = append(out, ',')
		}
		out = encoder.AppendEvent(append(out, '\n'), &execution.History[i])
	}
	return append(out, "\n]}\n"...)
}

// log renders the records of an execution in the state machine's log group.
func (p *Pipeline) log(execution *asl.Execution, redact func(cause string) string) ([]byte, error) {
	var out bytes.Buffer
	logging := p.stateMachine.Logging
	group := local.LogGroup{Writer: &out, Level: logging.Level, IncludeExecutionData: logging.IncludeExecutionData, Cause: redact}
	err := group.Write(execution)
	return out.Bytes(), err
}

// files renders the history and the log of an execution.
func (p *Pipeline) files(execution *asl.Execution, redact func(cause string) string) (f Files, err error) {
	f.History = history(execution)
	f.Log, err = p.log(execution, redact)
	return f, err
}
