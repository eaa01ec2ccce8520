package eval

// slab hands out values of one kind from blocks, which cost one allocation each. A value is never handed out twice. The zero value is
// ready. The first block is small, because most evaluations are.
type slab[T any] struct {
	left  []T
	block int
}

// maxBlock is the largest number of values in a block.
const maxBlock = 64

// one returns a zero value.
func (s *slab[T]) one() *T { return &s.some(1)[0] }

// some returns n zero values.
func (s *slab[T]) some(n int) []T {
	if len(s.left) < n {
		if s.block = min(max(2, 2*s.block), maxBlock); n > s.block/2 {
			return make([]T, n)
		}
		s.left = make([]T, s.block)
	}
	taken := s.left[:n:n]
	s.left = s.left[n:]
	return taken
}
