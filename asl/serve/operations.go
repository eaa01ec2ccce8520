package serve

import (
	"context"
	"maps"
	"slices"

	"clinical-risk-pipeline/asl/serve/api"
)

// operation answers a request.
type operation func(ctx context.Context, s *Server, body []byte) (any, *api.Error)

// operations are the operations of the API by name.
var operations map[string]operation

func init() { // The table refers to functions that refer to the table.
	operations = map[string]operation{
		"CreateActivity":                   op((*Server).createActivity),
		"CreateStateMachine":               op((*Server).createStateMachine),
		"CreateStateMachineAlias":          op((*Server).createStateMachineAlias),
		"DeleteActivity":                   op((*Server).deleteActivity),
		"DeleteStateMachine":               op((*Server).deleteStateMachine),
		"DeleteStateMachineAlias":          op((*Server).deleteStateMachineAlias),
		"DeleteStateMachineVersion":        op((*Server).deleteStateMachineVersion),
		"DescribeActivity":                 op((*Server).describeActivity),
		"DescribeExecution":                op((*Server).describeExecution),
		"DescribeMapRun":                   op((*Server).describeMapRun),
		"DescribeStateMachine":             op((*Server).describeStateMachine),
		"DescribeStateMachineAlias":        op((*Server).describeStateMachineAlias),
		"DescribeStateMachineForExecution": op((*Server).describeStateMachineForExecution),
		"GetActivityTask":                  op((*Server).getActivityTask),
		"GetExecutionHistory":              op((*Server).getExecutionHistory),
		"ListActivities":                   op((*Server).listActivities),
		"ListExecutions":                   op((*Server).listExecutions),
		"ListMapRuns":                      op((*Server).listMapRuns),
		"ListStateMachineAliases":          op((*Server).listStateMachineAliases),
		"ListStateMachines":                op((*Server).listStateMachines),
		"ListStateMachineVersions":         op((*Server).listStateMachineVersions),
		"ListTagsForResource":              op((*Server).listTagsForResource),
		"PublishStateMachineVersion":       op((*Server).publishStateMachineVersion),
		"RedriveExecution":                 op((*Server).redriveExecution),
		"SendTaskFailure":                  op((*Server).sendTaskFailure),
		"SendTaskHeartbeat":                op((*Server).sendTaskHeartbeat),
		"SendTaskSuccess":                  op((*Server).sendTaskSuccess),
		"StartExecution":                   op((*Server).startExecution),
		"StartSyncExecution":               op((*Server).startSyncExecution),
		"StopExecution":                    op((*Server).stopExecution),
		"TagResource":                      op((*Server).tagResource),
		"TestState":                        op((*Server).testState),
		"UntagResource":                    op((*Server).untagResource),
		"UpdateMapRun":                     op((*Server).updateMapRun),
		"UpdateStateMachine":               op((*Server).updateStateMachine),
		"UpdateStateMachineAlias":          op((*Server).updateStateMachineAlias),
		"ValidateStateMachineDefinition":   op((*Server).validateStateMachineDefinition),
	}
}

// op makes an operation of a method.
func op[In, Out any](method func(*Server, context.Context, *In) (*Out, *api.Error)) operation {
	return func(ctx context.Context, s *Server, body []byte) (any, *api.Error) {
		in := new(In)
		if err := api.Decode(body, in); err != nil {
			return nil, err
		}
		out, err := method(s, ctx, in)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

// Operations returns the names of the operations, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }
