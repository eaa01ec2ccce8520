package jsonata

import (
	"encoding/base64"
	"math"

	"clinical-risk-pipeline/asl/intrinsic"
	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/value"
)

// functions are those of JSONata, without $eval, and those that AWS adds
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn).
var functions = eval.Standard().Without("eval").With(
	eval.Row{Name: "parse", Signature: "<s-:x>", Code: parse},
	eval.Row{Name: "partition", Signature: "<an:a>", Code: partition},
	eval.Row{Name: "range", Signature: "<nnn:a>", Code: rangeOf},
	eval.Row{Name: "hash", Signature: "<s-s:s>", Code: hash},
	eval.Row{Name: "random", Signature: "<n?:n>", Code: random},
	eval.Row{Name: "uuid", Signature: "<:s>", Arity: -1, Code: func(c *eval.Call) any { return intrinsic.UUID(c.Rand()) }},
	eval.Row{Name: "base64encode", Signature: "<s-:s>", Code: base64Encode},
	eval.Row{Name: "base64decode", Signature: "<s-:s>", Code: base64Decode},
)

func parse(c *eval.Call) any {
	text, ok := c.Text(0)
	if !ok {
		return eval.Undefined
	}
	c.Work(len(text)/8, len(text))
	v, err := value.Decode([]byte(text))
	if err != nil {
		c.Fail("The argument of the parse function is not JSON")
	}
	return v
}

// wordsPerItem is what an item of an array costs in bytes: an interface and a number.
const wordsPerItem = 24

func partition(c *eval.Call) any {
	items, ok := c.Items(0)
	if !ok {
		return eval.Undefined
	}
	size, _ := c.Number(1)
	if !(size >= 1) {
		c.Fail("The second argument of the partition function must be a positive number")
	}
	step := int(math.Min(size, math.MaxInt32))
	c.Work(len(items), 3*wordsPerItem*(len(items)/step+1))
	chunks := []any{}
	for len(items) > 0 {
		n := min(step, len(items))
		chunks = append(chunks, eval.Array(items[:n:n]))
		items = items[n:]
	}
	return eval.Array(chunks)
}

// rangeOf counts from the first argument to the second. It drops fractions, and a single number stands for itself.
func rangeOf(c *eval.Call) any {
	var bounds [3]float64
	for i := range bounds {
		f, ok := c.Number(i)
		if !ok {
			return eval.Undefined
		}
		bounds[i] = math.Trunc(f)
	}
	first, last, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		c.Fail("The third argument of the range function must not be 0")
	}
	count := math.Floor((last-first)/step) + 1
	if !(count > 0) {
		return eval.Array(nil)
	}
	n := int(math.Min(count, math.MaxInt32))
	c.Work(n, n*wordsPerItem)
	items := make([]any, n)
	for i := range items {
		items[i] = first + float64(i)*step
	}
	return eval.Sequence(items)
}

func hash(c *eval.Call) any {
	text, ok := c.Text(0)
	if !ok {
		return eval.Undefined
	}
	algorithm, _ := c.Text(1)
	c.Work(len(text)/8, 0)
	sum, ok := intrinsic.Digest(text, algorithm)
	if !ok {
		c.Fail("The second argument of the hash function must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
	}
	return sum
}

// random returns a number from 0 to below 1. With a seed it is the first of java.util.Random, as on AWS.
func random(c *eval.Call) any {
	if seed, ok := c.Number(0); ok {
		return firstOfJava(int64(seed))
	}
	return c.Rand().Float64()
}

// firstOfJava is the first double of a java.util.Random with a seed
// (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Random.html).
func firstOfJava(seed int64) float64 {
	const multiplier, increment, mask = 0x5DEECE66D, 0xB, 1<<48 - 1
	state := (uint64(seed) ^ multiplier) & mask
	next := func(bits uint) uint64 {
		state = (state*multiplier + increment) & mask
		return state >> (48 - bits)
	}
	high := next(26)
	return float64(high<<27+next(27)) / (1 << 53)
}

// base64Encode encodes a text in UTF-8.
func base64Encode(c *eval.Call) any {
	text, ok := c.Text(0)
	if !ok {
		return eval.Undefined
	}
	c.Work(len(text)/8, 2*len(text))
	return base64.StdEncoding.EncodeToString([]byte(text))
}

func base64Decode(c *eval.Call) any {
	text, ok := c.Text(0)
	if !ok {
		return eval.Undefined
	}
	c.Work(len(text)/8, len(text))
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		c.Fail("The argument of the base64decode function is not base64")
	}
	return string(data)
}
