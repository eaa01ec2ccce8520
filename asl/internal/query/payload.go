package query

import (
	"clinical-risk-pipeline/asl/value"
	"fmt"
	"strings"
)

// Payload compiles a JSONPath payload template. In objects at any depth, the value of a field whose name ends in ".$" is a path or an
// intrinsic function. Everything else is constant.
func Payload(v any, observe Observer) Template { return payload("", v, observe) }

// Observer is called during the compilation of a payload template, with the place in the template: "" or "name[0].other".
type Observer struct {
	Fault    func(place, message string)
	Variable func(place, name string) // a variable that is used
}

func payload(place string, v any, observe Observer) Template {
	switch v := v.(type) {
	case *value.Object:
		return payloadObject(place, v, observe)
	case []any:
		items := make([]Template, len(v))
		for i, e := range v {
			items[i] = payload(fmt.Sprintf("%s[%d]", place, i), e, observe)
		}
		return newArray(v, items)
	}
	return Constant{v}
}

func payloadObject(place string, object *value.Object, observe Observer) Template {
	members := make([]member, 0, object.Len())
	for _, m := range object.Members() {
		name, v := m.Key, m.Value
		at := join(place, name)
		plain, dynamic := strings.CutSuffix(name, ".$")
		if !dynamic {
			members = append(members, member{name, payload(at, v, observe)})
			continue
		}
		if _, twice := object.Get(plain); twice {
			observe.Fault(at, fmt.Sprintf("cannot be combined with %q", plain))
		}
		source, ok := v.(string)
		if !ok {
			observe.Fault(at, fmt.Sprintf(`must be a path or an intrinsic function in a string, because the name ends in ".$", got %T`, v))
			continue
		}
		t, variables, err := Value(source, name)
		if err != nil {
			observe.Fault(at, err.Error())
			continue
		}
		for _, variable := range variables {
			observe.Variable(at, variable)
		}
		members = append(members, member{plain, t})
	}
	return newObject(object, members)
}

func join(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}
