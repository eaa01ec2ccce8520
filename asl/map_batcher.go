package asl

import (
	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/internal/value"
)

// mapBatcher groups items, so that a child execution gets several of them.
type mapBatcher struct {
	maxItems   *quantity      // nil: as many as fit
	maxBytes   *quantity      // nil: 256 KiB
	batchInput query.Template // nil when absent
}

func (f *fields) mapBatcher() *mapBatcher {
	f.comment()
	b := &mapBatcher{
		maxItems:   f.quantity("MaxItemsPerBatch", 1, maxItems, true),
		maxBytes:   f.quantity("MaxInputBytesPerBatch", 1, maxPayload, true),
		batchInput: f.payload("BatchInput", seesInput),
	}
	if b.maxItems == nil && b.maxBytes == nil {
		f.fault("", "needs MaxItemsPerBatch or MaxInputBytesPerBatch")
	}
	f.unread("an item batcher")
	return b
}

// batching is an item batcher at work: what it evaluated, and the item that did not fit into the last batch.
type batching struct {
	maxItems, maxBytes int
	batchInput         any
	hasInput           bool
	overhead           int // bytes of the batch without its items
	next               any
	hasNext            bool
}

// begin evaluates the batcher.
func (t *mapBatcher) begin(b *branch, input any) (*batching, error) {
	batch := &batching{maxItems: maxItems, maxBytes: maxPayload}
	for _, limit := range []struct {
		from *quantity
		to   *int
	}{{t.maxItems, &batch.maxItems}, {t.maxBytes, &batch.maxBytes}} {
		if limit.from == nil {
			continue
		}
		n, err := limit.from.eval(b.evaluating(input), true)
		if err != nil {
			return nil, err
		}
		if n < 1 {
			return nil, runtimeFault("%s must be a positive integer, but was %v.", limit.from.field, n)
		}
		*limit.to = min(*limit.to, int(n))
	}
	if t.batchInput != nil {
		var err error
		if batch.batchInput, err = t.batchInput.Eval(b.evaluating(input)); err != nil {
			return nil, err
		}
		batch.hasInput = true
	}
	batch.overhead = value.Size(batch.input(nil))
	return batch, nil
}

// take gives the input of the next child execution, and how many items it holds; 0 after the last.
func (t *batching) take(next func() (item any, more bool, err error)) (input any, n int, err error) {
	var items []any
	size := t.overhead
	for len(items) < t.maxItems {
		if !t.hasNext {
			if t.next, t.hasNext, err = next(); err != nil || !t.hasNext {
				break
			}
		}
		grown := size + value.Size(t.next) + min(len(items), 1)
		if grown > t.maxBytes && len(items) > 0 {
			break
		}
		if grown > t.maxBytes {
			return nil, 0, runtimeFault("An item does not fit into a batch of at most %d bytes.", t.maxBytes)
		}
		items, size, t.hasNext = append(items, t.next), grown, false
	}
	if err != nil || len(items) == 0 {
		return nil, 0, err
	}
	return t.input(items), len(items), nil
}

func (t *batching) input(items []any) any {
	batch := map[string]any{"Items": items}
	if t.hasInput {
		batch["BatchInput"] = t.batchInput
	}
	return batch
}
