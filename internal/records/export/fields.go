package export

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/strictjson"
)

// furtherOf returns the fields of a record that an export does not know by name. Records have got fields before, and will again.
func furtherOf(body []byte, known ...string) []field {
	var all map[string]any
	if strictjson.Unmarshal(body, &all) != nil {
		return nil
	}
	for _, name := range []string{"subjects", "notScored", "input"} { // they differ by record, and are shown elsewhere
		delete(all, name)
	}
	fields := slices.DeleteFunc(flatten(all), func(f field) bool { return slices.Contains(known, f.Name) })
	for i, f := range fields {
		fields[i].Name = cmp.Or(labels[f.Name], f.Name)
	}
	return fields
}

// labels are the names of fields for people.
var labels = map[string]string{
	"run.cutDate": "Data cut", "run.landmarkDays": "Landmark, days", "timeSource": "Time source", "model.matchedBy": "Predictions matched by",
}

// flatten returns the values of a document, by the names that lead to them, in the order of the names. Text of others hides nothing.
func flatten(document map[string]any) []field {
	var fields []field
	var add func(name string, value any)
	add = func(name string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, inner := range slices.Sorted(maps.Keys(v)) {
				add(join(name, inner), v[inner])
			}
		case []any:
			for i, inner := range v {
				add(join(name, strconv.Itoa(i+1)), inner)
			}
		case string:
			fields = append(fields, field{plain.Line(name), plain.Text(v)})
		default:
			text, err := json.Marshal(v)
			if err == nil {
				fields = append(fields, field{plain.Line(name), string(text)})
			}
		}
	}
	add("", document)
	return fields
}

func join(name, inner string) string {
	if name == "" {
		return inner
	}
	return name + "." + inner
}
