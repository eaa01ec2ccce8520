package eval

import "clinical-risk-pipeline/asl/jsonata/fault"

var higherOrderRows = []Row{
	{"map", "<af>", 0, mapFunction},
	{"filter", "<af>", 0, filterFunction},
	{"single", "<af?>", 0, single},
	{"reduce", "<afj?:j>", 0, reduce},
}

func mapFunction(c *Call) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	result := &list{sequence: true, items: make([]any, 0, len(items))}
	c.grow(len(items) * wordsPerItem)
	for i, item := range items {
		if v := c.passItem(c.Arg(1), item, i, c.Arg(0)); !isUndefined(v) {
			result.items = append(result.items, v)
		}
	}
	return result
}

func filterFunction(c *Call) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	result := sequence()
	for i, item := range items {
		if c.truth(c.passItem(c.Arg(1), item, i, c.Arg(0))) {
			result.items = append(result.items, plain(item))
		}
	}
	c.grow(len(result.items) * wordsPerItem)
	return result
}

func single(c *Call) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	result, matched := undefined, false
	for i, item := range items {
		item = plain(item)
		if !isUndefined(c.Arg(1)) && !c.truth(c.pass(c.Arg(1), item, float64(i), c.Arg(0))) {
			continue
		}
		if matched {
			panic(&fault.Fault{Code: "D3138", Index: i})
		}
		result, matched = item, true
	}
	if !matched {
		panic(&fault.Fault{Code: "D3139"})
	}
	return result
}

func reduce(c *Call) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	f, _ := c.Arg(1).(*function)
	arity := f.arityOf()
	if arity < 2 {
		panic(&fault.Fault{Code: "D3050", Index: 1})
	}
	result, from := c.Arg(2), 0
	if isUndefined(result) && len(items) > 0 {
		result, from = plain(items[0]), 1
	}
	for i := from; i < len(items); i++ {
		args := []any{result, plain(items[i]), float64(i), c.Arg(0)}
		result = c.invoke(f, args[:min(arity, len(args))], nil, c.env)
	}
	return result
}
