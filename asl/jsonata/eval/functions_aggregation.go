package eval

var aggregationRows = []Row{
	{"sum", "<a<n>:n>", 0, func(c *Call) any { return c.aggregate(0.0, func(sum, f float64) float64 { return sum + f }) }},
	{"count", "<a:n>", 0, count},
	{"max", "<a<n>:n>", 0, func(c *Call) any { return c.aggregate(undefined, func(a, b float64) float64 { return max(a, b) }) }},
	{"min", "<a<n>:n>", 0, func(c *Call) any { return c.aggregate(undefined, func(a, b float64) float64 { return min(a, b) }) }},
	{"average", "<a<n>:n>", 0, average},
}

// aggregate folds numbers. empty is the result for an empty array.
func (c *Call) aggregate(empty any, fold func(a, b float64) float64) any {
	items, ok := c.Items(0)
	if !ok {
		return undefined
	}
	if len(items) == 0 {
		return empty
	}
	c.step(len(items))
	result, _ := number(items[0])
	for _, item := range items[1:] {
		f, _ := number(item)
		result = fold(result, f)
	}
	return result
}

func count(c *Call) any {
	items, _ := c.Items(0)
	return float64(len(items))
}

func average(c *Call) any {
	items, _ := c.Items(0)
	sum, ok := c.aggregate(undefined, func(sum, f float64) float64 { return sum + f }).(float64)
	if !ok {
		return undefined
	}
	return sum / float64(len(items))
}
