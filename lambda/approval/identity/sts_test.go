package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
)

const (
	region  = "eu-central-1"
	janeARN = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe@example.com"
)

var (
	digest = strings.Repeat("a", 64)
	at     = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	key    = aws.Credentials{AccessKeyID: "ASIAJANE00000000", SecretAccessKey: "canary-secret", SessionToken: "canary-token"}
	known  = memory.STS{key.AccessKeyID: {Caller: approval.Caller{ARN: janeARN, UserID: "AROA:jane"}, Secret: key.SecretAccessKey}}
)

func sign(t *testing.T, region string) approval.Proof {
	t.Helper()
	proof, err := Sign(context.Background(), key, region, digest, at)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// The endpoint is the region's own, in its partition's domain. A region that accounts opt in to has one, too.
func TestEveryRegionAsksItsOwnSTS(t *testing.T) {
	for region, host := range map[string]string{
		"eu-central-1":   "sts.eu-central-1.amazonaws.com",
		"us-east-1":      "sts.us-east-1.amazonaws.com", // never the global endpoint, sts.amazonaws.com
		"eu-central-2":   "sts.eu-central-2.amazonaws.com",
		"ap-southeast-7": "sts.ap-southeast-7.amazonaws.com",
		"me-central-1":   "sts.me-central-1.amazonaws.com",
		"cn-north-1":     "sts.cn-north-1.amazonaws.com.cn",
		"us-gov-west-1":  "sts.us-gov-west-1.amazonaws.com",
		"eusc-de-east-1": "sts.eusc-de-east-1.amazonaws.eu",
	} {
		asked := ""
		sts := New(transport(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.Scheme + "://" + r.Host + r.URL.Path + " " + r.URL.Host + " " + r.Method
			return known.RoundTrip(r)
		}))
		caller, err := sts.Identify(context.Background(), region, digest, sign(t, region))
		if want := "https://" + host + "/ " + host + " POST"; err != nil || caller.ARN != janeARN || caller.UserID != "AROA:jane" || asked != want {
			t.Errorf("%s: asked %s, got %+v, %v; want %s", region, asked, caller, err, want)
		}
	}
}

func TestSTSRefusesWhatIsNotSignedSo(t *testing.T) {
	for reason, change := range map[string]func(*approval.Proof, *string){
		"another statement": func(_ *approval.Proof, digest *string) { *digest = strings.Repeat("b", 64) },
		"another token":     func(p *approval.Proof, _ *string) { p.SecurityToken = "other" },
		"another date":      func(p *approval.Proof, _ *string) { p.Date = "20260301T030001Z" },
		"another key": func(p *approval.Proof, _ *string) {
			p.Authorization = strings.Replace(p.Authorization, "JANE", "JOE0", 1)
		},
	} {
		proof, digest := sign(t, region), digest
		change(&proof, &digest)
		if caller, err := New(known).Identify(context.Background(), region, digest, proof); !errors.Is(err, approval.ErrNotProved) || caller != (approval.Caller{}) {
			t.Errorf("%s: got %+v, %v", reason, caller, err)
		}
	}
}

// transport answers requests with a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answering(status int, body string) transport {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Location": {"https://sts.attacker.example/"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
		}, nil
	}
}

// identity is an answer of STS.
func identity(arn, user, account string) string {
	return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
		fmt.Sprintf("<Arn>%s</Arn><UserId>%s</UserId><Account>%s</Account>", arn, user, account) +
		`</GetCallerIdentityResult></GetCallerIdentityResponse>`
}

