package eval

import (
	"math"
	"slices"

	"clinical-risk-pipeline/asl/jsonata/fault"
)

var arrayRows = []Row{
	{"append", "<xx:a>", 0, func(c *Call) any { return c.appended(c.Arg(0), c.Arg(1)) }},
	{"reverse", "<a:a>", 0, reverse},
	{"distinct", "<x:x>", 0, distinct},
	{"shuffle", "<a:a>", 0, shuffle},
	{"zip", "<a+>", -1, zip},
	{"sort", "<af?:a>", 0, sortFunction},
}

// appended joins two values into an array, unless one of them is undefined.
func (r *run) appended(a, b any) any {
	switch {
	case isUndefined(a):
		return b
	case isUndefined(b):
		return a
	}
	left, right := itemsOrOne(a), itemsOrOne(b)
	r.grow((len(left) + len(right)) * wordsPerItem)
	r.step(len(right))
	joined := make([]any, 0, len(left)+len(right))
	joined = append(append(joined, left...), right...)
	return array(joined)
}

func reverse(c *Call) any {
	items, ok := c.Items(0)
	if !ok || len(items) <= 1 {
		return c.Arg(0)
	}
	c.grow(len(items) * wordsPerItem)
	reversed := slices.Clone(items)
	slices.Reverse(reversed)
	return array(reversed)
}

func distinct(c *Call) any {
	items, ok := c.Items(0)
	if !ok || len(items) <= 1 {
		return c.Arg(0)
	}
	result := &list{sequence: isSequence(c.Arg(0))}
	texts, numbers := map[string]bool{}, map[float64]bool{}
	for _, item := range items {
		seen := false
		switch v := plain(item).(type) {
		case string:
			seen, texts[v] = texts[v], true
		case float64:
			seen, numbers[v] = numbers[v], true
		default:
			seen = slices.ContainsFunc(result.items, func(known any) bool { return c.equal(known, v) })
		}
		if !seen {
			result.items = append(result.items, item)
		}
	}
	c.step(len(items))
	c.grow(len(result.items) * wordsPerItem)
	return result
}

func shuffle(c *Call) any {
	items, ok := c.Items(0)
	if !ok || len(items) <= 1 {
		return c.Arg(0)
	}
	c.grow(len(items) * wordsPerItem)
	shuffled := slices.Clone(items)
	c.random().Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return array(shuffled)
}

func zip(c *Call) any {
	shortest := math.MaxInt
	for _, arg := range c.Args {
		items, _ := itemsOf(arg)
		shortest = min(shortest, len(items))
	}
	if len(c.Args) == 0 {
		return array(nil)
	}
	c.grow(shortest * (len(c.Args) + 4) * wordsPerItem)
	rows := make([]any, shortest)
	for i := range rows {
		row := make([]any, len(c.Args))
		for j, arg := range c.Args {
			items, _ := itemsOf(arg)
			row[j] = items[i]
		}
		rows[i] = array(row)
	}
	return array(rows)
}

func sortFunction(c *Call) any {
	items, ok := c.Items(0)
	if !ok || len(items) <= 1 {
		return c.Arg(0)
	}
	c.grow(len(items) * wordsPerItem * 2)
	c.step(len(items))
	sorted := slices.Clone(items)
	if f := c.Arg(1); !isUndefined(f) {
		return array(mergeSort(items, func(a, b any) bool {
			c.step(1)
			return c.truthy(c.invoke(f, []any{a, b}, nil, c.env))
		}))
	}
	switch {
	case allNumbers(items):
		slices.SortStableFunc(sorted, func(a, b any) int {
			x, _ := number(a)
			y, _ := number(b)
			return compareNumbers(x, y)
		})
	case allTexts(items):
		slices.SortStableFunc(sorted, func(a, b any) int { return compareTexts(a.(string), b.(string)) })
	default:
		panic(&fault.Fault{Code: "D3070", Index: 1})
	}
	return array(sorted)
}

func compareNumbers(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func allTexts(items []any) bool {
	for _, item := range items {
		if _, ok := item.(string); !ok {
			return false
		}
	}
	return true
}

// truthy converts the result of a comparison as JavaScript does.
func (c *Call) truthy(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case nil, undef:
		return false
	case string:
		return v != ""
	}
	f, ok := number(v)
	return !ok || f != 0 && f == f
}
