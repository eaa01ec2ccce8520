package teststate

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/value"
)

// checker compares a mocked result with the response of the service's API.
type checker struct {
	service *service
	strict  bool // required members must be present
}

// check returns what is wrong with a result first, or "".
func (r *result) check(v any, strict bool) string {
	c := checker{r.service, strict}
	object, ok := v.(*value.Object)
	if !ok {
		return "Mocked result must be an object."
	}
	if fault := c.members(object, r.shape); fault != "" {
		return "Mock result schema validation error: " + fault
	}
	return ""
}

// members checks the members of an object. Those that the API does not have are ignored, as recorded.
func (c checker) members(object *value.Object, s *shape) string {
	if c.strict {
		for _, name := range s.Required {
			if v, ok := object.Get(name); !ok || v == nil {
				return fmt.Sprintf("Field '%s' is required", name)
			}
		}
	}
	for _, m := range object.Members() {
		known, ok := s.Members[m.Key]
		if !ok || m.Value == nil {
			continue
		}
		if fault := c.value(m.Key, m.Value, c.service.shape(known)); fault != "" {
			return fault
		}
	}
	return ""
}

// value checks the value of a field, or an element of it.
func (c checker) value(field string, v any, s *shape) string {
	switch {
	case s.Members != nil:
		object, ok := v.(*value.Object)
		if !ok {
			return mustBe(field, "an object")
		}
		return c.members(object, s)
	case s.List != "":
		return c.elements(field, v, s)
	case s.Map != "":
		return c.entries(field, v, s)
	}
	return scalar(field, v, s)
}

func (c checker) elements(field string, v any, s *shape) string {
	list, ok := v.([]any)
	if !ok {
		return mustBe(field, "an array")
	}
	if fault := length(field, len(list), s); fault != "" {
		return fault
	}
	for _, element := range list {
		if element == nil {
			continue
		}
		if fault := c.value(field, element, c.service.shape(s.List)); fault != "" {
			return fault
		}
	}
	return ""
}

func (c checker) entries(field string, v any, s *shape) string {
	object, ok := v.(*value.Object)
	if !ok {
		return mustBe(field, "an object")
	}
	for _, m := range object.Members() {
		if m.Value == nil {
			continue
		}
		if fault := c.value(m.Key, m.Value, c.service.shape(s.Map)); fault != "" {
			return fault
		}
	}
	return ""
}

// scalar checks a text, a number, a boolean or a timestamp.
func scalar(field string, v any, s *shape) string {
	text, isText := v.(string)
	number, isNumber := numberOf(v)
	switch s.Type {
	case "string":
		switch {
		case !isText:
			return mustBe(field, "a string")
		case len(s.Enum) > 0 && !slices.Contains(s.Enum, text):
			return fmt.Sprintf("Field '%s' is not an expected value", field)
		}
		return length(field, utf8.RuneCountInString(text), s)
	case "number":
		switch {
		case !isNumber:
			return mustBe(field, "a number")
		case s.Min != nil && number < *s.Min:
			return fmt.Sprintf("Field '%s' is less than the minimum value", field)
		case s.Max != nil && number > *s.Max:
			return fmt.Sprintf("Field '%s' exceeds the maximum value", field)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return mustBe(field, "a boolean")
		}
	}
	return ""
}

// numberOf returns a number as value.Decode reads it.
func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	}
	return 0, false
}

// length checks the length of a text in characters, or of an array.
func length(field string, n int, s *shape) string {
	switch {
	case s.Min != nil && float64(n) < *s.Min:
		return fmt.Sprintf("Field '%s' is smaller than the minimum length", field)
	case s.Max != nil && float64(n) > *s.Max:
		return fmt.Sprintf("Field '%s' exceeds the maximum length", field)
	}
	return ""
}

func mustBe(field, what string) string { return fmt.Sprintf("Field '%s' must be %s", field, what) }
