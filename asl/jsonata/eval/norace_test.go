//go:build !race

package eval_test

// share is the part of the default limits that bombs get, as a divisor.
const share = 1
