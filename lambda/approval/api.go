package approval

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"clinical-risk-pipeline/internal/strictjson"
)

// API is the deciding function. It serves a Decider to callers who invoke the function and prove who they are. How they reach the
// function has no meaning: the function believes STS, never the event.
type API struct {
	*Decider
	Identities Identities
}

// Call is the function's input.
type Call struct {
	Statement
	Proof Proof `json:"proof"`
}

// Answer is the function's output. It has the one field that the operation asks for, or the error.
type Answer struct {
	Approvals []*View  `json:"approvals,omitzero"` // of List and ListAll
	Approval  *View    `json:"approval,omitempty"` // of Show
	Outcome   *Outcome `json:"outcome,omitempty"`  // of Decide
	Error     *Fault   `json:"error,omitempty"`    // a refusal
}

// maximumCall is the largest size of a call, in bytes.
const maximumCall = 128 << 10

// functionPattern is the ARN of a function, perhaps with a version or alias. Its groups are the ARN without that, and the region.
var functionPattern = regexp.MustCompile(`^(arn:aws[a-z-]*:lambda:([a-z0-9-]+):[0-9]{12}:function:[A-Za-z0-9_-]+)(?::[A-Za-z0-9$_-]+)?$`)

// ParseFunction returns the ARN of a function without its version or alias, and its region. It returns false if the text is no such
// ARN.
func ParseFunction(arn string) (function, region string, ok bool) {
	parts := functionPattern.FindStringSubmatch(arn)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// Handle answers an invocation of the function. Refusals are answers, too.
//
// Requirements: P11-10h, P11-30
func (api API) Handle(ctx context.Context, payload json.RawMessage) (Answer, error) {
	call, err := decode(payload)
	var answer Answer
	if err == nil {
		answer, err = api.answer(ctx, call)
	}
	if err == nil {
		return answer, nil
	}
	refusal, ok := errors.AsType[*Fault](err)
	if !ok {
		api.Log.Error("failed", "error", err.Error())
		refusal = fault(http.StatusInternalServerError, "Failed", "the call failed; nothing recorded is lost: try again")
	}
	operation := call.Operation
	if !operation.valid() {
		operation = "unknown"
	}
	api.Log.Warn("refused", "operation", operation, "status", refusal.Status, "code", refusal.Code)
	return Answer{Error: refusal}, nil
}

// decode reads a call. Its errors quote nothing of it.
func decode(payload []byte) (Call, error) {
	var call Call
	if len(payload) > maximumCall {
		return call, fault(http.StatusRequestEntityTooLarge, "InvalidCall", "the call must have at most %d bytes", maximumCall)
	}
	if err := strictjson.UnmarshalKnown(payload, &call); err != nil || !call.Operation.valid() {
		return call, fault(http.StatusBadRequest, "InvalidCall", "the call must be a JSON object with a known operation and a proof: use the program clinicalrisk of the deployed version")
	}
	return call, nil
}

func (api API) answer(ctx context.Context, call Call) (answer Answer, err error) {
	caller, err := api.identify(ctx, call)
	if err == nil {
		err = api.Signers.admit(caller)
	}
	if err != nil {
		return answer, err
	}
	switch call.Operation {
	case List, ListAll:
		answer.Approvals, err = api.list(ctx, call.Operation == ListAll)
	case Show:
		answer.Approval, err = api.Show(ctx, call.Request)
	case Decide:
		answer.Outcome, err = api.Decide(ctx, call.Request, caller, Decision{
			Decision: call.Verdict, Code: call.Code, Except: call.Except, Meaning: call.Meaning, Reason: call.Reason, Shown: call.Digest, Round: call.Round,
		})
	}
	return answer, err
}

// identify returns the caller who signed the call.
func (api API) identify(ctx context.Context, call Call) (Caller, error) {
	digest, err := call.SHA256()
	if err != nil {
		return Caller{}, err
	}
	return Identify(ctx, api.Identities, api.Now(), call.Function, digest, call.Proof)
}

// Identify returns the caller who signed a statement with this digest. A signature is valid for the function that was invoked, which the
// statement must name, and for this statement only. A refusal is a *Fault.
//
// Requirements: P11-10g, P11-200a1
func Identify(ctx context.Context, identities Identities, now time.Time, named, digest string, proof Proof) (Caller, error) {
	invocation, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return Caller{}, errors.New("the function was not invoked through Lambda")
	}
	function, region, ok := ParseFunction(invocation.InvokedFunctionArn)
	if !ok {
		return Caller{}, errors.New("the function does not know its own ARN")
	}
	if named != function {
		return Caller{}, fault(http.StatusForbidden, "NotProved", "the call is signed for another function than %s", function)
	}
	if err := proof.check(region, now); err != nil {
		return Caller{}, err
	}
	caller, err := identities.Identify(ctx, region, digest, proof)
	switch {
	case errors.Is(err, ErrNotProved):
		return Caller{}, fault(http.StatusForbidden, "NotProved", "STS refuses the proof of who you are: it is valid for one operation on one request, and with credentials that have not expired; sign in again")
	case errors.Is(err, ErrIdentityUnknown):
		return Caller{}, fault(http.StatusServiceUnavailable, "IdentityUnknown", "STS in %s does not say who you are: try again", region)
	}
	caller.Invocation = invocation.AwsRequestID
	return caller, err
}
