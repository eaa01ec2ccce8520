//go:build race

package eval_test

// share is the part of the default limits that bombs get, as a divisor: the race detector makes an evaluation many times slower.
const share = 20
