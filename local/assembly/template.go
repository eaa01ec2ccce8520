package assembly

import (
	"errors"
	"fmt"
	"strings"
)

// Stack is a stack of the assembly.
type Stack struct {
	Name     string
	Account  string // 12 digits. Default: DefaultAccount
	Region   string // Default: DefaultRegion
	Template string // the template's file

	loaded *template // nil before load
}

// template is the part of a CloudFormation template that intrinsics refer to.
type template struct {
	Parameters map[string]parameter      `json:"Parameters"`
	Mappings   map[string]map[string]any `json:"Mappings"`
	Conditions map[string]any            `json:"Conditions"`
	Resources  map[string]resource       `json:"Resources"`
	Outputs    map[string]output         `json:"Outputs"`
}

type parameter struct {
	Type    string `json:"Type"`
	Default any    `json:"Default"`
}

type resource struct {
	Type       string         `json:"Type"`
	Condition  string         `json:"Condition"`
	Properties map[string]any `json:"Properties"`
	Metadata   map[string]any `json:"Metadata"`
}

type output struct {
	Value  any `json:"Value"`
	Export *struct {
		Name any `json:"Name"`
	} `json:"Export"`
}

// load reads the template once.
func (s *Stack) load() (*template, error) {
	if s.loaded != nil {
		return s.loaded, nil
	}
	t := &template{}
	if err := readJSON(s.Template, t); err != nil {
		return nil, fmt.Errorf("stack %s: %w", s.Name, err)
	}
	s.loaded = t
	return t, nil
}

func (s *Stack) hasStateMachine() bool {
	t, err := s.load()
	if err != nil {
		return false
	}
	for _, r := range t.Resources {
		if r.Type == stateMachineType {
			return true
		}
	}
	return false
}

// value returns the default of the parameter.
func (p parameter) value() (any, error) {
	switch {
	case strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value"):
		return nil, errors.New("only the Parameter Store of the account has its value")
	case p.Default == nil:
		return nil, errors.New("this parameter has no default")
	}
	if s, ok := p.Default.(string); ok && (p.Type == "CommaDelimitedList" || strings.HasPrefix(p.Type, "List<")) {
		var items []any
		for item := range strings.SplitSeq(s, ",") {
			items = append(items, strings.TrimSpace(item))
		}
		return items, nil
	}
	return p.Default, nil
}

// exists tells whether the resource's condition holds.
func (r *resolver) exists(id string) (bool, error) {
	condition := r.template.Resources[id].Condition
	if condition == "" {
		return true, nil
	}
	return r.condition(condition, "Resources."+id+".Condition")
}

// condition evaluates the condition with the name.
func (r *resolver) condition(name, at string) (bool, error) {
	expression, ok := r.template.Conditions[name]
	if !ok {
		return false, r.fault(at, "Condition "+name, "the template has no condition with this name")
	}
	leave, err := r.enter("Condition "+name, at)
	if err != nil {
		return false, err
	}
	defer leave()
	value, err := r.resolve(expression, "Conditions."+name)
	if err != nil {
		return false, err
	}
	holds, ok := value.(bool)
	if !ok {
		return false, r.fault(at, "Condition "+name, "it must be true or false")
	}
	return holds, nil
}

// imported returns the value that a stack of the same environment exports under the name.
func (r *resolver) imported(name, at string) (any, error) {
	leave, err := r.enter("Fn::ImportValue "+name, at)
	if err != nil {
		return nil, err
	}
	defer leave()
	for _, s := range r.exporters {
		t, err := s.load()
		if err != nil {
			return nil, err
		}
		exporter := &resolver{stack: s, template: t, exporters: r.exporters, active: r.active}
		for id, o := range t.Outputs {
			if o.Export == nil {
				continue
			}
			if n, err := exporter.resolve(o.Export.Name, "Outputs."+id+".Export.Name"); err != nil || n != name {
				continue
			}
			return exporter.resolve(o.Value, "Outputs."+id+".Value")
		}
	}
	return nil, r.fault(at, "Fn::ImportValue "+name, "no stack of this environment exports this name")
}
