package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/serve/call"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// serveCommand serves the API of Step Functions.
type serveCommand struct {
	Address   string            `default:"127.0.0.1:8083" placeholder:"HOST:PORT" help:"The address to listen on. Default: ${default}."`
	AnyClient bool              `help:"Allow an address that other machines reach. Credentials are not checked: everybody who reaches it may do everything."`
	Time      string            `enum:"real,virtual" default:"real" help:"How time passes in executions: ${enum}. Default: ${default}."`
	Data      string            `placeholder:"DIR" help:"Keep state machines and executions in this folder. Default: in memory only."`
	Keep      int               `default:"50000" placeholder:"N" help:"The number of ended executions that the server remembers. Default: ${default}."`
	Stubs     string            `placeholder:"FILE" help:"The results of tasks, in the format of AWS's MockConfigFile.json. Start an execution of stateMachineArn#TestCase."`
	Service   map[string]string `placeholder:"NAME=URL" help:"The endpoint of a service that tasks call, such as lambda=http://127.0.0.1:3001."`
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, s program.Streams) error {
	config, err := c.config(ctx, s)
	if err != nil {
		return err
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	server, err := serve.New(config)
	if err != nil {
		_ = listener.Close() // The first error counts.
		return fmt.Errorf("--data: %w", err)
	}
	defer func() { _ = server.Close() }() // What was answered is stored.
	fmt.Fprintf(s.Out, "Step Functions at http://%s. Credentials are not checked.\n", listener.Addr())
	web := &http.Server{Handler: c.guard(server), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = web.Close() }) // Clients of a local server need no grace.
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// config reads what the flags name.
func (c *serveCommand) config(ctx context.Context, s program.Streams) (serve.Config, error) {
	config := serve.Config{Time: serve.Time(c.Time), Data: c.Data, Keep: c.Keep, Log: func(line string) { fmt.Fprintln(s.Err, "asl: "+plain.Line(line)) }}
	if c.Keep < 1 {
		return config, fmt.Errorf("--keep must be at least 1, got %d", c.Keep)
	}
	if c.Stubs != "" {
		text, err := read(ctx, s, c.Stubs)
		if err != nil {
			return config, err
		}
		if config.Stubs, err = mock.Parse(text); err != nil {
			return config, fmt.Errorf("%s: %w", c.Stubs, err)
		}
	}
	endpoints, err := call.New(c.Service, region)
	if err != nil {
		return config, fmt.Errorf("--service: %w", err)
	}
	config.Endpoints, config.Region = endpoints, region
	return config, nil
}

// guard refuses requests for hosts that are not this machine, unless others may reach it: a page in a browser must not reach the server under a
// name that it made to mean 127.0.0.1.
func (c *serveCommand) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.AnyClient && !isLocal(r.Host) {
			http.Error(w, "This server answers on this machine only, got the host "+strconv.Quote(r.Host)+": use 127.0.0.1 or localhost.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLocal reports whether a host means this machine. Clients put "sync-" before the host of some operations.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimPrefix(strings.Trim(host, "[]"), "sync-")
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host).IsLoopback()
}

// region is the region of every ARN.
const region = "us-east-1"

// listen opens the address. It refuses one that other machines reach, unless the flag allows it.
func (c *serveCommand) listen(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.Address)
	if err != nil {
		return nil, fmt.Errorf("--address must be HOST:PORT, got %q", c.Address)
	}
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if host == "" {
		addresses, err = []net.IPAddr{{IP: net.IPv4zero}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--address: %w", err)
	}
	for _, address := range addresses {
		if !address.IP.IsLoopback() && !c.AnyClient {
			return nil, fmt.Errorf("--address: other machines reach %s, and credentials are not checked: use 127.0.0.1, or add --any-client", c.Address)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Address)
	if err != nil {
		return nil, fmt.Errorf("--address: %w", err)
	}
	return listener, nil
}
