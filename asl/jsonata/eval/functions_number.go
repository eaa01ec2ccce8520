package eval

import (
	"math"
	"math/big"
	"regexp"
	"strconv"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/picture"
)

var numberRows = []Row{
	{"number", "<(nsb)-:n>", 0, toNumber},
	{"floor", "<n-:n>", 0, func(c *Call) any { return c.mapNumber(math.Floor) }},
	{"ceil", "<n-:n>", 0, func(c *Call) any { return c.mapNumber(math.Ceil) }},
	{"round", "<n-n?:n>", 0, roundFunction},
	{"abs", "<n-:n>", 0, func(c *Call) any { return c.mapNumber(math.Abs) }},
	{"sqrt", "<n-:n>", 0, squareRoot},
	{"power", "<n-n:n>", 0, power},
	{"random", "<:n>", 0, func(c *Call) any { return c.random().Float64() }},
}

func (c *Call) mapNumber(f func(float64) float64) any {
	n, ok := c.Number(0)
	if !ok {
		return undefined
	}
	return f(n)
}

// decimal is the text of a number; radix that of a number in hexadecimal, octal or binary.
var (
	decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$`)
	radix   = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+)$`)
)

func toNumber(c *Call) any {
	switch v := c.Arg(0).(type) {
	case undef:
		return undefined
	case bool:
		if v {
			return 1.0
		}
		return 0.0
	case string:
		if f, ok := parseNumber(v); ok {
			return f
		}
		panic(&fault.Fault{Code: "D3030", Value: v, Index: 1})
	}
	f, _ := c.Number(0)
	return f
}

func parseNumber(s string) (float64, bool) {
	if len(s) < 400 && decimal.MatchString(s) {
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}
	if !radix.MatchString(s) {
		return 0, false
	}
	n, ok := new(big.Int).SetString(s, 0)
	if !ok {
		return 0, false
	}
	f, _ := new(big.Float).SetInt(n).Float64()
	return f, !math.IsInf(f, 0)
}

func roundFunction(c *Call) any {
	f, ok := c.Number(0)
	if !ok {
		return undefined
	}
	precision, _ := c.Number(1)
	return picture.Round(f, int(precision))
}

func squareRoot(c *Call) any {
	f, ok := c.Number(0)
	if !ok {
		return undefined
	}
	if f < 0 {
		panic(&fault.Fault{Code: "D3060", Value: f, Index: 1})
	}
	return math.Sqrt(f)
}

func power(c *Call) any {
	base, ok := c.Number(0)
	if !ok {
		return undefined
	}
	exponent, _ := c.Number(1)
	f := pow(base, exponent)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		panic(&fault.Fault{Code: "D3061", Value: base, Value2: exponent, Index: 1})
	}
	return f
}

// pow is math.Pow, but exact to the last digit for whole exponents.
func pow(base, exponent float64) float64 {
	f := math.Pow(base, exponent)
	if exponent != math.Trunc(exponent) || math.Abs(exponent) > 1100 || math.Abs(exponent) < 3 || f == 0 || math.IsInf(f, 0) || math.IsNaN(f) {
		return f
	}
	const precision = 256
	result, factor := new(big.Float).SetPrec(precision).SetInt64(1), new(big.Float).SetPrec(precision).SetFloat64(base)
	for n := int(math.Abs(exponent)); n > 0; n /= 2 {
		if n%2 == 1 {
			result.Mul(result, factor)
		}
		factor.Mul(factor, factor)
	}
	if exponent < 0 {
		result.Quo(new(big.Float).SetPrec(precision).SetInt64(1), result)
	}
	exact, _ := result.Float64()
	return exact
}
