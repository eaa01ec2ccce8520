package memory

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"clinical-risk-pipeline/lambda/approval"
)

// STS is a stand-in for STS: a transport that answers GetCallerIdentity. It computes the signature of a request again with the secret
// of the access key, as AWS does.
type STS map[string]Principal // by access key

// Principal is the owner of an access key.
type Principal struct {
	approval.Caller
	Secret string
}

// RoundTrip implements http.RoundTripper.
func (s STS) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	status, answer := http.StatusForbidden, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"
	if caller, ok := s.signer(request, body); ok {
		status, answer = http.StatusOK, identityOf(caller)
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"text/xml"}},
		Body: io.NopCloser(strings.NewReader(answer)), Request: request,
	}, nil
}

// signer returns the principal that signed a request. The request of GetCallerIdentity has no parameters.
func (s STS) signer(request *http.Request, body []byte) (caller approval.Caller, ok bool) {
	authorization := request.Header.Get("Authorization")
	_, scope, _ := strings.Cut(authorization, "Credential=")
	parts := strings.Split(scope, "/") // access key, day, region, service, the rest
	at, err := time.Parse("20060102T150405Z", request.Header.Get("X-Amz-Date"))
	if err != nil || len(parts) < 4 || parts[3] != "sts" || !strings.HasPrefix(request.URL.Host, "sts."+parts[2]+".") {
		return caller, false
	}
	principal, known := s[parts[0]]
	if !known || request.Method != http.MethodPost || !bytes.HasPrefix(body, []byte("Action=GetCallerIdentity&")) {
		return caller, false
	}
	again, err := http.NewRequest(request.Method, request.URL.String(), bytes.NewReader(body))
	if err != nil {
		return caller, false
	}
	_, names, _ := strings.Cut(authorization, "SignedHeaders=")
	names, _, _ = strings.Cut(names, ",")
	for name := range strings.SplitSeq(names, ";") {
		if value := request.Header.Get(name); value != "" {
			again.Header.Set(name, value)
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: parts[0], SecretAccessKey: principal.Secret, SessionToken: request.Header.Get("X-Amz-Security-Token")}
	err = v4.NewSigner().SignHTTP(request.Context(), credentials, again, hex.EncodeToString(sum[:]), "sts", parts[2], at)
	return principal.Caller, err == nil && again.Header.Get("Authorization") == authorization
}

func identityOf(caller approval.Caller) string {
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // A builder takes every text.
		return b.String()
	}
	account := ""
	if parts := strings.Split(caller.ARN, ":"); len(parts) > 4 {
		account = parts[4]
	}
	return fmt.Sprintf(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
		`<Arn>%s</Arn><UserId>%s</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
		text(caller.ARN), text(caller.UserID), account)
}
