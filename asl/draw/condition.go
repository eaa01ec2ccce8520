package draw

import (
	"clinical-risk-pipeline/asl/value"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxLabel is the maximum number of characters of a drawn condition.
const maxLabel = 34

// shorten returns a text as one line, clipped to the size of a label.
func shorten(text string) string {
	return clip(strings.Join(strings.Fields(text), " "), maxLabel)
}

// clip truncates a text that has more characters than the limit.
func clip(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return strings.TrimSpace(string(runes[:limit-1])) + "…"
	}
	return text
}

// condition describes a choice rule briefly. It prefers the comment of the rule.
func condition(rule *value.Object) string {
	if comment, ok := rule.Value("Comment").(string); ok && comment != "" {
		return comment
	}
	if text, ok := rule.Value("Condition").(string); ok {
		text = strings.TrimSuffix(strings.TrimPrefix(text, "{%"), "%}")
		return strings.NewReplacer("$states.input.", "", "$states.", "").Replace(text)
	}
	if inner, ok := rule.Value("Not").(*value.Object); ok {
		return "not (" + condition(inner) + ")"
	}
	for _, operator := range []string{"And", "Or"} {
		if inner := objects(rule.Value(operator)); len(inner) > 0 {
			parts := make([]string, len(inner))
			for i, r := range inner {
				parts[i] = condition(r)
			}
			return strings.Join(parts, " "+strings.ToLower(operator)+" ")
		}
	}
	return comparison(rule)
}

// signs pairs the comparisons of all types with what is drawn.
var signs = [...][2]string{
	{"Equals", "="}, {"LessThan", "<"}, {"GreaterThan", ">"}, {"LessThanEquals", "≤"}, {"GreaterThanEquals", "≥"}, {"Matches", "matches"},
}

// sign returns what is drawn for an operator such as NumericGreaterThan, or "".
func sign(operator string) string {
	for _, family := range []string{"Numeric", "String", "Boolean", "Timestamp"} {
		if bare, ok := strings.CutPrefix(operator, family); ok {
			for _, s := range signs {
				if s[0] == bare {
					return s[1]
				}
			}
		}
	}
	return ""
}

// comparison describes a rule: {"Variable": "$.risk", "NumericGreaterThan": 0.75} becomes risk > 0.75.
func comparison(rule *value.Object) string {
	variable, _ := rule.Value("Variable").(string)
	variable = strings.TrimPrefix(variable, "$.")
	for _, operator := range slices.Sorted(slices.Values(rule.Keys())) {
		if property, ok := strings.CutPrefix(operator, "Is"); ok {
			if rule.Value(operator) == false {
				return variable + " is not " + strings.ToLower(property)
			}
			return variable + " is " + strings.ToLower(property)
		}
		bare := strings.TrimSuffix(operator, "Path")
		if sign := sign(bare); sign != "" {
			return fmt.Sprintf("%s %s %s", variable, sign, literal(rule.Value(operator), bare != operator))
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
