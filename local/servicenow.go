package local

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// ServiceNow stands in for the table of incidents of ServiceNow instances, as http:invoke calls it. A POST opens an incident; a
// GET finds those that were opened, by correlation id. It takes no other request, so that none is taken for done.
type ServiceNow struct {
	OnDownstream OnDownstream

	mu        sync.Mutex
	incidents map[string]string // the number, by instance and correlation id
}

const (
	incidentPath = "/api/now/table/incident"
	answering    = 300 * time.Millisecond
)

// Integrations implements Service.
func (s *ServiceNow) Integrations() []Integration {
	connection := Shape{"ConnectionArn": required(String)}
	return []Integration{{
		Name: services.InvokeHTTP.Integration,
		Parameters: Shape{
			"ApiEndpoint": required(String), "Method": required(String), "Headers": optional(Object), "QueryParameters": optional(Object),
			"RequestBody": optional(Document), "Transform": optional(Object), "Authentication": {Type: Object, Required: true, Fields: connection},
		},
		Perform: s.invoke,
	}}
}

func (s *ServiceNow) invoke(_ context.Context, call *Call) (asl.Reply, error) {
	u, err := url.Parse(call.text("ApiEndpoint"))
	if err != nil || u.Scheme != "https" || u.Path != incidentPath {
		return asl.Reply{}, fmt.Errorf("there is no local stand-in for this endpoint: only for https://INSTANCE%s", incidentPath)
	}
	switch call.text("Method") {
	case "GET":
		return s.find(call, u.Host)
	case "POST":
		return s.open(call, u.Host)
	}
	return asl.Reply{}, fmt.Errorf("there is no local stand-in for %s %s: only for GET and POST", call.text("Method"), incidentPath)
}

// find answers with the incidents that have the correlation id.
func (s *ServiceNow) find(call *Call, host string) (asl.Reply, error) {
	query, _ := call.Parameters["QueryParameters"].(map[string]any)
	condition, _ := query["sysparm_query"].(string)
	id, ok := strings.CutPrefix(condition, "correlation_id=")
	if !ok {
		return asl.Reply{}, fmt.Errorf("there is no local stand-in for this sysparm_query: only for correlation_id=ID")
	}
	s.mu.Lock()
	number := s.incidents[host+"/"+id]
	s.mu.Unlock()
	found := []any{}
	if number != "" {
		found = append(found, map[string]any{"number": number})
	}
	return s.answer(call, IncidentLookedUp, id, number, nil, 200, found)
}

// open opens an incident, whether or not there is one with its correlation id already, as ServiceNow does.
func (s *ServiceNow) open(call *Call, host string) (asl.Reply, error) {
	incident, ok := call.Parameters["RequestBody"].(map[string]any)
	if !ok {
		return asl.Reply{}, &asl.Error{Name: services.HTTPBadRequest, Cause: "Bad Request"}
	}
	id, _ := incident["correlation_id"].(string)
	number := fmt.Sprintf("INC%07d", call.below("incident "+id, 10_000_000))
	s.mu.Lock()
	if s.incidents == nil {
		s.incidents = map[string]string{}
	}
	s.incidents[host+"/"+id] = number
	s.mu.Unlock()
	return s.answer(call, IncidentOpened, id, number, incident, 201, map[string]any{"number": number, "correlation_id": id})
}

func (s *ServiceNow) answer(call *Call, action, id, number string, request any, status float64, result any) (asl.Reply, error) {
	if s.OnDownstream != nil {
		err := s.OnDownstream(Downstream{
			Execution: call.ExecutionName, State: call.State, Action: action, Target: call.text("ApiEndpoint"), ID: id, Reference: number,
			At: call.Now, Request: request,
		})
		if err != nil {
			return asl.Reply{}, err
		}
	}
	text := map[float64]string{200: "OK", 201: "Created"}[status]
	return asl.Reply{Duration: answering, Output: map[string]any{
		"StatusCode": status, "StatusText": text, "Headers": map[string]any{"content-type": []any{"application/json;charset=UTF-8"}},
		"ResponseBody": map[string]any{"result": result},
	}}, nil
}
