package serve

import (
	"io"
	"net/http"
)

// Time says how the time of executions passes.
type Time string

// The ways in which time passes.
const (
	Real    Time = "real"    // a wait takes as long as it says
	Virtual Time = "virtual" // the clock jumps over waits and retry delays; while a callback or a call is pending, it goes as the wall clock does
)

// Config configures a server. The zero value works.
type Config struct {
	Time    Time         // Default: Real
	Account string       // in ARNs. Default: 123456789012
	Region  string       // in ARNs. Default: us-east-1
	Page    http.Handler // answers GET requests. Default: a line of text
}

// Server is an [http.Handler] that answers the API of Step Functions.
type Server struct {
	config Config
}

// New returns a server.
func New(c Config) (*Server, error) {
	c.complete()
	return &Server{config: c}, nil
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
	if c.Page == nil {
		c.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "This is the API of Step Functions. Point a client of AWS at this address.\n")
		})
	}
}
