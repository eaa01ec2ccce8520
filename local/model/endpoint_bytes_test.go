package model

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// listen starts a server that answers every request on a connection with the bytes of answer.
func listen(t *testing.T, answer func(request []byte) string) *Endpoint {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				defer connection.Close() //nolint:errcheck // The answer is sent.
				for reader := bufio.NewReader(connection); ; {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					body, err := io.ReadAll(request.Body)
					if err != nil {
						return
					}
					if _, err := io.WriteString(connection, answer(body)); err != nil || request.Close {
						return
					}
				}
			})
		}
	}()
	endpoint, err := NewEndpoint("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return endpoint
}

func httpAnswer(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// logged returns what is written to the standard log during a function.
func logged(t *testing.T, during func()) string {
	t.Helper()
	var text bytes.Buffer
	log.SetOutput(&text)
	during()
	time.Sleep(50 * time.Millisecond) // net/http logs in its own time.
	log.SetOutput(io.Discard)
	return text.String()
}

// Bytes after an answer may quote the request, which is health data.
func TestBytesAfterAnAnswerAreNotPrinted(t *testing.T) {
	endpoint := listen(t, func(request []byte) string { return httpAnswer(`{"risk_score":0.9}`) + "echo: " + string(request) })
	text := logged(t, func() {
		for range 5 {
			if got, err := endpoint.Invoke(t.Context(), Request{Body: []byte(`{"features":"secret"}`)}); err != nil || got.Body != `{"risk_score":0.9}` {
				t.Errorf("Invoke = %+v, %v", got, err)
			}
		}
	})
	if text != "" {
		t.Errorf("the log has %q", text)
	}
}

// A second answer to one request is not the answer to the next request, which is about another subject.
func TestASecondAnswerIsNotUsed(t *testing.T) {
	endpoint := listen(t, func(request []byte) string {
		return httpAnswer("own "+string(request)) + httpAnswer("stale "+string(request))
	})
	text := logged(t, func() {
		var subjects sync.WaitGroup
		for i := range 8 {
			subjects.Go(func() {
				for j := range 50 {
					subject := fmt.Sprint("S-", i, "-", j)
					if got, err := endpoint.Invoke(t.Context(), Request{Body: []byte(subject)}); err != nil || got.Body != "own "+subject {
						t.Errorf("Invoke(%s) = %q, %v", subject, got.Body, err)
					}
				}
			})
		}
		subjects.Wait()
	})
	if text != "" {
		t.Errorf("the log has %.200q", text)
	}
}

// Readers understand these answers in different ways: one takes the first value, another the last.
func TestAmbiguousAnswersAreRefused(t *testing.T) {
	for _, body := range []string{
		`{"risk_score":0.9,"risk_score":0.1}`, `{"risk_score":0.9,"risk\u005fscore":0.1}`,
		`{"predictions":[{"risk_score":0.9}],"predictions":[{"risk_score":0.1}]}`, `{"predictions":[{"risk_score":0.9,"risk_score":0.1}]}`,
		"{\"risk_score\":0.1,\"note\":\"M\xfcller\"}", `{"risk_score":0.1,"note":"\ud800"}`,
	} {
		endpoint := listen(t, func([]byte) string { return httpAnswer(body) })
		_, err := endpoint.Invoke(t.Context(), Request{})
		var failure *asl.Error
		if !errors.As(err, &failure) || failure.Name != services.SageMakerModelError || strings.Contains(failure.Cause, "ller") || strings.Contains(failure.Cause, "0.1") {
			t.Errorf("%s: error %v, want a model error without the values", body, err)
		}
	}
}
