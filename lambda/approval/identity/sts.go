package identity

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"clinical-risk-pipeline/lambda/approval"
)

// STS implements approval.Identities. It calls the regional endpoint of STS over TLS, follows no redirect, and uses no proxy.
type STS struct{ client *http.Client }

// The bounds of an answer.
const (
	answerTimeout = 10 * time.Second
	maximumAnswer = 16 << 10 // bytes
)

// New returns STS over a transport. Default: HTTPS, directly.
func New(transport http.RoundTripper) STS {
	if transport == nil {
		direct := http.DefaultTransport.(*http.Transport).Clone()
		direct.Proxy = nil
		transport = direct
	}
	return STS{&http.Client{
		Transport: transport, Timeout: answerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Identify implements approval.Identities. Its errors have no part of the proof.
//
// Requirements: P11-10g, P11-200a1
func (s STS) Identify(ctx context.Context, region, digest string, proof approval.Proof) (approval.Caller, error) {
	request, err := newRequest(ctx, region, digest)
	if err != nil {
		return approval.Caller{}, err
	}
	request.Header.Set(authorizationHeader, proof.Authorization)
	request.Header.Set(dateHeader, proof.Date)
	if proof.SecurityToken != "" {
		request.Header.Set(tokenHeader, proof.SecurityToken)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return approval.Caller{}, fmt.Errorf("%w: no answer", approval.ErrIdentityUnknown)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maximumAnswer+1))
	switch {
	case err != nil || len(text) > maximumAnswer:
		return approval.Caller{}, fmt.Errorf("%w: no usable answer", approval.ErrIdentityUnknown)
	case response.StatusCode != http.StatusOK:
		return approval.Caller{}, refusal(response.StatusCode, text)
	}
	caller, err := parse(text)
	if err != nil {
		return approval.Caller{}, fmt.Errorf("%w: %w", approval.ErrIdentityUnknown, err)
	}
	return caller, nil
}

// refusal tells a refused signature from a service that does not serve. STS throttles with status 400.
func refusal(status int, text []byte) error {
	var answer struct {
		Code string `xml:"Error>Code"`
	}
	refused := xml.Unmarshal(text, &answer) == nil && answer.Code != "" && !strings.HasPrefix(answer.Code, "Throttl")
	if refused && (status == http.StatusForbidden || status == http.StatusBadRequest) {
		return approval.ErrNotProved
	}
	return fmt.Errorf("%w: status %d", approval.ErrIdentityUnknown, status)
}

var callerPattern = regexp.MustCompile(`^arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):[\w+=,.@/-]+$`)

// parse reads the identity from the answer of STS: one ARN, one user id and one account, which is the ARN's.
func parse(text []byte) (approval.Caller, error) {
	var answer struct {
		XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Result  []struct {
			ARN     []string `xml:"Arn"`
			UserID  []string `xml:"UserId"`
			Account []string `xml:"Account"`
		} `xml:"GetCallerIdentityResult"`
	}
	wrong := errors.New("the answer is not that of GetCallerIdentity")
	decoder := xml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&answer); err != nil || len(answer.Result) != 1 {
		return approval.Caller{}, wrong
	}
	result := answer.Result[0]
	if len(result.ARN) != 1 || len(result.UserID) != 1 || len(result.Account) != 1 || result.UserID[0] == "" {
		return approval.Caller{}, wrong
	}
	parts := callerPattern.FindStringSubmatch(result.ARN[0])
	if parts == nil || parts[1] != result.Account[0] {
		return approval.Caller{}, wrong
	}
	return approval.Caller{ARN: result.ARN[0], UserID: result.UserID[0]}, nil
}
