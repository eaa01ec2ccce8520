package draw

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// maxLabel is the maximum number of characters of a drawn condition.
const maxLabel = 34

var blanks = regexp.MustCompile(`\s+`)

// shorten truncates a long text.
func shorten(text string) string {
	text = strings.TrimSpace(blanks.ReplaceAllString(text, " "))
	if runes := []rune(text); len(runes) > maxLabel {
		return strings.TrimSpace(string(runes[:maxLabel-1])) + "…"
	}
	return text
}

// condition describes a choice rule briefly. It prefers the comment of the rule.
func condition(rule map[string]any) string {
	if comment, ok := rule["Comment"].(string); ok && comment != "" {
		return comment
	}
	if text, ok := rule["Condition"].(string); ok {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "{%"), "%}")
		return strings.NewReplacer("$states.input.", "", "$states.", "").Replace(text)
	}
	if inner, ok := rule["Not"].(map[string]any); ok {
		return "not (" + condition(inner) + ")"
	}
	for _, operator := range []string{"And", "Or"} {
		if inner := objects(rule[operator]); len(inner) > 0 {
			parts := make([]string, len(inner))
			for i, r := range inner {
				parts[i] = condition(r)
			}
			return strings.Join(parts, " "+strings.ToLower(operator)+" ")
		}
	}
	return comparison(rule)
}

var signs = map[string]string{"Equals": "=", "LessThan": "<", "GreaterThan": ">", "LessThanEquals": "≤", "GreaterThanEquals": "≥", "Matches": "matches"}

// comparison describes a rule: {"Variable": "$.risk", "NumericGreaterThan": 0.75} becomes risk > 0.75.
func comparison(rule map[string]any) string {
	variable, _ := rule["Variable"].(string)
	variable = strings.TrimPrefix(variable, "$.")
	for _, operator := range sortedNames(rule) {
		if property, ok := strings.CutPrefix(operator, "Is"); ok {
			if rule[operator] == false {
				return variable + " is not " + strings.ToLower(property)
			}
			return variable + " is " + strings.ToLower(property)
		}
		bare := strings.TrimSuffix(operator, "Path")
		for _, family := range []string{"Numeric", "String", "Boolean", "Timestamp"} {
			if sign, ok := signs[strings.TrimPrefix(bare, family)]; ok && strings.HasPrefix(bare, family) {
				return fmt.Sprintf("%s %s %s", variable, sign, literal(rule[operator], bare != operator))
			}
		}
	}
	return variable
}

func literal(v any, isPath bool) string {
	if path, ok := v.(string); ok && isPath {
		return strings.TrimPrefix(path, "$.")
	}
	text, _ := json.Marshal(v)
	return string(text)
}
