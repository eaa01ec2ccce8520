// Package call performs the calls of tasks at the endpoints of services: of an emulator, a stand-in, or a service of AWS. Requests are
// signed with the credentials that emulators expect.
//
// The table in services.go says how each service is spoken to. Most speak JSON; Lambda, SageMaker, EMR Serverless, S3, SNS and HTTP tasks
// have a file of their own. jobs.go follows the jobs of .sync integrations.
package call

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
)

// All is the name of an endpoint for every service that has none of its own, such as that of an emulator.
const All = "all"

// Endpoints are the addresses of services. They may be used from several goroutines.
type Endpoints struct {
	Poll time.Duration // how often the end of a job is looked for. Default: a second

	urls   map[string]*url.URL
	region string
	client *http.Client
}

// New returns endpoints. addresses are URLs by the names of services, such as "lambda", or [All].
func New(addresses map[string]string, region string) (*Endpoints, error) {
	e := &Endpoints{Poll: time.Second, urls: map[string]*url.URL{}, region: region, client: &http.Client{}}
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		if _, known := services[name]; !known && name != All {
			return nil, fmt.Errorf("unknown service %q; the services are %s, and %s", name, strings.Join(slices.Sorted(maps.Keys(services)), ", "), All)
		}
		u, err := url.Parse(addresses[name])
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("the endpoint of %s must be a URL such as http://127.0.0.1:3001, got %q", name, addresses[name])
		}
		e.urls[name] = u
	}
	return e, nil
}

// request is a call of a task.
type request struct {
	e          *Endpoints
	name       string // of the service: "dynamodb"
	service    service
	base       *url.URL
	action     string // "putItem"
	pattern    string // "", "sync", "sync:2" or "waitForTaskToken"
	optimized  bool   // not an integration of the form aws-sdk:…
	function   string // of a Lambda function that a task names by its ARN
	parameters string // JSON text
}

// parse reads the resource of a task. ok is false when there is no endpoint for it.
func (e *Endpoints) parse(resource string) (r request, ok bool) {
	r = request{e: e, optimized: true}
	if strings.HasPrefix(resource, "arn:aws:lambda:") {
		r.name, r.action, r.function = "lambda", "invoke", resource
	} else {
		rest, isIntegration := strings.CutPrefix(resource, "arn:aws:states:::")
		if !isIntegration {
			return r, false
		}
		if sdk, isSDK := strings.CutPrefix(rest, "aws-sdk:"); isSDK {
			r.optimized, rest = false, sdk
		}
		r.name, r.action, _ = strings.Cut(rest, ":")
		r.action, r.pattern, _ = strings.Cut(r.action, ".")
	}
	if r.service, ok = services[r.name]; !ok {
		return r, false
	}
	if r.base = e.urls[r.name]; r.base == nil {
		r.base = e.urls[All]
	}
	return r, r.base != nil
}

// Knows reports whether there is an endpoint for a task with the resource.
func (e *Endpoints) Knows(resource string) bool {
	_, ok := e.parse(resource)
	return ok
}

// Do performs a task and waits for its end. With a task token, it only sends the request. It calls submitted when a .sync integration has
// started its job, with what the service answered. An *asl.Error is an error of the service.
func (e *Endpoints) Do(ctx context.Context, task *asl.Task, submitted func(output any)) (any, error) {
	r, ok := e.parse(task.Resource)
	if !ok {
		return nil, fmt.Errorf("calls %s, which has no endpoint", task.Resource)
	}
	r.parameters = asl.Encode(task.Input)
	if strings.HasPrefix(r.pattern, "sync") {
		return r.job(ctx, submitted)
	}
	return r.service.perform(ctx, &r)
}

// read reads the parameters into a struct.
func (r *request) read(into any) error {
	if err := json.Unmarshal([]byte(r.parameters), into); err != nil {
		return &asl.Error{Name: asl.ErrRuntime, Cause: fmt.Sprintf("The parameters of %s:%s cannot be read: %v", r.name, r.action, err)}
	}
	return nil
}

// operation is the name of the operation in the service's API: "PutItem".
func (r *request) operation() string { return strings.ToUpper(r.action[:1]) + r.action[1:] }
