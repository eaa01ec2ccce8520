package eval

import (
	"clinical-risk-pipeline/asl/jsonata/signature"
	"clinical-risk-pipeline/asl/value"
)

var objectRows = []Row{
	{"keys", "<x-:a<s>>", 0, keys},
	{"lookup", "<x-s:x>", 0, func(c *Call) any {
		key, _ := c.Text(1)
		return c.lookup(c.Arg(0), key)
	}},
	{"spread", "<x-:a<o>>", 0, func(c *Call) any { return c.spread(c.Arg(0)) }},
	{"merge", "<a<o>:o>", 0, merge},
	{"sift", "<o-f?:o>", 0, sift},
	{"each", "<o-f:a>", 0, each},
	{"clone", "<(oa)-:o>", 0, clone},
	{"type", "<x:s>", 0, typeOf},
}

func keys(c *Call) any {
	names := value.NewObject(8)
	c.collectKeys(c.Arg(0), names)
	result := &list{sequence: true, items: make([]any, names.Len())}
	for i, m := range names.Members() {
		result.items[i] = m.Key
	}
	c.grow(len(result.items) * 4 * wordsPerItem)
	return result
}

func (c *Call) collectKeys(v any, names *value.Object) {
	if items, ok := itemsOf(v); ok {
		c.step(len(items))
		c.nest()
		for _, item := range items {
			c.collectKeys(item, names)
		}
		c.nested--
		return
	}
	for key := range members(v) {
		names.Set(key, true)
	}
}

func (c *Call) spread(v any) any {
	if items, ok := itemsOf(v); ok {
		all := &list{sequence: len(items) == 0}
		for _, item := range items {
			c.step(1)
			all.push(c.spread(item))
		}
		c.grow(len(all.items) * wordsPerItem)
		return all
	}
	if !isObject(v) {
		return v
	}
	result := sequence()
	for key, m := range members(v) {
		result.items = append(result.items, value.ObjectOf(value.Member{Key: key, Value: m}))
	}
	c.grow(len(result.items) * 6 * wordsPerItem)
	return result
}

func merge(c *Call) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	merged := value.NewObject(8)
	for _, item := range items {
		c.step(size(item))
		for key, m := range members(item) {
			merged.Set(key, m)
		}
	}
	c.grow(merged.Len() * 2 * wordsPerItem)
	return merged
}

func sift(c *Call) any {
	object, f := c.Arg(0), c.Arg(1)
	if isUndefined(object) {
		return undefined
	}
	kept := value.NewObject(size(object))
	for key, m := range members(object) {
		if c.truth(c.pass(f, m, key, object)) {
			kept.Set(key, m)
		}
	}
	c.grow(kept.Len() * 2 * wordsPerItem)
	if kept.Len() == 0 {
		return undefined
	}
	return kept
}

func each(c *Call) any {
	object, f := c.Arg(0), c.Arg(1)
	result := sequence()
	for key, m := range members(object) {
		if v := c.pass(f, m, key, object); !isUndefined(v) {
			result.items = append(result.items, v)
		}
	}
	c.grow(len(result.items) * wordsPerItem)
	return result
}

func clone(c *Call) any {
	if isUndefined(c.Arg(0)) {
		return undefined
	}
	return c.cloned(c.Arg(0))
}

var typeNames = map[byte]any{
	signature.Null: "null", signature.Number: "number", signature.String: "string", signature.Boolean: "boolean", signature.List: "array",
	signature.Function: "function", signature.Object: "object",
}

func typeOf(c *Call) any {
	if isUndefined(c.Arg(0)) {
		return undefined
	}
	return typeNames[symbol(c.Arg(0))]
}
