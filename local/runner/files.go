package runner

import (
	"bytes"
	"sync"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
)

// rendering is the memory for rendering a history. Its capacity stays for the next one.
type rendering struct {
	encoder asl.EventEncoder
	buffer  []byte
}

var renderings = sync.Pool{New: func() any { return new(rendering) }}

// history renders an execution's history as GetExecutionHistory returns it, one event on each line.
func history(execution *asl.Execution) []byte {
	r := renderings.Get().(*rendering)
	defer renderings.Put(r)
	out := append(r.buffer[:0], `{"events":[`...)
	for i := range execution.History {
		if i > 0 {
			out = append(out, ',')
		}
		out = r.encoder.AppendEvent(append(out, '\n'), &execution.History[i])
	}
	r.buffer = append(out, "\n]}\n"...)
	return bytes.Clone(r.buffer)
}

// files renders the history of an execution, and its records in the state machine's log group.
func (p *Pipeline) files(execution *asl.Execution, redact func(cause string) string) Files {
	logging := p.stateMachine.Logging
	group := local.LogGroup{Level: logging.Level, IncludeExecutionData: logging.IncludeExecutionData, Cause: redact}
	return Files{History: history(execution), Log: group.Lines(execution)}
}
