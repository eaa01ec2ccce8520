package operate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/workflow"
)

// Live is the name of the alias that points to the released version.
const Live = "live"

// Machine is the ARN of a state machine, and of its alias.
type Machine struct{ ARN, Alias string }

// ParseMachine reads the ARN of a state machine or of its alias. Without an alias, it means the alias [Live]: nothing is started past it.
func ParseMachine(arn string) (Machine, error) {
	parts := strings.Split(arn, ":")
	ok := len(parts) >= 7 && parts[0] == "arn" && parts[2] == "states" && parts[5] == "stateMachine" && parts[6] != ""
	switch {
	case ok && len(parts) == 7:
		return Machine{arn, arn + ":" + Live}, nil
	case ok && len(parts) == 8 && parts[7] != "" && strings.Trim(parts[7], "0123456789") != "":
		return Machine{strings.Join(parts[:7], ":"), arn}, nil
	case ok && len(parts) == 8:
		return Machine{}, fmt.Errorf("executions start through the alias, not through a version: name %s:%s, got %q", strings.Join(parts[:7], ":"), Live, arn)
	}
	return Machine{}, fmt.Errorf("--alias must be the ARN of an alias of a state machine, such as arn:aws:states:eu-central-1:123456789012:stateMachine:NAME:%s, got %q", Live, arn)
}

// Region is the region of the state machine.
func (m Machine) Region() string { return strings.Split(m.ARN, ":")[3] }

// Name is the name of the state machine.
func (m Machine) Name() string { return m.ARN[strings.LastIndex(m.ARN, ":")+1:] }

// Deployed is what an alias starts.
type Deployed struct {
	Machine
	Digest   string // the tag of the state machine: that of the newest definition; "" without one
	Versions []Version
}

// Version is a version that an alias points to.
type Version struct {
	ARN        string
	Weight     int    // percent
	Definition []byte // nil if the caller may not decrypt it
	Newest     bool   // whether it has the state machine's own definition
}

// Deployed reads what an alias starts: one version, or two while a release is under way.
func (a *AWS) Deployed(ctx context.Context, m Machine) (*Deployed, error) {
	alias, err := call(ctx, a, a.client.DescribeStateMachineAlias, &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: &m.Alias})
	if err != nil {
		return nil, err
	}
	d := &Deployed{Machine: m}
	if d.Digest, err = a.digest(ctx, m.ARN); err != nil {
		return nil, err
	}
	newest, err := a.readable(ctx, m.ARN)
	if err != nil {
		return nil, err
	}
	for _, route := range alias.RoutingConfiguration {
		v := Version{ARN: aws.ToString(route.StateMachineVersionArn), Weight: int(route.Weight)}
		if v.Weight == 0 {
			continue
		}
		if v.Definition, err = a.readable(ctx, v.ARN); err != nil {
			return nil, err
		}
		v.Newest = newest != nil && bytes.Equal(v.Definition, newest)
		d.Versions = append(d.Versions, v)
	}
	if len(d.Versions) == 0 {
		return nil, fmt.Errorf("the alias %s points to no version", m.Alias)
	}
	return d, nil
}

// digest reads the tag of a state machine.
func (a *AWS) digest(ctx context.Context, machine string) (string, error) {
	out, err := call(ctx, a, a.client.ListTagsForResource, &sfn.ListTagsForResourceInput{ResourceArn: &machine})
	if err != nil {
		return "", err
	}
	for _, tag := range out.Tags {
		if aws.ToString(tag.Key) == workflow.DigestTag {
			return aws.ToString(tag.Value), nil
		}
	}
	return "", nil
}

func (a *AWS) definition(ctx context.Context, arn string) ([]byte, error) {
	out, err := call(ctx, a, a.client.DescribeStateMachine, &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	if err != nil {
		return nil, err
	}
	return []byte(aws.ToString(out.Definition)), nil
}

// readable returns a definition, nil if the caller may not use the key of the state machine.
func (a *AWS) readable(ctx context.Context, arn string) ([]byte, error) {
	definition, err := a.definition(ctx, arn)
	if Is(err, "KmsAccessDeniedException") {
		return nil, nil
	}
	return definition, err
}

// Form is what executions of the alias score; "" if the caller may not read the definition.
func (d *Deployed) Form() assembly.Form {
	if d.Versions[0].Definition == nil {
		return ""
	}
	return (&assembly.StateMachine{Definition: d.Versions[0].Definition}).Form()
}

// ErrOtherDefinition means that the alias starts another definition than that of the assembly.
var ErrOtherDefinition = errors.New("the alias starts another definition than the assembly has")

// Check compares what the alias starts with the definition of an assembly, by its digest: the definition of a pipeline with decision records
// has its own digest. Without records, the tag of the state machine has it, as long as the version is the newest one.
func (d *Deployed) Check(digest string) error {
	for _, v := range d.Versions {
		if bytes.Contains(v.Definition, []byte(digest)) || v.Newest && d.Digest == digest {
			continue
		}
		if v.Definition == nil {
			return fmt.Errorf("%w, or the same: you may not use the key that encrypts it; ask for kms:Decrypt, or start with --any-definition", ErrOtherDefinition)
		}
		found := "the state machine has the tag " + d.Digest
		switch d.Digest {
		case "":
			found = "the state machine has no tag " + workflow.DigestTag
		case digest:
			found = "the state machine has the digest of the assembly, and the alias still points to an older version"
		}
		return fmt.Errorf("%w: %s of %s has not the digest %s; %s: synthesize the commit that is deployed, deploy this one, or start with --any-definition",
			ErrOtherDefinition, v.ARN[strings.LastIndex(v.ARN, ":")+1:], d.Name(), digest, found)
	}
	return nil
}

// Tagged returns the digest in the tag of a state machine, and its newest definition.
func (a *AWS) Tagged(ctx context.Context, m Machine) (digest string, newest []byte, err error) {
	if digest, err = a.digest(ctx, m.ARN); err != nil {
		return "", nil, err
	}
	newest, err = a.definition(ctx, m.ARN)
	return digest, newest, err
}
