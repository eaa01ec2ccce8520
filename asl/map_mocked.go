package asl

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/internal/items"
)

// mock replaces the iterations or child executions. It evaluates the fields of the Map.
func (s *mapState) mock(b *branch, input any) (any, error) {
	limit := 0.0
	if s.maxConcurrency != nil {
		var err error
		if limit, err = s.maxConcurrency.eval(b.evaluating(input), true); err != nil {
			return nil, err
		}
	}
	b.inspect(StepMaxConcurrency, limit)
	list, known, err := s.mockItems(b, input)
	if err != nil {
		return nil, err
	}
	tolerated := tolerance{-1, -1}
	if d := s.distributed; d != nil {
		if tolerated, err = d.tolerance(b.evaluating(input)); err != nil {
			return nil, err
		}
	}
	if known {
		if err := s.mockInputs(b, input, list); err != nil {
			return nil, err
		}
	}
	total := -1
	if known {
		total = len(list)
	}
	if failed := b.test.Mock.FailedItems; known && failed > total {
		return nil, &foreign{fmt.Errorf("%d items failed, but the Map has %d", failed, total)}
	}
	return b.test.Mock.judged(b, tolerated, total)
}

// judged returns the outcome, or the failure of a Map whose tolerance the failed items exceed. A Map without a tolerance has the outcome,
// as recorded: its error says what failed.
func (m *StateMock) judged(b *branch, tolerated tolerance, total int) (any, error) {
	if tolerated.count >= 0 {
		b.inspect(StepToleratedCount, tolerated.count)
	}
	if tolerated.percentage >= 0 {
		b.inspect(StepToleratedPercentage, tolerated.percentage)
	}
	if given := tolerated.count >= 0 || tolerated.percentage >= 0; given && tolerated.exceeded(m.FailedItems, total) {
		return nil, toleranceFailure()
	}
	return m.outcome()
}

// mockItems returns the items. They are unknown when an ItemReader would read them.
func (s *mapState) mockItems(b *branch, input any) (list []any, known bool, err error) {
	if s.distributed == nil || s.distributed.reader == nil {
		list, err = s.list(b, input)
		return list, err == nil, err
	}
	text := b.test.Mock.Items
	if text == nil {
		return nil, false, nil
	}
	list, err = s.distributed.reader.read(b, input, *text)
	return list, err == nil, err
}

// read returns the items of an object that is in memory.
func (r *mapReader) read(b *branch, input any, text string) ([]any, error) {
	limit, err := r.limit(b.evaluating(input))
	if err != nil {
		return nil, err
	}
	if r.inputType == "PARQUET" {
		return nil, storageFailure(ErrItemReader, errors.New("a Parquet file is no text"))
	}
	source, err := r.parse(strings.NewReader(text))
	if err != nil {
		return nil, storageFailure(ErrItemReader, err)
	}
	stream := &itemStream{source: source, left: maxItems}
	if limit > 0 {
		stream.left = int(min(limit, maxItems))
	}
	list := []any{}
	for {
		v, _, more, err := stream.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		list = append(list, v)
	}
	if r.pointer != "" {
		b.inspect(StepItemsPointer, plainItems(list))
	}
	return list, nil
}

// plainItems returns items without an ItemSelector: members of an object become objects with Key and Value.
func plainItems(list []any) []any {
	plain := make([]any, len(list))
	for i, v := range list {
		plain[i] = newMapItem(i, v, stateData).input()
	}
	return plain
}

// mockInputs evaluates the inputs of the iterations or child executions.
func (s *mapState) mockInputs(b *branch, input any, list []any) error {
	inputs := plainItems(list)
	if s.itemSelector != nil {
		for i, v := range list {
			var err error
			if inputs[i], err = s.selected(b, input, newMapItem(i, v, stateData)); err != nil {
				return err
			}
		}
		b.inspect(StepItemSelector, inputs)
	}
	if s.distributed == nil || s.distributed.batcher == nil {
		return nil
	}
	grouping, err := s.distributed.batcher.begin(b, input)
	if err != nil {
		return err
	}
	source, batches := items.Slice(inputs), []any{}
	stream := &itemStream{source: source, left: maxItems}
	for {
		batch, n, err := grouping.take(func() (any, bool, error) {
			v, _, more, err := stream.next()
			return v, more, err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		batches = append(batches, batch)
	}
	b.inspect(StepItemBatcher, batches)
	return nil
}
