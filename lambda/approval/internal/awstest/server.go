// Package awstest serves the AWS services behind approvals over HTTP, for tests that run the functions with the real clients.
// It refuses all calls that the functions do not make.
package awstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
)

// Server is AWS. Set its fields before the calls, and read them afterwards.
type Server struct {
	Items    map[string]json.RawMessage // the items of the table, by id
	Objects  map[string]string          // the objects of the bucket "records", by key
	Waiting  map[string]bool            // the tokens of the waiting tasks
	Outputs  []string                   // the outputs of the tasks that succeeded
	Messages []url.Values               // the published messages
	Starters map[string]string          // the ARN of the starter, by execution; the trail shows it
	Throttle int                        // how many of the next searches of the trail are throttled
	Audit    Audit                      // what only an auditor reads
	Calls    []string                   // the calls, in order: "PutItem", "PutObject", …

	t  *testing.T
	mu sync.Mutex
}

// Start starts a server, and points the process's AWS configuration to it.
func Start(t *testing.T) *Server {
	t.Helper()
	s := &Server{
		Items: map[string]json.RawMessage{}, Objects: map[string]string{}, Waiting: map[string]bool{}, Starters: map[string]string{}, t: t,
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	return s
}

// ServeHTTP answers a call of any service.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if action = cmp.Or(action, r.URL.Query().Get("x-id")); action == "" && r.Method == http.MethodPost {
		action = "Publish"
	}
	action = cmp.Or(action, auditing(r), "ListObjectsV2")
	s.Calls = append(s.Calls, action)
	status, answer := s.answer(action, r, body)
	if status != http.StatusOK {
		w.Header().Set("X-Amzn-Errortype", answer)
		if strings.Contains(action, "Object") {
			answer = "<Error><Code>" + answer + "</Code></Error>"
		} else {
			answer = "{}"
		}
	}
	if strings.HasSuffix(action, "Object") {
		w.Header().Set("X-Amz-Version-Id", "version-1")
		s.setChecksum(w, r, answer)
	}
	w.WriteHeader(status)
	fmt.Fprint(w, answer)
}

// answer returns the answer to a call, or the code of its error.
func (s *Server) answer(action string, r *http.Request, body []byte) (int, string) {
	key := strings.TrimPrefix(r.URL.Path, "/records/")
	switch action {
	case "PutObject":
		return s.putObject(key, r.Header, string(body))
	case "GetObject":
		if _, ok := s.Objects[key]; !ok {
			return http.StatusNotFound, "NoSuchKey"
		}
		return http.StatusOK, s.Objects[key]
	case "ListObjectsV2":
		return http.StatusOK, s.list(r.URL.Query().Get("prefix"))
	case "Publish":
		message, err := url.ParseQuery(string(body))
		if err != nil {
			s.t.Error(err)
		}
		s.Messages = append(s.Messages, message)
		return http.StatusOK, "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>"
	}
	if status, answer := s.answerAuditor(action, r); status != 0 {
		return status, answer
	}
	return s.answerJSON(action, body)
}

func (s *Server) answerJSON(action string, body []byte) (int, string) {
	switch action {
	case "GetItem":
		item, ok := s.Items[s.read(body).Key.ID.S]
		if !ok {
			return http.StatusOK, "{}"
		}
		return http.StatusOK, fmt.Sprintf(`{"Item": %s}`, item)
	case "PutItem":
		return s.putItem(body)
	case "SendTaskSuccess":
		call := s.read(body)
		if !s.Waiting[call.TaskToken] {
			return http.StatusBadRequest, "TaskTimedOut"
		}
		delete(s.Waiting, call.TaskToken)
		s.Outputs = append(s.Outputs, call.Output)
		return http.StatusOK, "{}"
	case "GetExecutionHistory":
		return http.StatusOK, s.history()
	case "FilterLogEvents":
		if s.Throttle > 0 {
			s.Throttle--
			return http.StatusBadRequest, "ThrottlingException"
		}
		return http.StatusOK, s.trail(s.read(body))
	}
	s.t.Errorf("AWS was called with %s", action)
	return http.StatusBadRequest, "UnknownOperationException"
}
