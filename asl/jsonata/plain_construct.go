package jsonata

// array builds [a, b]. An item that is an array is flattened, unless it is an array constructor.
func (c *compiler) array(n node) plain {
	var items []plain
	var nested []bool
	for _, item := range n.list("expressions") {
		compiled := c.compile(item)
		if compiled == nil {
			return nil
		}
		items, nested = append(items, compiled), append(nested, item.text("value") == "[")
	}
	return func(f *frame) (any, bool) {
		array := make([]any, 0, len(items))
		for i, item := range items {
			value, ok := item(f)
			if !ok {
				return nil, false
			}
			values, isArray := value.([]any)
			switch {
			case value == any(undefined{}):
			case isArray && !nested[i]:
				if !f.spend(len(array) + len(values)) {
					return nil, false
				}
				array = append(array, values...)
			default:
				array = append(array, value)
			}
		}
		return array, true
	}
}

// pair is a member of an object constructor.
type pair struct {
	key   string
	value node
}

// members returns the members of an object constructor. ok is false unless all keys are distinct strings.
func (c *compiler) members(n node) (members []pair, ok bool) {
	if c.context { // the result would be one object for each item of the context
		return nil, false
	}
	known := map[string]bool{}
	for _, p := range n.pairs() {
		key := p[0].text("value")
		if p[0].kind() != "string" || inherited[key] || known[key] {
			return nil, false
		}
		known[key] = true
		members = append(members, pair{key, p[1]})
	}
	return members, true
}

// object builds {"a": b}. It omits undefined members.
func (c *compiler) object(n node) plain {
	members, ok := c.members(n)
	if !ok {
		return nil
	}
	values := make([]plain, len(members))
	for i, member := range members {
		if values[i] = c.compile(member.value); values[i] == nil {
			return nil
		}
	}
	return func(f *frame) (any, bool) {
		object := make(map[string]any, len(members))
		for i, member := range members {
			value, ok := values[i](f)
			if !ok {
				return nil, false
			}
			if _, isUndefined := value.(undefined); !isUndefined {
				object[member.key] = value
			}
		}
		return object, true
	}
}
