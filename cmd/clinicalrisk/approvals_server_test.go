package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
)

const (
	approvalExecution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	janeARN           = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe"
	joeARN            = "arn:aws:sts::123456789012:assumed-role/TrialLead/joe.bloggs"
)

// functionURL is a function URL on this machine: it checks signatures as AWS does and runs the deployed handler.
type functionURL struct {
	t       *testing.T
	api     approval.API
	callers map[string]string // the ARN of each access key
	tasks   *memory.Tasks
	objects *memory.Objects
	url, id string
	now     time.Time
}

// secret is the secret of every access key.
const secret = "test-secret"

// serveApprovals starts a function URL with one pending request.
func serveApprovals(t *testing.T) *functionURL {
	f := &functionURL{
		t: t, callers: map[string]string{"AKIAJANE": janeARN, "AKIAJOE": joeARN}, tasks: &memory.Tasks{Waiting: map[string]bool{"token": true}},
		objects: &memory.Objects{}, id: approval.ID(approvalExecution), now: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC),
	}
	f.objects.Set("decisions/T-1/000000.json", []byte(`{}`))
	store, log, now := &memory.Store{}, slog.New(slog.DiscardHandler), func() time.Time { return f.now }
	records := approval.Records{Objects: f.objects, Bucket: "records", Prefix: "decisions/"}
	f.api = approval.API{Decider: &approval.Decider{
		Store: store, Records: records, Tasks: f.tasks, Starts: memory.Starts{{InvokedBy: "scheduler.amazonaws.com"}},
		Signers: approval.Signers{Approvers: []string{"arn:aws:iam::123456789012:role/TrialLead"}}, Now: now, Log: log,
	}}
	requester := approval.Requester{Store: store, Notifier: &memory.Notifier{}, Records: records, Now: now, Log: log}
	payload, err := json.Marshal(map[string]any{
		"taskToken": "token", "requestId": approval.Digest([]byte("token")), "execution": approvalExecution, "startedAt": "2026-03-01T01:00:00Z", "trialId": "T-1",
		"subjects": map[string]any{"subjects": 200, "scored": 199, "high": 7, "failed": 1}, "record": "s3://records/decisions/T-1/",
		"deadline": "2026-03-04T03:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := requester.Handle(t.Context(), payload); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	signIn(t, "AKIAJANE", secret)
	return f
}

// signIn sets the credentials of the process and hides the machine's AWS configuration.
func signIn(t *testing.T, accessKey, secretKey string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": "session", "AWS_REGION": "eu-central-1",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
}

func (f *functionURL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/json")
	caller := f.caller(r, body)
	if caller == "" {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"Message":"Forbidden"}`)
		return
	}
	request := events.LambdaFunctionURLRequest{RawPath: r.URL.Path, Body: string(body), QueryStringParameters: map[string]string{}}
	for name := range r.URL.Query() {
		request.QueryStringParameters[name] = r.URL.Query().Get(name)
	}
	request.RequestContext.HTTP.Method = r.Method
	request.RequestContext.Authorizer = &events.LambdaFunctionURLRequestContextAuthorizerDescription{
		IAM: &events.LambdaFunctionURLRequestContextAuthorizerIAMDescription{UserARN: caller, UserID: "AROA:" + caller},
	}
	response, err := f.api.Handle(r.Context(), request)
	if err != nil {
		f.t.Error(err)
	}
	w.WriteHeader(response.StatusCode)
	fmt.Fprint(w, response.Body)
}

// caller signs the request again and compares the signatures. It returns the ARN of the signer, or "".
func (f *functionURL) caller(r *http.Request, body []byte) string {
	authorization := r.Header.Get("Authorization")
	_, scope, _ := strings.Cut(authorization, "Credential=")
	accessKey, scope, _ := strings.Cut(scope, "/")
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || !strings.HasPrefix(scope, at.Format("20060102")+"/eu-central-1/lambda/aws4_request,") {
		return ""
	}
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	_, names, _ := strings.Cut(authorization, "SignedHeaders=")
	names, _, _ = strings.Cut(names, ",")
	for _, name := range strings.Split(names, ";") {
		if value := r.Header.Get(name); value != "" && name != "content-length" {
			again.Header.Set(name, value)
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secret, SessionToken: r.Header.Get("X-Amz-Security-Token")}
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, again, hex.EncodeToString(sum[:]), "lambda", "eu-central-1", at); err != nil {
		f.t.Fatal(err)
	}
	if again.Header.Get("Authorization") != authorization {
		return ""
	}
	return f.callers[accessKey]
}
