package test

import (
	"bytes"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
)

// canary is a feature's value. It may stand in the execution's own data, which are encrypted, and reach the endpoint, which
// echoes it; nothing else may hold it.
const canary = "canary-7c1f"

// checkCanary looks for the feature in what an execution leaves behind: the records, its error and cause, the log lines that
// the state machine writes, and every part of the histories that is not the data of a state. The calls of services are
// looked at when they happen.
func (w *world) checkCanary(v *variant, x *asl.Execution, report func(string, ...any)) {
	for key, record := range w.records {
		if strings.Contains(record, canary) {
			report("a feature stands in the record %s", key)
		}
	}
	for _, execution := range append(w.children, x) {
		if line := v.logged(execution, report); strings.Contains(line, canary) {
			report("a feature is logged: %s", line)
		}
	}
	w.children = nil
}

// logged is what the state machine logs of an execution, as it is configured. Causes count as logged: what of them reaches
// CloudWatch without the execution's data is not documented.
func (v *variant) logged(x *asl.Execution, report func(string, ...any)) string {
	var lines bytes.Buffer
	configured := v.pipeline.machine.Logging
	group := local.LogGroup{
		Writer: &lines, Level: configured.Level, IncludeExecutionData: configured.IncludeExecutionData,
		Cause: func(cause string) string { return cause },
	}
	if err := group.Write(x); err != nil {
		report("the log: %v", err)
	}
	if lines.Len() == 0 {
		report("nothing is logged")
	}
	return lines.String()
}
