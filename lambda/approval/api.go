package approval

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"clinical-risk-pipeline/internal/strictjson"
)

// API serves a Decider behind a function URL with IAM authentication:
//
//	GET  /approvals[?all=true]     {"approvals": [View, …]}: the open requests, or all
//	GET  /approvals/ID             View, with the records to review or the decision
//	POST /approvals/ID/decision    Decision → Outcome
//
// Every refusal, also of other paths and methods, answers {"error": {"code": "…", "message": "…"}}.
type API struct{ *Decider }

// View is a request, as approvers see it. It never has the task token.
type View struct {
	ID          string    `json:"approvalId"`
	Status      Status    `json:"status"`
	Round       int       `json:"round"`
	TrialID     string    `json:"trialId"`
	Subjects    Subjects  `json:"subjects"`
	Execution   string    `json:"execution"`
	StartedAt   time.Time `json:"startedAt"`
	RequestedAt time.Time `json:"requestedAt"`
	Deadline    time.Time `json:"deadline"`
	Place       string    `json:"record"`
	Reviewed    *Reviewed `json:"reviewed,omitempty"` // the records to review; only in the answer for one pending request
	Record      *Record   `json:"decision,omitempty"` // the decision; only in the answer for one request
	Outcome     *Outcome  `json:"outcome,omitempty"`  // the outcome of the decision, with the place of its record
}

// maximumBody is the largest size of a decision, in bytes.
const maximumBody = 64 << 10

// Handle answers a request of the function URL.
//
// Requirements: P11-10h, P11-30
func (api API) Handle(ctx context.Context, request events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	answer, err := api.route(ctx, &request)
	status := http.StatusOK
	if err != nil {
		refusal, ok := errors.AsType[*Fault](err)
		if !ok {
			api.Log.Error("failed", "error", err.Error())
			refusal = fault(http.StatusInternalServerError, "Failed", "the request failed; nothing recorded is lost: try again")
		}
		status, answer = refusal.Status, map[string]any{"error": refusal}
		api.Log.Warn("refused", "method", request.RequestContext.HTTP.Method, "status", status, "code", refusal.Code)
	}
	body, err := json.Marshal(answer)
	return events.LambdaFunctionURLResponse{
		StatusCode: status, Body: string(body),
		Headers: map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"},
	}, err
}

func (api API) route(ctx context.Context, request *events.LambdaFunctionURLRequest) (any, error) {
	iam := request.RequestContext.Authorizer
	if iam == nil || iam.IAM == nil || iam.IAM.UserARN == "" {
		return nil, fault(http.StatusForbidden, "NotSigned", "requests must be signed with AWS credentials")
	}
	caller := Caller{ARN: iam.IAM.UserARN, UserID: iam.IAM.UserID}
	path := strings.Split(strings.Trim(request.RawPath, "/"), "/")
	method := request.RequestContext.HTTP.Method
	switch {
	case path[0] != "approvals" || len(path) > 3 || len(path) == 3 && path[2] != "decision":
		return nil, fault(http.StatusNotFound, "UnknownPath", "unknown path: use /approvals, /approvals/ID or /approvals/ID/decision")
	case len(path) == 1 && method == http.MethodGet:
		return api.list(ctx, request.QueryStringParameters["all"] == "true")
	case len(path) == 2 && method == http.MethodGet:
		return api.Show(ctx, path[1])
	case len(path) == 3 && method == http.MethodPost:
		decision, err := decode(request)
		if err != nil {
			return nil, err
		}
		return api.Decide(ctx, path[1], caller, *decision)
	}
	return nil, fault(http.StatusMethodNotAllowed, "WrongMethod", "wrong method: read requests with GET, send decisions with POST")
}

func decode(request *events.LambdaFunctionURLRequest) (*Decision, error) {
	body := []byte(request.Body)
	if request.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(request.Body); err != nil {
			return nil, fault(http.StatusBadRequest, "InvalidDecision", "the body must be valid base64")
		}
	}
	if len(body) > maximumBody {
		return nil, fault(http.StatusRequestEntityTooLarge, "InvalidDecision", "the body must have at most %d bytes", maximumBody)
	}
	var d Decision
	if strictjson.UnmarshalKnown(body, &d) != nil {
		return nil, fault(http.StatusBadRequest, "InvalidDecision", "the body must be a JSON object with the strings decision, meaning, reason, printedName and reviewed, and no other field")
	}
	return &d, nil
}

func (api API) list(ctx context.Context, all bool) (any, error) {
	approvals, err := api.Store.List(ctx, all)
	views := []*View{}
	for _, a := range approvals {
		if view := api.view(a); all || view.Status == Pending || view.Status == Recorded {
			views = append(views, view)
		}
	}
	return map[string]any{"approvals": views}, err
}

// Show returns a request: with the records to review while it is pending, with the record of the decision afterwards. An
// error that is a *Fault is meant for the caller.
//
// Requirements: P11-50b
func (api API) Show(ctx context.Context, id string) (*View, error) {
	a, err := api.get(ctx, id)
	if err != nil {
		return nil, err
	}
	view := api.view(a)
	record, err := api.Records.find(ctx, a)
	switch {
	case err == nil:
		view.Record, view.Outcome = &record.Record, api.Records.outcome(record)
	case !errors.Is(err, ErrNotFound):
		return nil, err
	case view.Status == Pending:
		if view.Reviewed, err = api.Records.review(ctx, a.Request.Record); err != nil {
			return nil, err
		}
	}
	return view, nil
}

func (api API) view(a *Approval) *View {
	r := a.Request
	return &View{
		ID: a.ID, Status: a.Status(api.Now()), Round: a.Round, TrialID: r.TrialID, Subjects: r.Subjects, Execution: r.Execution,
		StartedAt: r.StartedAt.UTC(), RequestedAt: a.RequestedAt.UTC(), Deadline: r.Deadline.UTC(), Place: r.Record,
	}
}
