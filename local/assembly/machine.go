package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

const stateMachineType = "AWS::StepFunctions::StateMachine"

// StateMachine is a state machine as CloudFormation creates it from a template.
type StateMachine struct {
	Stack     string // the stack's name
	LogicalID string // the id of the resource in the template
	Name      string
	ARN       string
	RoleARN   string
	Express   bool   // of type EXPRESS instead of STANDARD
	Account   string // 12 digits
	Region    string
	// Definition is the definition in Amazon States Language, with resolved intrinsics: JSON.
	Definition []byte
	// Digest is the digest of the definition in the template, as the tag of the deployed state machine and its decision records
	// have it: see [workflow.DefinitionDigest]. The definition here has resolved intrinsics, so its own digest would differ.
	Digest  string
	Logging Logging
	// TrialFile is the file of the registered trial, as the functions of its alerts have it; "" in the stack of no trial.
	TrialFile string

	// DefinedThreshold is the threshold of the template, if a run uses another one: see [StateMachine.WithThreshold].
	DefinedThreshold *float64
}

// Logging configures what Step Functions writes to CloudWatch Logs about each execution.
type Logging struct {
	Level                string // ALL, ERROR, FATAL or OFF. Default: OFF
	IncludeExecutionData bool   // whether the log has inputs and outputs. Default: false
	Group                string // the log group's name, "" without a log
}

// stateMachines returns the stack's state machines in the order of their logical ids. It looks up imported values in exporters.
func (s *Stack) stateMachines(exporters []*Stack) ([]*StateMachine, error) {
	t, err := s.load()
	if err != nil {
		return nil, err
	}
	var machines []*StateMachine
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type != stateMachineType {
			continue
		}
		r := newResolver(s, t, exporters)
		if exists, err := r.exists(id); err != nil || !exists {
			faults = append(faults, err)
			continue
		}
		m, err := r.stateMachine(id)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		machines = append(machines, m)
	}
	return machines, errors.Join(faults...)
}

// stateMachine resolves the resource with the logical id.
func (r *resolver) stateMachine(id string) (*StateMachine, error) {
	at := "Resources." + id + ".Properties"
	value, err := r.resolve(r.template.Resources[id].Properties, at)
	if err != nil {
		return nil, err
	}
	properties, _ := value.(map[string]any)
	definition, err := definition(properties)
	if err != nil {
		return nil, fmt.Errorf("stack %s, %s: %w", r.stack.Name, at, err)
	}
	arn, err := r.ref(id, at)
	if err != nil {
		return nil, err
	}
	m := &StateMachine{
		Stack: r.stack.Name, LogicalID: id, ARN: fmt.Sprint(arn), Account: r.stack.Account, Region: r.stack.Region,
		Express: properties["StateMachineType"] == "EXPRESS", Definition: definition, Logging: logging(properties),
	}
	m.Name = m.ARN[strings.LastIndex(m.ARN, ":")+1:]
	m.RoleARN, _ = properties["RoleArn"].(string)
	m.TrialFile = r.stack.trialFile(r.template)
	m.Digest = workflow.DefinitionDigest(r.template.Resources[id].Properties["DefinitionString"])
	return m, nil
}

// trialFile returns the file in the layer of a registered trial; "" without one.
func (s *Stack) trialFile(t *template) string {
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		asset, _ := t.Resources[id].Metadata["aws:asset:path"].(string)
		if t.Resources[id].Type != "AWS::Lambda::LayerVersion" || asset == "" {
			continue
		}
		file := filepath.Join(filepath.Dir(s.Template), filepath.FromSlash(asset), workflow.TrialFile)
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	return ""
}

// definition returns the text of the definition after its substitutions.
func definition(properties map[string]any) ([]byte, error) {
	var text string
	switch {
	case properties["DefinitionString"] != nil:
		s, ok := properties["DefinitionString"].(string)
		if !ok {
			return nil, errors.New("DefinitionString must be a string after its intrinsics are resolved")
		}
		text = s
	case properties["Definition"] != nil:
		b, err := json.Marshal(properties["Definition"])
		if err != nil {
			return nil, err
		}
		text = string(b)
	default:
		return nil, errors.New("DefinitionString or Definition is required: a definition in an S3 object is not supported")
	}
	substitutions, _ := properties["DefinitionSubstitutions"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(substitutions)) {
		text = strings.ReplaceAll(text, "${"+key+"}", fmt.Sprint(substitutions[key]))
	}
	if err := strictjson.Check([]byte(text)); err != nil {
		return nil, fmt.Errorf("the definition must be JSON after its intrinsics are resolved: %w", err)
	}
	return []byte(text), nil
}

// logging reads LoggingConfiguration. CloudFormation allows one destination.
func logging(properties map[string]any) Logging {
	configuration, _ := properties["LoggingConfiguration"].(map[string]any)
	l := Logging{Level: "OFF"}
	if level, ok := configuration["Level"].(string); ok {
		l.Level = level
	}
	l.IncludeExecutionData, _ = configuration["IncludeExecutionData"].(bool)
	destinations, _ := configuration["Destinations"].([]any)
	for _, d := range destinations {
		destination, _ := d.(map[string]any)
		group, _ := destination["CloudWatchLogsLogGroup"].(map[string]any)
		arn, _ := group["LogGroupArn"].(string)
		if _, name, ok := strings.Cut(arn, ":log-group:"); ok {
			l.Group = strings.TrimSuffix(name, ":*")
		}
	}
	return l
}
