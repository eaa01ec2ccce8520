package operate

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"
)

// AWS calls Step Functions. It is not safe for concurrent use.
type AWS struct {
	// Say tells the person about trouble that passes: no connection, and a connection again. Default: nobody is told.
	Say func(string)

	client *sfn.Client
	clock  Clock
	pace   *pace
	down   bool // the last call had no answer
}

// Options are the options of [New].
type Options struct {
	Clock Clock   // Default: the machine's
	Rate  float64 // calls a second. Default: DefaultRate
}

// New returns a client of Step Functions with the configuration of the machine. It repeats calls itself, so the SDK does not.
func New(settings aws.Config, o Options) *AWS {
	if o.Clock == nil {
		o.Clock = WallClock{}
	}
	client := sfn.NewFromConfig(settings, func(options *sfn.Options) { options.Retryer = aws.NopRetryer{} })
	return &AWS{client: client, clock: o.Clock, pace: newPace(o.Clock, cmp.Or(o.Rate, DefaultRate)), Say: func(string) {}}
}

// attempts is how often a call is tried that the service throttles, or that has no answer before anything else had one.
const (
	throttledAttempts = 12
	silentAttempts    = 4
)

// operation is an operation of the SDK's client.
type operation[In, Out any] = func(context.Context, *In, ...func(*sfn.Options)) (*Out, error)

// call performs an operation, and repeats it while the service throttles or does not answer. Every operation here can be repeated: those that
// change something have a name or a token that makes the second call the first one.
func call[In, Out any](ctx context.Context, a *AWS, do operation[In, Out], in *In) (*Out, error) {
	return perform(ctx, a, do, in, false)
}

// insist is like call, and never gives up for want of an answer: an execution goes on while the network is down.
func insist[In, Out any](ctx context.Context, a *AWS, do operation[In, Out], in *In) (*Out, error) {
	return perform(ctx, a, do, in, true)
}

func perform[In, Out any](ctx context.Context, a *AWS, do operation[In, Out], in *In, patient bool) (*Out, error) {
	for attempt := 1; ; attempt++ {
		if err := a.pace.wait(ctx); err != nil {
			return nil, err
		}
		out, err := do(ctx, in)
		switch {
		case err == nil:
			a.answered()
			return out, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case isThrottling(err):
			a.answered()
			if attempt >= throttledAttempts {
				return nil, explain(err)
			}
			err = a.pace.throttled(ctx, attempt)
		case isSilence(err):
			if !patient && attempt >= silentAttempts {
				return nil, explain(err)
			}
			a.silent()
			err = a.clock.Sleep(ctx, backoff(attempt))
		default:
			a.answered()
			return nil, explain(err)
		}
		if err != nil {
			return nil, err
		}
	}
}

// answered notes an answer.
func (a *AWS) answered() {
	a.pace.succeeded()
	if a.down {
		a.down = false
		a.Say("Step Functions answers again")
	}
}

// silent notes that there was no answer.
func (a *AWS) silent() {
	if !a.down {
		a.down = true
		a.Say("no answer from Step Functions: trying again until it answers")
	}
}

// isSilence reports whether a call had no usable answer: the network, or a fault of the server.
func isSilence(err error) bool {
	if _, ok := errors.AsType[*aws.RequestCanceledError](err); ok {
		return false
	}
	if refusal, ok := errors.AsType[smithy.APIError](err); ok {
		return refusal.ErrorFault() == smithy.FaultServer || refusal.ErrorCode() == "InternalServerError" || refusal.ErrorCode() == "ServiceUnavailable" || refusal.ErrorCode() == "UnknownError"
	}
	return !isAboutCredentials(err) && !isAboutEndpoints(err)
}
