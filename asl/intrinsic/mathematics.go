package intrinsic

import (
	"errors"
	"math"
	"math/rand/v2"
)

// mathAdd adds two 32-bit integers. The sum must be a 32-bit integer, too.
func mathAdd(arguments []any) (any, error) {
	a, err1 := integer(arguments, 0)
	b, err2 := integer(arguments, 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	for _, n := range []int64{a, b, a + b} {
		if n < math.MinInt32 || n > math.MaxInt32 {
			return nil, errors.New("the arguments and their sum must be integers from -2147483648 to 2147483647")
		}
	}
	return float64(a + b), nil
}

// mathRandom returns an integer from the first argument up to, but not including, the second. The third argument is a seed. AWS
// promises the same number for the same seed, but does not document which number.
func mathRandom(arguments []any, random *rand.Rand) (any, error) {
	start, err1 := integer(arguments, 0)
	end, err2 := integer(arguments, 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if len(arguments) == 3 {
		seed, err := integer(arguments, 2)
		if err != nil {
			return nil, err
		}
		random = rand.New(rand.NewPCG(uint64(seed), 0))
	}
	if end <= start {
		return nil, errors.New("the first argument must be less than the second")
	}
	return float64(start + random.Int64N(end-start)), nil
}
