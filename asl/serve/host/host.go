// Package host puts a server of the API on a network address.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Flags are the flags of a command that serves the API.
type Flags struct {
	Address   string `default:"127.0.0.1:8083" placeholder:"HOST:PORT" help:"The address to listen on. Default: ${default}."`
	AnyClient bool   `help:"Allow an address that other machines reach. Credentials are not checked: everybody who reaches it may do everything."`
}

// Listen opens the address. It refuses one that other machines reach, unless the flag allows it.
func (f Flags) Listen(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(f.Address)
	if err != nil {
		return nil, fmt.Errorf("--address must be HOST:PORT, got %q", f.Address)
	}
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if host == "" {
		addresses, err = []net.IPAddr{{IP: net.IPv4zero}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--address: %w", err)
	}
	for _, address := range addresses {
		if !address.IP.IsLoopback() && !f.AnyClient {
			return nil, fmt.Errorf("--address: other machines reach %s, and credentials are not checked: use 127.0.0.1, or add --any-client", f.Address)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.Address)
	if err != nil {
		return nil, fmt.Errorf("--address: %w", err)
	}
	return listener, nil
}

// Serve prints the address and answers until the context ends.
func (f Flags) Serve(ctx context.Context, out io.Writer, listener net.Listener, api http.Handler) error {
	fmt.Fprintf(out, "Step Functions at http://%s. Credentials are not checked.\n", listener.Addr())
	web := &http.Server{Handler: f.guard(api), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = web.Close() }) // Clients of a local server need no grace.
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// guard refuses requests for hosts that are not this machine, unless others may reach it: a page in a browser must not reach the server under a
// name that it made to mean 127.0.0.1.
func (f Flags) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !f.AnyClient && !isLocal(r.Host) {
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
