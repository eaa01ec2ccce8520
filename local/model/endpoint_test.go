package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// serve starts a model server and returns the endpoint for it.
func serve(t *testing.T, handler http.HandlerFunc) *Endpoint {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	endpoint, err := NewEndpoint(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	return endpoint
}

func TestInvocation(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/invocations" || string(body) != `{"features":{}}` ||
			r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Accept") != "text/plain" {
			t.Errorf("%s %s %q %v", r.Method, r.URL.Path, body, r.Header)
		}
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "0.5")
	})
	got, err := endpoint.Invoke(t.Context(), Request{ContentType: "application/json", Accept: "text/plain", Body: []byte(`{"features":{}}`)})
	if err != nil || got.Body != "0.5" || got.ContentType != "text/plain" || got.Duration != answerTime {
		t.Errorf("Invoke = %+v, %v", got, err)
	}
}

// The endpoint hands on every body that is not ambiguous. The state machine decides whether it is usable.
func TestEveryBodyIsHandedOn(t *testing.T) {
	for _, body := range []string{"", "NaN", "<html>Error</html>", `{"risk_score": "0.9"}`, "\x00\xff"} {
		endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		if got, err := endpoint.Invoke(t.Context(), Request{}); err != nil || got.Body != body {
			t.Errorf("Invoke = %q, %v; want %q", got.Body, err, body)
		}
	}
}

func TestErrorsOfTheContainer(t *testing.T) {
	const quoted = "age 83 is out of range"
	for _, c := range []struct {
		status      int
		name, cause string
	}{
		{429, services.SageMakerModelError, `Received client error (429) from primary with message "(22 bytes, withheld)". (Service: SageMakerRuntime, Status Code: 424)`},
		{503, services.SageMakerModelError, `Received server error (503) from primary with message "(22 bytes, withheld)". (Service: SageMakerRuntime, Status Code: 424)`},
		{500, services.SageMakerModelError, `Received server error (500) from primary with message "(22 bytes, withheld)". (Service: SageMakerRuntime, Status Code: 424)`},
		{400, services.SageMakerModelError, `Received client error (400) from primary with message "(22 bytes, withheld)". (Service: SageMakerRuntime, Status Code: 424)`},
		{302, services.SageMakerModelError, `Received server error (302) from primary with message "(22 bytes, withheld)". (Service: SageMakerRuntime, Status Code: 424)`},
	} {
		endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			fmt.Fprint(w, quoted)
		})
		_, err := endpoint.Invoke(t.Context(), Request{})
		var failure *asl.Error
		if !errors.As(err, &failure) || failure.Name != c.name || failure.Cause != c.cause {
			t.Errorf("status %d: error %v, want %s: %s", c.status, err, c.name, c.cause)
		}
	}
}

func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	endpoint := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	endpoint.timeout = 20 * time.Millisecond
	got, err := endpoint.Invoke(t.Context(), Request{})
	var failure *asl.Error
	if !errors.As(err, &failure) || failure.Name != services.SageMakerModelError || !strings.Contains(failure.Cause, "timed out") {
		t.Errorf("error %v, want a model error with a timeout", err)
	}
	if got.Duration != endpoint.timeout {
		t.Errorf("virtual duration %v, want the timeout", got.Duration)
	}
}

func TestBrokenConnection(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			err = conn.Close()
		}
		if err != nil {
			t.Error(err)
		}
	})
	_, err := endpoint.Invoke(t.Context(), Request{})
	var failure *asl.Error
	if !errors.As(err, &failure) || failure.Name != services.SageMakerUnavailable {
		t.Errorf("error %v, want %s", err, services.SageMakerUnavailable)
	}
}

func TestCancelledInvocationIsNotAnException(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	endpoint := serve(t, func(http.ResponseWriter, *http.Request) { cancel(); <-release })
	defer close(release)
	_, err := endpoint.Invoke(ctx, Request{})
	var failure *asl.Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &failure) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestSizeLimits(t *testing.T) {
	large := strings.Repeat("x", maxBody+1)
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, large) })
	var failure *asl.Error
	if _, err := endpoint.Invoke(t.Context(), Request{Body: []byte(large)}); !errors.As(err, &failure) || failure.Name != services.SageMakerOther {
		t.Errorf("a large request: error %v, want %s", err, services.SageMakerOther)
	}
	if _, err := endpoint.Invoke(t.Context(), Request{}); !errors.As(err, &failure) || failure.Name != services.SageMakerModelError {
		t.Errorf("a large answer: error %v, want %s", err, services.SageMakerModelError)
	}
}

func TestPing(t *testing.T) {
	for _, c := range []struct {
		reason  string
		status  int
		warning string
	}{
		{"in service", 200, ""},
		{"a server without /ping", 404, "answered 404 Not Found"},
		{"starting", 503, "answered 503"},
	} {
		endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/ping" || r.Method != http.MethodGet {
				t.Errorf("%s %s", r.Method, r.URL.Path)
			}
			w.WriteHeader(c.status)
		})
		warning, err := endpoint.Ping(t.Context())
		if err != nil || (warning == "") != (c.warning == "") || !strings.Contains(warning, c.warning) {
			t.Errorf("%s: Ping = %q, %v; want a warning with %q", c.reason, warning, err, c.warning)
		}
	}
}

func TestNoServerListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	endpoint, err := NewEndpoint("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = endpoint.Ping(t.Context())
	if err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), "start the model server") {
		t.Errorf("error %v, want the address and the remedy", err)
	}
}

// A server that listens without a valid answer is a warning: the run may try it.
func TestPingWithoutAnAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() }) //nolint:errcheck // It ends the goroutine below.
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	}()
	endpoint, err := NewEndpoint("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if warning, err := endpoint.Ping(t.Context()); err != nil || !strings.Contains(warning, "did not answer (") {
		t.Errorf("Ping = %q, %v; want a warning", warning, err)
	}
}

func TestPingOverTheWrongProtocol(t *testing.T) {
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	endpoint, err := NewEndpoint(strings.Replace(plain.base, "http:", "https:", 1))
	if err != nil {
		t.Fatal(err)
	}
	if warning, err := endpoint.Ping(t.Context()); err != nil || !strings.Contains(warning, "HTTP response to HTTPS client") {
		t.Errorf("Ping = %q, %v; want a warning that says why", warning, err)
	}
}

func TestMalformedURLs(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:8080", "localhost:8080", "ftp://host", "http://", "http://:8080", "://", "http://host/%zz",
		"http://user:secret@host", "http://host?a=b", "http://host#x"} {
		endpoint, err := NewEndpoint(address)
		if err == nil {
			t.Errorf("NewEndpoint(%q) = %v, want an error", address, endpoint)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("NewEndpoint(%q): the error repeats the password: %v", address, err)
		}
	}
}
