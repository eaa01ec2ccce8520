package serve

import (
	"context"
	"net/http"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/serve/call"
	"clinical-risk-pipeline/asl/serve/pages"
	"clinical-risk-pipeline/asl/serve/store"
)

// Time says how the time of executions passes.
type Time string

// The ways in which time passes.
const (
	Real    Time = "real"    // a wait takes as long as it says
	Virtual Time = "virtual" // the clock jumps over waits and retry delays; while a callback or a call is pending, it goes as the wall clock does
)

// DefaultKeep is the number of ended executions that a server remembers by default.
const DefaultKeep = 50_000

// Config configures a server. The zero value works.
type Config struct {
	Time    Time         // Default: Real
	Account string       // in ARNs. Default: 123456789012
	Region  string       // in ARNs. Default: us-east-1
	Data    string       // the folder that keeps state machines and executions. Default: memory only
	Keep    int          // the number of ended executions that the server remembers. Default: DefaultKeep
	Page    http.Handler // answers GET requests. Default: those of package pages
	Log     func(string) // gets what an operator should know. Default: nothing

	Stubs     *mock.Config    // results of tasks, for executions of stateMachineArn#TestCase. Default: none
	Endpoints *call.Endpoints // services that tasks call. Default: none
	Services  asl.Handler     // performs the tasks that Stubs and Endpoints do not. Executions call it at the same time. Default: such tasks fail
	Answers   bool            // Services decides for people: what it returns for a task with a token is the task's result, unless it hangs. Default: the token ends the task
	Objects   asl.Objects     // the S3 objects of Distributed Maps. Default: those of Endpoints
}

// Server is an [http.Handler] that answers the API of Step Functions.
type Server struct {
	config  Config
	now     func() time.Time
	store   *store.Store
	closing chan struct{}   // closed by Close
	running context.Context // of the executions
	cancel  context.CancelCauseFunc

	mu         sync.RWMutex // protects the maps, and what is in them
	machines   map[string]*machine
	activities map[string]*activity

	executions executions
	mapRuns    mapRuns
	tokens     tokens
}

// New returns a server. It reads the data folder, if there is one.
func New(c Config) (*Server, error) {
	c.complete()
	s := &Server{config: c, now: time.Now, closing: make(chan struct{}), machines: map[string]*machine{}, activities: map[string]*activity{}}
	s.running, s.cancel = context.WithCancelCause(context.Background())
	s.executions = executions{byARN: map[string]*execution{}, keep: c.Keep}
	s.mapRuns.byARN, s.tokens.waiting = map[string]*mapRun{}, map[string]*asl.Completion{}
	if c.Page == nil {
		s.config.Page = pages.New(s)
	}
	if c.Data == "" {
		return s, nil
	}
	var err error
	if s.store, err = store.Open(c.Data); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		_ = s.store.Close() // The first error counts.
		return nil, err
	}
	return s, nil
}

// complete fills in the defaults.
func (c *Config) complete() {
	if c.Time == "" {
		c.Time = Real
	}
	if c.Account == "" {
		c.Account = "123456789012"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Keep == 0 {
		c.Keep = DefaultKeep
	}
	if c.Objects == nil && c.Endpoints != nil {
		c.Objects = c.Endpoints.Objects()
	}
	if c.Log == nil {
		c.Log = func(string) {}
	}
}

// Close aborts the executions that run, and closes the data folder.
func (s *Server) Close() error {
	close(s.closing)
	s.cancel(&asl.Stop{Name: interrupted, Cause: "The server was closed while the execution was running."})
	for _, x := range s.executions.newest(func(x *execution) bool { return x.view().Status == asl.Running }) {
		x.mu.Lock()
		done := x.done
		x.mu.Unlock()
		<-done
	}
	return s.store.Close()
}
