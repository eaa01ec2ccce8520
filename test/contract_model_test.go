package test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	api "clinical-risk-pipeline/services"
)

// apiModels is the extract of AWS's API models that package services keeps.
type apiModels struct {
	Services map[string]struct {
		Operations map[string]struct{ Input, Output string }
		Shapes     map[string]apiShape
	}
}

// apiShape is the type of a value in an API, with its limits.
type apiShape struct {
	Type               string
	Members            map[string]string // of a structure: the shape of each
	Required           []string
	Member, Key, Value string // of a list, and of a map
	Enum               []string
	Pattern            string
	Min, Max           *float64 // a length, a number of elements, or a value
}

func readAPIModels(t *testing.T) *apiModels {
	t.Helper()
	text, err := os.ReadFile("../services/models.json")
	if err != nil {
		t.Fatal(err)
	}
	var m apiModels
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

// contract checks values against the API model of a service.
type contract struct {
	shapes map[string]apiShape
	faults []string
}

func (c *contract) fault(path, format string, values ...any) {
	c.faults = append(c.faults, path+" "+fmt.Sprintf(format, values...))
}

// check reports where a value is not what the shape asks for. A JSONata expression may be any value.
func (c *contract) check(path, name string, value any) {
	shape := c.shapes[name]
	if isExpression(value) {
		return
	}
	switch shape.Type {
	case "structure":
		c.structure(path, shape, value)
	case "list":
		list, ok := value.([]any)
		if !ok {
			c.fault(path, "must be a list, got %T", value)
			return
		}
		c.within(path, shape, float64(len(list)), "elements")
		for i, item := range list {
			c.check(fmt.Sprintf("%s[%d]", path, i), shape.Member, item)
		}
	case "map":
		entries, ok := value.(object)
		if !ok {
			c.fault(path, "must be an object, got %T", value)
			return
		}
		for key, item := range entries {
			c.check(path+" key", shape.Key, key)
			c.check(path+"."+key, shape.Value, item)
		}
	case "string":
		c.text(path, shape, value)
	case "blob": // Step Functions takes any JSON value
	default:
		c.scalar(path, shape, value)
	}
}

func isExpression(value any) bool {
	text, ok := value.(string)
	return ok && strings.HasPrefix(text, "{%") && strings.HasSuffix(text, "%}")
}

func (c *contract) structure(path string, shape apiShape, value any) {
	members, ok := value.(object)
	if !ok {
		c.fault(path, "must be an object, got %T", value)
		return
	}
	known := map[string]string{} // by the name in Step Functions
	for name, member := range shape.Members {
		known[pascal(name)] = member
	}
	for _, name := range shape.Required {
		if _, ok := members[pascal(name)]; !ok && name != idempotencyToken {
			c.fault(path, "lacks %s, which is required", pascal(name))
		}
	}
	for name, item := range members {
		if member, ok := known[name]; ok {
			c.check(strings.TrimPrefix(path+"."+name, "."), member, item)
		} else {
			c.fault(path, "has no member %s", name)
		}
	}
}

// idempotencyToken is a member that the SDK fills in where a caller leaves it out:
// https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
const idempotencyToken = "clientToken"

// pascal is the name of a member in Step Functions: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
func pascal(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

func (c *contract) text(path string, shape apiShape, value any) {
	text, ok := value.(string)
	if !ok {
		c.fault(path, "must be a string, got %T", value)
		return
	}
	c.within(path, shape, float64(utf8.RuneCountInString(text)), "characters")
	if len(shape.Enum) > 0 && !slices.Contains(shape.Enum, text) {
		c.fault(path, "must be one of %s, got %q", strings.Join(shape.Enum, ", "), text)
	}
	if pattern := goPattern(shape.Pattern); pattern != nil && !pattern.MatchString(text) {
		c.fault(path, "must match %s, got %q", shape.Pattern, text)
	}
}

// goPattern is the pattern of an API model for a whole text. It is nil for a shape without a pattern, and for a pattern that Go cannot
// express: ranges of UTF-16 surrogates.
func goPattern(pattern string) *regexp.Regexp {
	if pattern == "" {
		return nil
	}
	if i := strings.Index(pattern, `\uD800`); i >= 0 {
		return nil
	}
	compiled, err := regexp.Compile(`^(?:` + regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`).ReplaceAllString(pattern, `\x{$1}`) + `)$`)
	if err != nil {
		return nil
	}
	return compiled
}

func (c *contract) scalar(path string, shape apiShape, value any) {
	number, isNumber := value.(float64)
	switch shape.Type {
	case "boolean":
		if _, ok := value.(bool); !ok {
			c.fault(path, "must be a boolean, got %T", value)
		}
	case "integer", "long":
		if !isNumber || number != math.Trunc(number) {
			c.fault(path, "must be an integer, got %v", value)
			return
		}
		c.within(path, shape, number, "as its value")
	case "double", "float":
		if !isNumber {
			c.fault(path, "must be a number, got %v", value)
		}
	case "timestamp":
		if _, ok := value.(string); !ok {
			c.fault(path, "must be a timestamp, got %T", value)
		}
	default:
		c.fault(path, "has a shape of the type %q, which nobody checks", shape.Type)
	}
}

func (c *contract) within(path string, shape apiShape, n float64, what string) {
	if shape.Min != nil && n < *shape.Min || shape.Max != nil && n > *shape.Max {
		c.fault(path, "has %v %s, want %s to %s", n, what, bound(shape.Min), bound(shape.Max))
	}
}

func bound(n *float64) string {
	if n == nil {
		return "any"
	}
	return fmt.Sprint(*n)
}

// has reports whether a path of members exists in a shape. What is in a text, a blob or a map is not the model's business.
func (c *contract) has(name string, path []string) bool {
	for _, step := range path {
		shape := c.shapes[name]
		if shape.Type == "list" { // JSONata looks into each element
			shape = c.shapes[shape.Member]
		}
		if shape.Type != "structure" {
			return shape.Type == "map" || shape.Type == "blob"
		}
		member := ""
		for known, target := range shape.Members {
			if pascal(known) == step {
				member = target
			}
		}
		if member == "" {
			return false
		}
		name = member
	}
	return true
}

// of returns the contract with the service of an operation, and the names of the operation's input and output.
func (m *apiModels) of(o api.Operation) (c *contract, input, output string) {
	service := m.Services[o.Service]
	operation := service.Operations[o.Name]
	return &contract{shapes: service.Shapes}, operation.Input, operation.Output
}
