package api

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// patterns are the regular expressions of the model: how messages show them, and how they are matched.
var patterns = map[string]struct {
	text  string
	match func(string) bool
}{
	"alias": {`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`, func(s string) bool { return aliasName.MatchString(s) && !onlyDigits.MatchString(s) }},
	"token": {`[!-~]+`, regexp.MustCompile(`^[!-~]+$`).MatchString},
	"ascii": {`\p{ASCII}*`, regexp.MustCompile(`^[\x00-\x7f]*$`).MatchString},
}

var (
	aliasName  = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)
	onlyDigits = regexp.MustCompile(`^[0-9]+$`)
)

// maxListed is the number of faults that one message lists.
const maxListed = 10

// check returns a ValidationException that lists every member that breaks a constraint.
func check(request reflect.Value, read decoder) *Error {
	c := checker{read: read}
	c.structure(request, "")
	faults := c.faults
	n := len(faults)
	if n == 0 {
		return nil
	}
	plural := "s"
	if n == 1 {
		plural = ""
	}
	return Invalid("%d validation error%s detected: %s", n, plural, strings.Join(faults[:min(n, maxListed)], "; "))
}

// checker collects the faults of a request.
type checker struct {
	read   decoder
	faults []string
}

func (c *checker) structure(s reflect.Value, path string) {
	for i := range s.NumField() {
		field := s.Type().Field(i)
		c.member(s.Field(i), path+nameOf(field), field.Tag.Get("api"))
	}
}

// member checks a member and what is inside it.
func (c *checker) member(v reflect.Value, path, tag string) {
	rules := strings.Split(tag, ",")
	if c.absent(v) {
		if slices.Contains(rules, "required") {
			c.faults = append(c.faults, fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", path))
		}
		return
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	shown := " '" + show(v) + "'"
	if slices.Contains(rules, "sensitive") {
		shown = ""
	}
	for _, rule := range rules {
		if constraint := broken(v, rule); constraint != "" {
			c.faults = append(c.faults, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: %s", shown, path, constraint))
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		c.structure(v, path+".")
	case reflect.Slice:
		for i := range v.Len() {
			element := fmt.Sprintf("%s.%d.member", path, i+1)
			if v.Index(i).Kind() == reflect.Struct {
				c.structure(v.Index(i), element+".")
			} else {
				c.member(v.Index(i), element, elementRules(rules))
			}
		}
	}
}

// elementRules returns the rules of a list's elements: those that start with "each ".
func elementRules(rules []string) string {
	var inner []string
	for _, rule := range rules {
		if rest, ok := strings.CutPrefix(rule, "each "); ok {
			inner = append(inner, rest)
		}
	}
	return strings.Join(inner, ",")
}

// absent reports whether a member is not in the request.
func (c *checker) absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0 && !c.read[v.Addr().Pointer()]
	}
	return false
}

// broken returns the constraint that a value breaks, or "".
func broken(v reflect.Value, rule string) string {
	name, argument, _ := strings.Cut(rule, "=")
	switch name {
	case "min":
		if limit, _ := strconv.ParseFloat(argument, 64); size(v) < limit {
			return fmt.Sprintf("Member must have %s greater than or equal to %s", measure(v), argument)
		}
	case "max":
		if limit, _ := strconv.ParseFloat(argument, 64); size(v) > limit {
			return fmt.Sprintf("Member must have %s less than or equal to %s", measure(v), argument)
		}
	case "enum":
		if values := strings.Split(argument, "|"); !slices.Contains(values, v.String()) {
			return fmt.Sprintf("Member must satisfy enum value set: [%s]", strings.Join(values, ", "))
		}
	case "pattern":
		if p := patterns[argument]; !p.match(v.String()) {
			return "Member must satisfy regular expression pattern: " + p.text
		}
	}
	return ""
}

// size returns what min and max limit: the value of a number, the length of a text or a list.
func size(v reflect.Value) float64 {
	switch v.Kind() {
	case reflect.Int64:
		return float64(v.Int())
	case reflect.Float64:
		return v.Float()
	case reflect.String:
		return float64(utf8.RuneCountInString(v.String()))
	}
	return float64(v.Len())
}

func measure(v reflect.Value) string {
	if v.Kind() == reflect.String || v.Kind() == reflect.Slice {
		return "length"
	}
	return "value"
}

// show writes a value as AWS's messages do: a structure with its type and its members.
func show(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "null"
		}
		return show(v.Elem())
	case reflect.Slice:
		elements := make([]string, v.Len())
		for i := range elements {
			elements[i] = show(v.Index(i))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case reflect.Struct:
		members := make([]string, v.NumField())
		for i := range members {
			members[i] = nameOf(v.Type().Field(i)) + "=" + show(v.Field(i))
		}
		return v.Type().Name() + "(" + strings.Join(members, ", ") + ")"
	}
	return fmt.Sprint(v)
}
