package serve

import (
	"context"

	"clinical-risk-pipeline/asl/serve/api"
)

// operation answers a request.
type operation func(ctx context.Context, s *Server, body []byte) (any, *api.Error)

// operations are the operations of the API by name.
var operations map[string]operation

func init() { // The table refers to functions that refer to the table.
	operations = map[string]operation{
		"TestState": op((*Server).testState),
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
