package asl

// distribution is what a Distributed Map has beyond an inline one.
type distribution struct{ childType Type }

func (b *builder) distribution(d *distribution) {}

func (s *mapState) runDistributed(b *branch, input any, limit int) (any, error) {
	return s.runInline(b, input, limit)
}
