package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
)

// approvalsClient calls the function URL. The caller's AWS credentials sign each request.
type approvalsClient struct {
	url         *url.URL
	region      string
	credentials aws.CredentialsProvider
	http        *http.Client
}

// approvalsTimeout is longer than the timeout of the function, which hashes some thousand records in a few seconds.
const approvalsTimeout = 2*time.Minute + 10*time.Second

// maximumAnswer exceeds the largest answer of a function URL, in bytes.
const maximumAnswer = 8 << 20

func (c *approvalsCommand) client(ctx context.Context) (*approvalsClient, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	address := c.URL
	if address == "" {
		if address, err = c.discover(ctx, settings); err != nil {
			return nil, err
		}
	}
	target, err := url.Parse(address)
	if err != nil || target.Host == "" || !confidential(target) {
		return nil, fmt.Errorf("--url must be an https URL such as https://abc.lambda-url.eu-central-1.on.aws/, got %q", address)
	}
	region := settings.Region
	if name := strings.Split(target.Hostname(), "."); len(name) > 3 && name[1] == "lambda-url" {
		region = name[2]
	}
	if region == "" {
		return nil, errors.New("the AWS region is unknown: set AWS_REGION")
	}
	return &approvalsClient{url: target, region: region, credentials: settings.Credentials, http: &http.Client{Timeout: approvalsTimeout}}, nil
}

// confidential reports whether nobody can listen in: the URL uses TLS or this machine's loopback address.
func confidential(target *url.URL) bool {
	ip := net.ParseIP(target.Hostname())
	return target.Scheme == "https" || target.Scheme == "http" && ip != nil && ip.IsLoopback()
}

// discover reads the URL from the outputs of the environment's stack.
func (c *approvalsCommand) discover(ctx context.Context, settings aws.Config) (string, error) {
	if c.Environment == "" {
		return "", errors.New("--url or --environment is required")
	}
	stack := workflow.StackName(c.Environment, workflow.CohortStack)
	out, err := cloudformation.NewFromConfig(settings).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return "", fmt.Errorf("cannot read the URL from stack %s: %w: sign in to AWS or, if you may not read the stack, set --url", stack, err)
	}
	for _, s := range out.Stacks {
		for _, output := range s.Outputs {
			if aws.ToString(output.OutputKey) == workflow.DecisionURL {
				return aws.ToString(output.OutputValue), nil
			}
		}
	}
	return "", fmt.Errorf("stack %s has no output %s: its pipeline does not ask for approval. Set --url if another stack does", stack, workflow.DecisionURL)
}

// approvalsList is the answer to a list request.
type approvalsList struct {
	Approvals []*approval.View `json:"approvals"`
}

func (c *approvalsClient) list(ctx context.Context, all bool) (*approvalsList, error) {
	target := c.url.JoinPath("approvals")
	if all {
		target.RawQuery = "all=true"
	}
	var answer approvalsList
	return &answer, c.call(ctx, http.MethodGet, target, nil, &answer)
}

func (c *approvalsClient) show(ctx context.Context, id string) (*approval.View, error) {
	if !approval.IsID(id) {
		return nil, fmt.Errorf("ID must be ap- and 16 letters and digits, got %q", id)
	}
	var view approval.View
	return &view, c.call(ctx, http.MethodGet, c.url.JoinPath("approvals", id), nil, &view)
}

func (c *approvalsClient) decide(ctx context.Context, id string, decision approval.Decision) (*approval.Outcome, error) {
	body, err := json.Marshal(decision)
	if err != nil {
		return nil, err
	}
	var outcome approval.Outcome
	return &outcome, c.call(ctx, http.MethodPost, c.url.JoinPath("approvals", id, "decision"), body, &outcome)
}

// call signs and sends a request, and reads the answer. A refusal by the service is an *approval.Fault.
func (c *approvalsClient) call(ctx context.Context, method string, target *url.URL, body []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	credentials, err := c.credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("no usable AWS credentials, sign in first: %w", err)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "lambda", c.region, time.Now()); err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", c.url.Host, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maximumAnswer))
	if err != nil {
		return fmt.Errorf("%s: %w", c.url.Host, err)
	}
	if response.StatusCode != http.StatusOK {
		return refusalOf(response.StatusCode, text)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s answers, but not as the approvals service does: check --url", c.url.Host)
	}
	return nil
}

// refusalOf reads a refusal by the function, or by AWS in front of it, which answers {"Message": "Forbidden"}.
func refusalOf(status int, text []byte) error {
	var ours struct {
		Error *approval.Fault `json:"error"`
	}
	if err := json.Unmarshal(text, &ours); err == nil && ours.Error != nil {
		ours.Error.Status = status
		return ours.Error
	}
	message := fmt.Sprintf("the service answered with status %d", status)
	if status == http.StatusForbidden {
		message = "AWS refused the credentials: sign in as an approver, and check --url"
	}
	return &approval.Fault{Status: status, Message: message}
}
