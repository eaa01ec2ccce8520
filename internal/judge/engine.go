package judge

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"clinical-risk-pipeline/asl/serve"
)

// expected is the engine's answer.
type expected struct {
	*Answer
	volatile map[string]bool // the places that differ from call to call
}

// engine answers by this project's engine, through the same client that asks AWS.
type engine struct{ client Client }

func newEngine() (*engine, error) {
	server, err := serve.New(serve.Config{Time: serve.Virtual})
	if err != nil {
		return nil, err
	}
	return &engine{sfn.New(sfn.Options{
		BaseEndpoint: aws.String("http://localhost"), Region: "us-east-1", HTTPClient: inProcess{server},
		Credentials: credentials.NewStaticCredentialsProvider("none", "none", ""),
	})}, nil
}

// inProcess is a transport to a handler of this process.
type inProcess struct{ http.Handler }

// Do implements aws.HTTPClient.
func (h inProcess) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// answer asks twice: what differs is left to chance, such as an id or a time.
func (e *engine) answer(ctx context.Context, q *Question) (*expected, error) {
	var both [2]*Answer
	for i := range both {
		var err error
		if both[i], err = ask(ctx, e.client, q); err != nil {
			return nil, fmt.Errorf("%s: the engine has no answer: %w", q, err)
		}
	}
	x := &expected{Answer: both[0], volatile: map[string]bool{}}
	for _, d := range differences(both[0], both[1]) {
		x.volatile[d.Place] = true
	}
	if strings.Contains(string(q.Machine.Definition), `"JitterStrategy"`) { // Two delays may be equal by chance.
		x.volatile["inspectionData.errorDetails.retryBackoffIntervalSeconds"] = true
	}
	return x, nil
}
