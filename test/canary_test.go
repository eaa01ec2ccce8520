package test

import (
	"bytes"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
)

// canary is the value of a feature. It may be in the execution's own data, which are encrypted, and in requests to the endpoint,
// which echoes it. It must not be anywhere else.
const canary = "canary-7c1f"

// checkCanary looks for the feature in what an execution leaves behind: the records, its error and cause, the log lines of the
// state machine, and every part of the histories except the data of states. The world checks the calls of services when they
// happen.
func (w *world) checkCanary(v *variant, x *asl.Execution, report func(string, ...any)) {
	for key, record := range w.records {
		if strings.Contains(record, canary) {
			report("the record %s has a feature", key)
		}
	}
	for _, execution := range append(w.children, x) {
		if line := v.logged(execution, report); strings.Contains(line, canary) {
			report("a feature is logged: %s", line)
		}
	}
	w.children = nil
}

// logged returns the lines that the state machine logs about an execution, as it is configured. Causes count as logged, because
// AWS does not document which of them reach CloudWatch when execution data is left out.
func (v *variant) logged(x *asl.Execution, report func(string, ...any)) string {
	var lines bytes.Buffer
	configured := v.pipeline.machine.Logging
	group := local.LogGroup{
		Writer: &lines, Level: configured.Level, IncludeExecutionData: configured.IncludeExecutionData,
		Cause: func(cause string) string { return cause },
	}
	if err := group.Write(x); err != nil {
		report("cannot write the log: %v", err)
	}
	if lines.Len() == 0 {
		report("nothing is logged")
	}
	return lines.String()
}