// Requirements: P11-10g
func TestOnlyAnAnswerOfSTSIdentifies(t *testing.T) {
	right := identity(janeARN, "AROA:jane", "123456789012")
	if _, err := New(answering(http.StatusOK, right)).Identify(context.Background(), region, digest, sign(t, region)); err != nil {
		t.Fatalf("the right answer: %v", err)
	}
	refusal := func(code string) string {
		return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>` + code + `</Code><Message>canary-token</Message></Error></ErrorResponse>`
	}
	for reason, row := range map[string]struct {
		transport transport
		want      error
	}{
		"a wrong signature":                   {answering(http.StatusForbidden, refusal("SignatureDoesNotMatch")), approval.ErrNotProved},
		"an expired token":                    {answering(http.StatusForbidden, refusal("ExpiredToken")), approval.ErrNotProved},
		"an unknown key":                      {answering(http.StatusForbidden, refusal("InvalidClientTokenId")), approval.ErrNotProved},
		"an incomplete signature":             {answering(http.StatusBadRequest, refusal("IncompleteSignature")), approval.ErrNotProved},
		"too many calls":                      {answering(http.StatusBadRequest, refusal("Throttling")), approval.ErrIdentityUnknown},
		"a failure":                           {answering(http.StatusInternalServerError, refusal("InternalFailure")), approval.ErrIdentityUnknown},
		"a failure with an identity":          {answering(http.StatusInternalServerError, right), approval.ErrIdentityUnknown},
		"a refusal with an identity":          {answering(http.StatusForbidden, right), approval.ErrIdentityUnknown},
		"a page of a proxy":                   {answering(http.StatusOK, "<html><body>Sign in</body></html>"), approval.ErrIdentityUnknown},
		"nothing":                             {answering(http.StatusOK, ""), approval.ErrIdentityUnknown},
		"JSON":                                {answering(http.StatusOK, `{"Arn": "`+janeARN+`"}`), approval.ErrIdentityUnknown},
		"another operation":                   {answering(http.StatusOK, strings.ReplaceAll(right, "GetCallerIdentity", "AssumeRole")), approval.ErrIdentityUnknown},
		"another namespace":                   {answering(http.StatusOK, strings.Replace(right, "sts.amazonaws.com", "sts.attacker.example", 1)), approval.ErrIdentityUnknown},
		"a redirect":                          {answering(http.StatusTemporaryRedirect, right), approval.ErrIdentityUnknown},
		"a redirect that is moved":            {answering(http.StatusMovedPermanently, ""), approval.ErrIdentityUnknown},
		"a huge body":                         {answering(http.StatusOK, right+strings.Repeat(" ", 1<<20)), approval.ErrIdentityUnknown},
		"a body without an end":               {func(r *http.Request) (*http.Response, error) { return endless(r), nil }, approval.ErrIdentityUnknown},
		"no connection":                       {func(*http.Request) (*http.Response, error) { return nil, errors.New("canary-token") }, approval.ErrIdentityUnknown},
		"an ARN of another account":           {answering(http.StatusOK, identity(janeARN, "AROA:jane", "210987654321")), approval.ErrIdentityUnknown},
		"an ARN of another service":           {answering(http.StatusOK, identity("arn:aws:s3:::bucket", "AROA", "")), approval.ErrIdentityUnknown},
		"an ARN with a line break":            {answering(http.StatusOK, identity(janeARN+"&#10;x", "AROA", "123456789012")), approval.ErrIdentityUnknown},
		"no user id":                          {answering(http.StatusOK, identity(janeARN, "", "123456789012")), approval.ErrIdentityUnknown},
		"two ARNs":                            {answering(http.StatusOK, strings.Replace(right, "<Arn>", "<Arn>"+janeARN+"</Arn><Arn>", 1)), approval.ErrIdentityUnknown},
		"an answer that ends too early":       {answering(http.StatusOK, right[:len(right)-20]), approval.ErrIdentityUnknown},
		"an identity in the wrong place":      {answering(http.StatusOK, strings.ReplaceAll(right, "GetCallerIdentityResult", "Other")), approval.ErrIdentityUnknown},
		"an account that is not of the forms": {answering(http.StatusOK, identity(strings.Replace(janeARN, "123456789012", "12", 1), "AROA", "12")), approval.ErrIdentityUnknown},
	} {
		calls := 0
		counted := transport(func(r *http.Request) (*http.Response, error) { calls++; return row.transport(r) })
		caller, err := New(counted).Identify(context.Background(), region, digest, sign(t, region))
		if !errors.Is(err, row.want) || caller != (approval.Caller{}) || calls != 1 {
			t.Errorf("%s: got %+v, %v after %d calls, want %v", reason, caller, err, calls, row.want)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "Signature=")) {
			t.Errorf("%s: the error has the proof: %v", reason, err)
		}
	}
}

// endless is an answer that never ends.
func endless(r *http.Request) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(forever{}), Request: r}
}

type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// A proxy of the environment would see the proof, and could answer instead of STS if it had a trusted certificate.
func TestTheFunctionUsesNoProxy(t *testing.T) {
	client := New(nil).client
	if direct, ok := client.Transport.(*http.Transport); !ok || direct.Proxy != nil || client.Timeout != answerTimeout {
		t.Errorf("got %+v", client)
	}
}
