package call

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// maxAnswer is the largest answer that is read. A task's result has at most 256 KiB, and an answer may have more around it.
const maxAnswer = 8 << 20

// credentials are those that emulators expect.
var credentials = aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}

// answer is the response of a service.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send signs and sends a request. An error is an *asl.Error, or that of the context.
func (r *request) send(ctx context.Context, method, path string, header http.Header, body []byte) (*answer, error) {
	address := strings.TrimSuffix(r.base.String(), "/") + path
	q, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, r.fault("SdkClientException", err.Error())
	}
	q.Header = header.Clone()
	sum := sha256.Sum256(body)
	if r.service.signing != "" {
		if err := v4.NewSigner().SignHTTP(ctx, credentials, q, hex.EncodeToString(sum[:]), r.service.signing, r.e.region, time.Now()); err != nil {
			return nil, err
		}
	}
	response, err := r.e.client.Do(q)
	if err != nil {
		return nil, r.unreachable(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // The answer is read.
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, r.unreachable(ctx, err)
	}
	return &answer{response.StatusCode, response.Header, text}, nil
}

// unreachable is the error of a service that does not answer.
func (r *request) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.fault("SdkClientException", "Unable to execute HTTP request: "+err.Error())
}

// fault is an error of the service.
func (r *request) fault(code, cause string) error {
	prefix := r.service.errors
	if !r.optimized {
		prefix = r.service.sdk
	}
	if !strings.HasSuffix(code, "Exception") {
		code += "Exception"
	}
	return &asl.Error{Name: prefix + "." + code, Cause: cause}
}

// refusal is the error that an answer tells, as Step Functions reports it.
func (r *request) refusal(a *answer) error {
	var body struct {
		Type     string `json:"__type"`
		Code     string `json:"code"`
		Message  string `json:"message"`
		Message2 string `json:"Message"`
	}
	_ = json.Unmarshal(a.body, &body) // Not every error has a body.
	code := a.header.Get("X-Amzn-Errortype")
	for _, other := range []string{body.Type, body.Code, http.StatusText(a.status)} {
		if code == "" {
			code = other
		}
	}
	code, _, _ = strings.Cut(code, ":")
	code = strings.ReplaceAll(code[strings.LastIndexByte(code, '#')+1:], " ", "")
	message := body.Message
	if message == "" {
		message = body.Message2
	}
	return r.fault(code, fmt.Sprintf("%s (Service: %s, Status Code: %d, Request ID: %s)", message, r.service.sdk, a.status, requestID(a)))
}

func requestID(a *answer) string {
	if id := a.header.Get("x-amzn-RequestId"); id != "" {
		return id
	}
	return a.header.Get("x-amz-request-id")
}

// metadata adds what an optimized integration tells of the answer.
func (r *request) metadata(result *value.Object, a *answer) *value.Object {
	if !r.optimized {
		return result
	}
	all, first := map[string]any{}, map[string]any{}
	for name, values := range a.header {
		all[name], first[name] = values, values[0]
	}
	http := map[string]any{"AllHttpHeaders": all, "HttpHeaders": first, "HttpStatusCode": a.status}
	return result.With("SdkHttpMetadata", value.Must(http)).With("SdkResponseMetadata", value.NewObject(1).With("RequestId", requestID(a)))
}

// object reads an answer that is a JSON object.
func object(text []byte) (*value.Object, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return value.NewObject(0), nil
	}
	v, err := value.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("got an answer that is not JSON: %w", err)
	}
	o, ok := v.(*value.Object)
	if !ok && v != nil {
		return nil, fmt.Errorf("got an answer that is JSON, but no object")
	}
	return o.Clone(), nil
}
