package pages

import (
	"net/http"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// machineData is the data of the page of a state machine, a version or an alias.
type machineData struct {
	machineItem
	ARN        string // as it was asked for
	Drawing    drawing
	Executions *executionsData // nil for an Express workflow
	Versions   []link
	Aliases    []link
}

// machine shows a state machine and its executions.
func (p *pages) machine(r *http.Request) (*screen, *api.Error) {
	arn := r.FormValue("arn")
	m, fault := ask[machineItem](r.Context(), p.server, "DescribeStateMachine", request{"stateMachineArn": arn})
	if fault != nil {
		return nil, fault
	}
	data := machineData{machineItem: *m, ARN: arn, Drawing: draw(m.Definition, nil)}
	if m.Type != string(asl.Express) {
		if data.Executions, fault = p.executions(r.Context(), "/machine", "stateMachineArn", arn, r.FormValue("status"), r.FormValue("token")); fault != nil {
			return nil, fault
		}
	}
	title := last(arn)
	if title != m.Name { // a version or an alias
		title = m.Name + ":" + title
	} else {
		p.qualified(r, &data)
	}
	return &screen{Template: "machine", Title: title, Trail: []link{home}, Live: data.Executions != nil, Data: data}, nil
}

// home is the link to the first page.
var home = link{"State machines", "/"}

// qualified adds the versions and aliases of a state machine. Faults leave them out: the machine may have been deleted since.
func (p *pages) qualified(r *http.Request, data *machineData) {
	versions, fault := ask[struct {
		Versions []struct {
			ARN string `json:"stateMachineVersionArn"`
		} `json:"stateMachineVersions"`
	}](r.Context(), p.server, "ListStateMachineVersions", request{"stateMachineArn": data.ARN})
	if fault == nil {
		for _, v := range versions.Versions {
			data.Versions = append(data.Versions, link{last(v.ARN), address("/machine", "arn", v.ARN)})
		}
	}
	aliases, fault := ask[struct {
		Aliases []struct {
			ARN string `json:"stateMachineAliasArn"`
		} `json:"stateMachineAliases"`
	}](r.Context(), p.server, "ListStateMachineAliases", request{"stateMachineArn": data.ARN})
	if fault == nil {
		for _, a := range aliases.Aliases {
			data.Aliases = append(data.Aliases, link{last(a.ARN), address("/machine", "arn", a.ARN)})
		}
	}
}
