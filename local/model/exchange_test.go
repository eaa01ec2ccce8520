package model

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// exchange invokes an endpoint and returns what it tells its observer.
func exchange(t *testing.T, endpoint *Endpoint) *Exchange {
	t.Helper()
	var came *Exchange
	_, err := endpoint.Observed(func(x *Exchange) { came = x }).Invoke(t.Context(), Request{Body: []byte(`{"features":{}}`)})
	if came == nil {
		t.Fatalf("the observer saw nothing; error %v", err)
	}
	return came
}

func TestExplainsConnections(t *testing.T) {
	closed := serve(t, nil)
	closed.base = "http://127.0.0.1:1"
	if got := exchange(t, closed).Explain(); !strings.HasPrefix(got, "no server listens there (") || !strings.HasSuffix(got, "): start the model server") {
		t.Errorf("a closed port: %s", got)
	}

	slow := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // The server sees the end of a connection only after it read the body.
		<-r.Context().Done()
	})
	slow.timeout = 20 * time.Millisecond
	if x := exchange(t, slow); !x.TimedOut() || !strings.HasPrefix(x.Explain(), "no answer came within 20ms, SageMaker's limit") {
		t.Errorf("a slow server: %s", x.Explain())
	}

	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		hangUp(t, w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
	})
	if got := exchange(t, broken).Explain(); !strings.HasPrefix(got, "the connection broke off before the answer was whole") {
		t.Errorf("a broken connection: %s", got)
	}

	other := serve(t, func(w http.ResponseWriter, _ *http.Request) { hangUp(t, w, "SSH-2.0-secret\r\n") })
	if got := exchange(t, other).Explain(); got != "what came is not HTTP: another program than a model server listens there" {
		t.Errorf("another protocol: %s", got)
	}
}

// hangUp writes bytes to the connection and closes it.
func hangUp(t *testing.T, w http.ResponseWriter, bytes string) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer func(c net.Conn) { _ = c.Close() }(connection)
	if _, err := connection.Write([]byte(bytes)); err != nil {
		t.Error(err)
	}
}

func TestRowsThatAreRefused(t *testing.T) {
	for body, want := range map[string]string{
		`{"predictions": [{"id": "0", "error": "age is missing"}, {"id": "1", "risk_score": 0.2}, {"id": "2", "error": "sex"}]}`: "age is missing|sex",
		`{"predictions": [0.8]}`: "", `{"predictions": [null]}`: "", `[{"error": "x"}]`: "", `<html>`: "", `{"predictions": [{"error": 1}]}`: "",
	} {
		if got := strings.Join((&Exchange{Status: 200, Body: []byte(body)}).Refused(), "|"); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
	if got := (&Exchange{Status: 500, Body: []byte(`{"predictions": [{"error": "x"}]}`)}).Refused(); got != nil {
		t.Errorf("of an error: %q", got)
	}
}

// Keys of an answer may be many or long.
func TestShapesAreShort(t *testing.T) {
	many := map[string]any{strings.Repeat("k", 100): 1.0}
	for _, key := range strings.Split("abcdefghij", "") {
		many[key] = true
	}
	if got, want := shape(many), "an object with a = boolean, b = boolean, c = boolean, d = boolean, e = boolean, f = boolean, g = boolean, h = boolean, 3 more"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := shape(map[string]any{strings.Repeat("k", 100): nil}); got != "an object with "+strings.Repeat("k", 40)+"… = null" {
		t.Errorf("got %s", got)
	}
}
