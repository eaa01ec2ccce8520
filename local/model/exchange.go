package model

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

// Exchange is a request to a model server with what came back. It holds health data: use it for messages on the owner's own terminal
// only, or for what [Exchange.Explain] says of it.
type Exchange struct {
	URL         string // of the invocations
	Request     []byte
	Answer      workflow.Answer // the form that the request asks for; "" for the default
	Status      int             // of HTTP; 0 without an answer
	ContentType string
	Body        []byte
	Err         error // why no whole answer came
	Limit       string
}

// Observed returns an endpoint that also tells every exchange to a function, at any time and from several goroutines.
func (e *Endpoint) Observed(observe func(*Exchange)) *Endpoint {
	observed := *e
	observed.observe = observe
	return &observed
}

// TimedOut tells whether the server did not answer in time.
func (x *Exchange) TimedOut() bool { return errors.Is(x.Err, context.DeadlineExceeded) }

// IsError tells whether the server answered with a status that is an error.
func (x *Exchange) IsError() bool { return x.Err == nil && (x.Status < 200 || x.Status > 299) }

// Refused returns what the server says of each row that it refused: {"id": "0", "error": "…"} in place of a prediction.
func (x *Exchange) Refused() []string {
	var answer struct {
		Predictions []struct {
			Error string `json:"error"`
		} `json:"predictions"`
	}
	if x.Err != nil || x.IsError() || strictjson.Unmarshal(x.Body, &answer) != nil {
		return nil
	}
	var refused []string
	for _, prediction := range answer.Predictions {
		if prediction.Error != "" {
			refused = append(refused, prediction.Error)
		}
	}
	return refused
}

// Explain says what came back in place of an answer that the pipeline can use, and the remedy. It names types and keys, and no value.
//
// Requirements: SRC-07, SRC-23
func (x *Exchange) Explain() string {
	switch {
	case x.Err != nil:
		return x.noAnswer()
	case x.IsError():
		return x.errorStatus()
	case len(x.Body) > maxBody:
		return fmt.Sprintf("the answer has more than %d bytes, SageMaker's limit: send fewer subjects in a request", maxBody)
	case len(strings.TrimSpace(string(x.Body))) == 0:
		return "the answer is empty: " + x.want().text
	case isPage(x.ContentType, x.Body):
		return "the answer is a web page (" + x.typed() + "): another program than a model server listens there, such as a proxy or a notebook"
	case isAmbiguous(x.Body):
		return "the answer is not strict JSON: a name appears twice in an object, or the text is not Unicode"
	}
	wanted := x.want()
	value, fault := decode(x.Body)
	other := remedy(wanted.form, x.Body, wanted.rows)
	switch {
	case wanted.any:
		other = ""
	case x.Answer.IsCSV() && fault != "":
		return "the answer, " + x.typed() + ", does not have one number from 0 to 1 for each row: " + wanted.text + other
	case x.Answer != "" && x.Answer != workflow.AnswerObjects && fault == "":
		return "got " + shape(value) + ", " + wanted.text + other
	}
	if fault != "" {
		return "the answer, " + x.typed() + ", is not JSON" + fault + ": " + wanted.text + other
	}
	return wanted.compare(value, x.Body) + other
}

// noAnswer explains an exchange without a whole answer.
func (x *Exchange) noAnswer() string {
	if x.TimedOut() {
		return fmt.Sprintf("no answer came within %s, SageMaker's limit: make the container answer faster, or look at its log", x.Limit)
	}
	if dial, ok := errors.AsType[*net.OpError](x.Err); ok && dial.Op == "dial" {
		return fmt.Sprintf("no server listens there (%v): start the model server", dial.Err)
	}
	if strings.Contains(x.Err.Error(), "malformed") {
		return "what came is not HTTP: another program than a model server listens there"
	}
	return "the connection broke off before the answer was whole: look at the log of the model server"
}

// errorStatus explains a status that is an error. The body may quote the request.
func (x *Exchange) errorStatus() string {
	answered := fmt.Sprintf("the server answered %d %s", x.Status, http.StatusText(x.Status))
	body := fmt.Sprintf(" (%d bytes, not shown: --show-model-errors shows them)", len(x.Body))
	switch {
	case x.Status == http.StatusNotFound, x.Status == http.StatusMethodNotAllowed:
		return answered + ": it must take POST /invocations, and --endpoint is the URL before that path"
	case x.Status == http.StatusUnauthorized, x.Status == http.StatusForbidden, x.Status == http.StatusProxyAuthRequired:
		return answered + ": a container of SageMaker asks for no password; the server, or a proxy before it, does"
	case x.Status >= 300 && x.Status < 400:
		return answered + ", a redirect, which SageMaker does not follow: use the final URL"
	case x.Status == http.StatusUnsupportedMediaType, x.Status == http.StatusNotAcceptable:
		return answered + ": it must take and give application/json" + body
	case x.Status == http.StatusTooManyRequests, x.Status == http.StatusServiceUnavailable:
		return answered + ": it is not ready, or takes no more requests; SageMaker reports this as an error of the model, as any other status"
	case x.Status < 500:
		return answered + ": it refused the row, such as for a missing feature" + body
	}
	return answered + ": the model failed; look at its log" + body
}

// typed names the content type of the answer.
func (x *Exchange) typed() string {
	kind, _, _ := strings.Cut(x.ContentType, ";")
	if kind = strings.TrimSpace(kind); kind == "" || len(kind) > 60 {
		return "without a content type"
	}
	return "of type " + kind
}

// isPage tells whether an answer is HTML or XML.
func isPage(contentType string, body []byte) bool {
	return strings.HasPrefix(strings.ToLower(contentType), "text/html") || strings.HasPrefix(strings.TrimSpace(string(body)), "<")
}
