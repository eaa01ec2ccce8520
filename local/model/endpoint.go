package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/services"
)

const (
	// https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
	pingTime   = 2 * time.Second // the time limit for the answer to a ping
	answerTime = 100 * time.Millisecond
)

// maxBody is the maximum size of a request and of an answer in SageMaker, in bytes.
var maxBody = services.InvokeEndpoint.MaxBytes

// Endpoint is a server that speaks SageMaker's container contract: GET /ping, and POST /invocations.
//
// Only its answers take real time. The state machine's clock is virtual, so that every retry comes at once. A server that throttles
// by the second receives faster retries here than on AWS.
type Endpoint struct {
	base    string
	client  *http.Client
	timeout time.Duration
	observe func(*Exchange) // nil without an observer
}

// NewEndpoint returns the endpoint at a URL such as http://127.0.0.1:8080. It does not connect.
func NewEndpoint(address string) (*Endpoint, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("endpoint must be the URL of a model server, such as http://127.0.0.1:8080, got %q", redacted(address))
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("endpoint must be a URL without user, query and fragment, got %q", redacted(address))
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// Bytes after an answer belong to no request. On a connection that is used again, they would become the answer about another
	// subject, or net/http would print them.
	transport.DisableKeepAlives = true
	return &Endpoint{
		base:    strings.TrimSuffix(u.String(), "/"),
		timeout: services.InvokeEndpoint.MaxTime,
		client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // A redirect is an error of the container.
		}},
	}, nil
}

// redacted returns the address without its password, for a message.
func redacted(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return address
}

// Ping connects once. If nobody listens, it returns an error. If the answer is not 200 or does not come in time, it returns a warning:
// SageMaker would take the container out of service, but a run can try it.
func (e *Endpoint) Ping(ctx context.Context) (warning string, err error) {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.base+"/ping", nil)
	if err != nil {
		return "", err
	}
	response, err := e.client.Do(request)
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return "", fmt.Errorf("endpoint %s: no server listens there (%w): start the model server, or omit --endpoint "+
				"to use the built-in reference model", e.base, dial.Err)
		}
		return fmt.Sprintf("%s/ping did not answer (%s): SageMaker would not put this container in service", e.base, reason(err)), nil
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Sprintf("%s/ping answered %d %s: SageMaker would not put this container in service",
			e.base, response.StatusCode, http.StatusText(response.StatusCode)), nil
	}
	return "", nil
}

// reason returns why there was no answer. It does not quote the server.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %v", pingTime)
	}
	if about, ok := errors.AsType[*url.Error](err); ok {
		err = about.Err
	}
	if strings.Contains(err.Error(), "malformed") {
		return "its answer is not HTTP"
	}
	return err.Error()
}

// Invoke implements Model.
func (e *Endpoint) Invoke(ctx context.Context, request Request) (Response, error) {
	response := Response{Duration: answerTime}
	if len(request.Body) > maxBody {
		return response, failure(services.SageMakerOther, http.StatusRequestEntityTooLarge, "HTTP content length exceeded %d bytes.", maxBody)
	}
	limited, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	status, contentType, body, err := e.post(limited, request)
	response.ContentType, response.Body = contentType, string(body)
	if e.observe != nil && ctx.Err() == nil {
		e.observe(&Exchange{
			URL: e.base + "/invocations", Request: request.Body, Answer: answerOf(request.Attributes), Status: status, ContentType: contentType, Body: body, Err: err,
			Limit: e.timeout.String(),
		})
	}
	switch {
	case ctx.Err() != nil:
		return response, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		response.Duration = e.timeout
		return response, modelError(0, "Your invocation timed out while waiting for a response from container primary.")
	case err != nil:
		return response, failure(services.SageMakerUnavailable, http.StatusServiceUnavailable, "The connection to the container broke off.")
	case status < 200 || status > 299: // throttling and outages are the service's own errors, never those of a container
		return response, modelError(status, withheld(body))
	case len(body) > maxBody:
		return response, modelError(0, fmt.Sprintf("the answer is longer than %d bytes", maxBody))
	case isAmbiguous(body):
		return response, modelError(0, "the answer is not strict JSON: a name appears twice in an object, or the text is not Unicode")
	}
	return response, nil
}

// post sends the request to /invocations and reads the answer, up to one byte more than the limit.
func (e *Endpoint) post(ctx context.Context, request Request) (status int, contentType string, body []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.base+"/invocations", bytes.NewReader(request.Body))
	if err != nil {
		return 0, "", nil, err
	}
	for name, value := range map[string]string{
		"Content-Type": request.ContentType, "Accept": request.Accept, "X-Amzn-SageMaker-Custom-Attributes": request.Attributes,
	} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	response, err := e.client.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, int64(maxBody)+1))
	return response.StatusCode, response.Header.Get("Content-Type"), body, err
}

// isAmbiguous tells whether readers understand an answer in different ways. Any other answer is for the state machine to judge.
func isAmbiguous(body []byte) bool { return json.Valid(body) && strictjson.Check(body) != nil }

// withheld replaces the message of a container about its error. SageMaker copies the message to the exception, and from there it
// reaches logs and notifications. Containers often quote the request in it, which is health data.
func withheld(body []byte) string {
	if len(body) > maxBody {
		return fmt.Sprintf("(more than %d bytes, withheld)", maxBody)
	}
	return fmt.Sprintf("(%d bytes, withheld)", len(body))
}
