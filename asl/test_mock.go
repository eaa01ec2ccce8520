package asl

import "clinical-risk-pipeline/asl/value"

// inspect keeps an intermediate value when the state is under test.
func (b *branch) inspect(step Step, v any) {
	if b.test != nil {
		b.test.keep(step, v)
	}
}

func (t *stateTest) keep(step Step, v any) { t.result.Steps[step] = v }

// mocked reports whether a mock replaces the work of the state.
func (b *branch) mocked() bool { return b.test != nil && b.test.Mock != nil }

// contextObject returns the context object of the test, with the item of a Map.
func (t *stateTest) contextObject(b *branch) *value.Object {
	given, _ := t.Context.(*value.Object)
	if b.item == nil {
		return given
	}
	return given.Clone().With("Map", value.NewObject(1).With("Item", b.item.contextObject()).Share()).Share()
}

// outcome returns the result of the mock, or its error.
func (m *StateMock) outcome() (any, error) {
	if m.Err != nil {
		return nil, &failure{name: m.Err.Name, cause: m.Err.Cause}
	}
	return m.Result, nil
}

// mock replaces the branches.
func (s *parallelState) mock(b *branch, _ any) (any, error) { return b.test.Mock.outcome() }
