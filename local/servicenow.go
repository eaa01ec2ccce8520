package local

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/services"
)

// ServiceNow stands in for the incident table of ServiceNow instances, behind http:invoke. A POST opens an incident. A GET finds
// open incidents by correlation id. Any other request aborts the run: ServiceNow does not pretend to have done it.
type ServiceNow struct {
	mu        sync.Mutex
	incidents map[string]string // numbers by instance and correlation id
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
		return asl.Reply{}, fmt.Errorf("no local stand-in for this endpoint, only for https://INSTANCE%s", incidentPath)
	}
	switch call.text("Method") {
	case "GET":
		return s.find(call, u.Host)
	case "POST":
		return s.open(call, u.Host)
	}
	return asl.Reply{}, fmt.Errorf("no local stand-in for %s %s, only for GET and POST", call.text("Method"), incidentPath)
}

// find returns the incidents with the correlation id.
func (s *ServiceNow) find(call *Call, host string) (asl.Reply, error) {
	id, ok := strings.CutPrefix(call.Parameters.Object("QueryParameters").Text("sysparm_query"), "correlation_id=")
	if !ok {
		return asl.Reply{}, errors.New("no local stand-in for this sysparm_query, only for correlation_id=ID")
	}
	s.mu.Lock()
	number := s.incidents[host+"/"+id]
	s.mu.Unlock()
	found := []any{}
	if number != "" {
		found = append(found, map[string]any{"number": number})
	}
	return answer(call, IncidentLookedUp, id, number, nil, 200, found), nil
}

// open opens an incident. As ServiceNow does, it opens another one for a correlation id that it knows.
func (s *ServiceNow) open(call *Call, host string) (asl.Reply, error) {
	incident, ok := call.Parameters.Value("RequestBody").(*value.Object)
	if !ok {
		return asl.Reply{}, &asl.Error{Name: services.HTTPBadRequest, Cause: "Bad Request"}
	}
	id := incident.Text("correlation_id")
	number := fmt.Sprintf("INC%07d", call.below("incident "+id, 10_000_000))
	s.mu.Lock()
	if s.incidents == nil {
		s.incidents = map[string]string{}
	}
	s.incidents[host+"/"+id] = number
	s.mu.Unlock()
	return answer(call, IncidentOpened, id, number, incident, 201, map[string]any{"number": number, "correlation_id": id}), nil
}

func answer(call *Call, action, id, number string, request any, status float64, result any) asl.Reply {
	call.Report(Downstream{
		Execution: call.ExecutionName, State: call.State, Action: action, Target: call.text("ApiEndpoint"), ID: id, Reference: number,
		At: call.Now, Request: request,
	})
	text := map[float64]string{200: "OK", 201: "Created"}[status]
	return asl.Reply{Duration: answering, Output: map[string]any{
		"StatusCode": status, "StatusText": text, "Headers": map[string]any{"content-type": []any{"application/json;charset=UTF-8"}},
		"ResponseBody": map[string]any{"result": result},
	}}
}
