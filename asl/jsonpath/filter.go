package jsonpath

// filter is [?(…)]: the items of an array, or the object itself, for which the condition holds.
type filter struct {
	source    string
	condition condition
}

type condition func(e *evaluation, at any) bool

func (f filter) definite(bool) bool    { return false }
func (f filter) child(any) (any, bool) { return nil, false }
func (f filter) String() string        { return "[?]" }

func (f filter) expand(e *evaluation, at any, strict bool, yield func(any) error) error {
	switch at := at.(type) {
	case []any:
		for _, item := range at {
			if f.condition(e, item) {
				if err := yield(item); err != nil {
					return err
				}
			}
		}
	case map[string]any:
		if f.condition(e, at) {
			return yield(at)
		}
	default:
		if strict {
			return e.notFound(at)
		}
	}
	return nil
}

func (p *parser) filter() (step, error)         { return nil, p.fail("filters: to come") }
func (p *parser) function(string) (step, error) { return nil, p.fail("functions: to come") }
