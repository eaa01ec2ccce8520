package asl

import (
	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// mapBatcher is ItemBatcher: it groups items, so that a child execution gets several of them.
type mapBatcher struct {
	maxItems   *quantity      // nil: as many as fit
	maxBytes   *quantity      // nil: 256 KiB
	batchInput query.Template // nil when absent
}

func (f *fields) mapBatcher() *mapBatcher {
	f.comment()
	m := &mapBatcher{
		maxItems:   f.quantity("MaxItemsPerBatch", 1, maxItems, true),
		maxBytes:   f.quantity("MaxInputBytesPerBatch", 1, maxPayload, true),
		batchInput: f.payload("BatchInput", seesInput),
	}
	if m.maxItems == nil && m.maxBytes == nil {
		f.fault("", "needs MaxItemsPerBatch or MaxInputBytesPerBatch")
	}
	f.unread("an item batcher")
	return m
}

// grouping is the state of a mapBatcher during a Map Run: the evaluated fields and the item that did not fit into the last batch.
type grouping struct {
	maxItems, maxBytes int
	batchInput         any
	hasInput           bool
	overhead           int // bytes of a batch without its items
	next               any
	hasNext            bool
}

// begin evaluates the batcher's fields.
func (m *mapBatcher) begin(b *branch, input any) (*grouping, error) {
	g := &grouping{maxItems: maxItems, maxBytes: maxPayload}
	for _, limit := range []struct {
		from *quantity
		to   *int
	}{{m.maxItems, &g.maxItems}, {m.maxBytes, &g.maxBytes}} {
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
	if m.batchInput != nil {
		var err error
		if g.batchInput, err = m.batchInput.Eval(b.evaluating(input)); err != nil {
			return nil, err
		}
		g.hasInput = true
	}
	g.overhead = value.Size(g.input(nil))
	return g, nil
}

// take returns the input of the next child execution and the number of items in it, which is 0 after the last batch.
func (g *grouping) take(next func() (item any, more bool, err error)) (input any, n int, err error) {
	var items []any
	size := g.overhead
	for len(items) < g.maxItems {
		if !g.hasNext {
			if g.next, g.hasNext, err = next(); err != nil || !g.hasNext {
				break
			}
		}
		grown := size + value.Size(g.next) + min(len(items), 1)
		if grown > g.maxBytes && len(items) > 0 {
			break
		}
		if grown > g.maxBytes {
			return nil, 0, runtimeFault("An item does not fit into a batch of at most %d bytes.", g.maxBytes)
		}
		items, size, g.hasNext = append(items, g.next), grown, false
	}
	if err != nil || len(items) == 0 {
		return nil, 0, err
	}
	return g.input(items), len(items), nil
}

func (g *grouping) input(items []any) any {
	batch := value.NewObject(2)
	if g.hasInput {
		batch.Set("BatchInput", g.batchInput)
	}
	return batch.With("Items", items).Share()
}
