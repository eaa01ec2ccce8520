package awstest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// call has the parts of a JSON request that the answers need.
type call struct {
	Key struct {
		ID struct{ S string } `json:"id"`
	}
	Item                      json.RawMessage
	ConditionExpression       string
	ExpressionAttributeValues map[string]struct{ N string }
	LogGroupName              string `json:"logGroupName"`
	FilterPattern             string `json:"filterPattern"`
	TaskToken                 string `json:"taskToken"`
	Output                    string `json:"output"`
}

// item has the parts of a stored item that conditions need.
type item struct {
	ID       struct{ S string } `json:"id"`
	Revision struct{ N string } `json:"revision"`
}

func (s *Server) read(body []byte) (c call) {
	if err := json.Unmarshal(body, &c); err != nil {
		s.t.Errorf("%v: %s", err, body)
	}
	return c
}

// putItem evaluates the two conditions that the functions use.
func (s *Server) putItem(body []byte) (int, string) {
	c := s.read(body)
	var next, stored item
	if err := json.Unmarshal(c.Item, &next); err != nil {
		s.t.Error(err)
	}
	text, exists := s.Items[next.ID.S]
	if exists {
		if err := json.Unmarshal(text, &stored); err != nil {
			s.t.Error(err)
		}
	}
	var holds bool
	switch c.ConditionExpression {
	case "attribute_not_exists(#id)":
		holds = !exists
	case "#revision = :stored":
		holds = stored.Revision.N == c.ExpressionAttributeValues[":stored"].N
	default:
		s.t.Errorf("an item was put on the condition %q", c.ConditionExpression)
	}
	if !holds {
		return http.StatusBadRequest, "ConditionalCheckFailedException"
	}
	s.Items[next.ID.S] = c.Item
	return http.StatusOK, "{}"
}

// putObject creates an object. S3 requires a checksum for objects under Object Lock.
func (s *Server) putObject(key string, header http.Header, body string) (int, string) {
	if header.Get("If-None-Match") != "*" || header.Get("X-Amz-Checksum-Sha256") == "" {
		s.t.Errorf("%s was put without a condition or a checksum: %v", key, header)
	}
	if _, exists := s.Objects[key]; exists {
		return http.StatusPreconditionFailed, "PreconditionFailed"
	}
	s.Objects[key] = body
	return http.StatusOK, ""
}

func (s *Server) list(prefix string) string {
	var b strings.Builder
	b.WriteString("<ListBucketResult>")
	for key := range s.Objects {
		if strings.HasPrefix(key, prefix) {
			b.WriteString("<Contents><Key>" + key + "</Key></Contents>")
		}
	}
	return b.String() + "</ListBucketResult>"
}

// history returns every output: no two executions have the same.
func (s *Server) history() string {
	var events []any
	for i, output := range s.Outputs {
		events = append(events, map[string]any{
			"id": i + 1, "type": "TaskSucceeded", "timestamp": 0, "taskSucceededEventDetails": map[string]string{"output": output},
		})
	}
	return s.write(map[string]any{"events": events})
}

// trail returns the starts of executions that the pattern names, in the log group "trail".
func (s *Server) trail(c call) string {
	events := []any{}
	for execution, starter := range s.Starters {
		if c.LogGroupName == "trail" && strings.Contains(c.FilterPattern, `"StartExecution"`) && strings.Contains(c.FilterPattern, `"`+execution+`"`) {
			events = append(events, map[string]any{"message": s.write(map[string]any{
				"eventID": "1", "eventSource": "states.amazonaws.com", "eventName": "StartExecution", "eventTime": time.Now(),
				"userIdentity": map[string]string{"arn": starter}, "responseElements": map[string]string{"executionArn": execution},
			})})
		}
	}
	for _, event := range s.Audit.Invocations {
		if c.LogGroupName == "trail" && strings.Contains(c.FilterPattern, `"Invoke"`) {
			events = append(events, map[string]any{"message": event})
		}
	}
	return s.write(map[string]any{"events": events})
}

func (s *Server) write(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		s.t.Error(err)
	}
	return string(text)
}
