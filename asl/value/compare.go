package value

import (
	"cmp"
	"encoding/json"
	"math/big"
)

// Compare orders two numbers exactly, even if a float64 cannot hold them.
func Compare(a, b any) int {
	_, bigA := a.(json.Number)
	_, bigB := b.(json.Number)
	if bigA || bigB {
		x, okX := new(big.Float).SetPrec(256).SetString(Encode(a))
		y, okY := new(big.Float).SetPrec(256).SetString(Encode(b))
		if okX && okY {
			return x.Cmp(y)
		}
	}
	x, _ := Float(a)
	y, _ := Float(b)
	return cmp.Compare(x, y)
}
