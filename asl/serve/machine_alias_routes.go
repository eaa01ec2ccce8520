package serve

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/serve/api"
)

// route is a RoutingConfigurationListItem: a version, and the share of the executions that it gets.
type route = RoutingConfigurationListItem

// RoutingConfigurationListItem has the name of the API, which messages show.
type RoutingConfigurationListItem struct {
	StateMachineVersionARN string `json:"stateMachineVersionArn" api:"required,min=1,max=256"`
	Weight                 *int64 `json:"weight" api:"required,min=0,max=100"`
}

// checkRoutes checks the routes of an alias, and returns their state machine. of is the ARN of the machine that they must have; "" is any.
// The caller holds the lock.
func (s *Server) checkRoutes(routes []route, of string) (*machine, *api.Error) {
	var arns, weights []string
	seen := map[string]bool{}
	versions := true
	sum := int64(0)
	for _, r := range routes {
		arn, err := parseMachineARN(r.StateMachineVersionARN)
		if err != nil {
			return nil, err
		}
		versions = versions && arn.isVersion() && arn.label == ""
		seen[r.StateMachineVersionARN] = true
		arns, weights = append(arns, r.StateMachineVersionARN), append(weights, strconv.FormatInt(*r.Weight, 10))
		sum += *r.Weight
	}
	received := " Received: [" + strings.Join(arns, ", ") + "]"
	switch {
	case !versions:
		return nil, badRoutes("Routing configuration must contain state machine version ARNs." + received)
	case len(seen) < len(routes):
		return nil, badRoutes("Routing configuration must contain distinct state machine version ARNs." + received)
	case sum != 100:
		return nil, badRoutes("Sum of routing configuration weights must equal 100. Received: [" + strings.Join(weights, ", ") + "]")
	}
	var m *machine
	for _, r := range routes {
		arn, _ := parseMachineARN(r.StateMachineVersionARN) // It was parsed before.
		found := s.machines[arn.machine]
		switch {
		case found == nil || found.version(arn.qualifier) == nil:
			return nil, notFound(r.StateMachineVersionARN)
		case m != nil && m != found, of != "" && of != found.ARN:
			return nil, badRoutes("Routing configuration must contain versions of one state machine." + received)
		}
		m = found
	}
	return m, nil
}

func badRoutes(message string) *api.Error {
	return api.Invalid("%s", message).Because("INVALID_ROUTING_CONFIGURATION")
}

// route chooses a version by the weights of an alias.
func (m *machine) route(a *alias) *version {
	at := rand.Int64N(100)
	for _, r := range a.Routes {
		if at -= *r.Weight; at < 0 {
			return m.version(r.StateMachineVersionARN[strings.LastIndex(r.StateMachineVersionARN, ":")+1:])
		}
	}
	return nil // The weights sum to 100.
}

// sameRoutes reports whether two lists of routes are equal.
func sameRoutes(a, b []route) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].StateMachineVersionARN != b[i].StateMachineVersionARN || *a[i].Weight != *b[i].Weight {
			return false
		}
	}
	return true
}
