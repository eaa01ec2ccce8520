package eval

import (
	"math"
	"strconv"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/picture"
)

var formatRows = []Row{
	{"formatNumber", "<n-so?:s>", 0, formatNumber},
	{"formatBase", "<n-n?:s>", 0, formatBase},
	{"formatInteger", "<n-s:s>", 0, formatInteger},
	{"parseInteger", "<s-s:n>", 0, parseInteger},
}

func formatNumber(c *Call) any {
	f, ok := c.Number(0)
	if !ok {
		return undefined
	}
	text, _ := c.Text(1)
	symbols := picture.Symbols{}
	for key, v := range members(c.Arg(2)) {
		if s, ok := v.(string); ok {
			symbols[key] = s
		}
	}
	c.step(len(text))
	return picture.FormatNumber(f, text, symbols)
}

func formatBase(c *Call) any {
	f, ok := c.Number(0)
	if !ok {
		return undefined
	}
	base, ok := c.Number(1)
	if !ok {
		base = 10
	}
	if base = picture.Round(base, 0); base < 2 || base > 36 {
		panic(fault.New("D3100", base))
	}
	f = picture.Round(f, 0)
	if math.Abs(f) >= 1<<63 {
		return c.stringify(f, false)
	}
	return strconv.FormatInt(int64(f), int(base))
}

func formatInteger(c *Call) any {
	f, ok := c.Number(0)
	if !ok {
		return undefined
	}
	text, _ := c.Text(1)
	c.step(len(text))
	return picture.FormatInteger(f, text)
}

func parseInteger(c *Call) any {
	s, ok := c.Text(0)
	if !ok {
		return undefined
	}
	text, _ := c.Text(1)
	c.step(len(text) + len(s))
	return picture.ParseInteger(s, text)
}
