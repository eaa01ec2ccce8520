package asl

import (
	"slices"

	"clinical-risk-pipeline/asl/internal/query"
)

// distribution holds the fields that only a Distributed Map has.
type distribution struct {
	childType  Type
	label      string
	reader     *mapReader  // nil: the items are in the state's data
	batcher    *mapBatcher // nil: one item per child execution
	writer     *mapWriter
	count      *quantity // ToleratedFailureCount; nil when absent
	percentage *quantity // ToleratedFailurePercentage; nil when absent
}

// distribution reads the fields of a Distributed Map. An inline Map may have the tolerances, but they have no effect.
func (f *fields) distribution(d *distribution) {
	count := f.quantity("ToleratedFailureCount", 0, maxTimeout, true)
	percentage := f.quantity("ToleratedFailurePercentage", 0, 100, false)
	if d == nil {
		for _, name := range []string{"ItemReader", "ItemBatcher", "ResultWriter", "Label"} {
			if _, ok := f.take(name); ok {
				f.fault(name, "is only allowed in a Map whose ItemProcessor has \"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\"}")
			}
		}
		return
	}
	d.count, d.percentage = count, percentage
	d.label = f.label()
	if inner, ok := f.object("ItemReader"); ok {
		d.reader = inner.mapReader()
	}
	if inner, ok := f.object("ItemBatcher"); ok {
		d.batcher = inner.mapBatcher()
	}
	d.writer = &mapWriter{transformation: "COMPACT", outputType: "JSON"}
	if inner, ok := f.object("ResultWriter"); ok {
		d.writer = inner.mapWriter()
	}
}

// label returns the name of the Map Run in ARNs. Default: the state's name, truncated and without forbidden characters.
func (f *fields) label() string {
	label, ok := f.text("Label")
	if !ok {
		return labelOf(f.state)
	}
	if n := len([]rune(label)); n == 0 || n > maxLabel || labelOf(label) != label {
		f.fault("Label", "must have 1 to %d characters, without spaces and %s, got %q", maxLabel, forbiddenInLabels, label)
	}
	return label
}

// The maximum length of a Label in characters, and the characters that it must not contain.
const (
	maxLabel          = 40
	forbiddenInLabels = `? * < > { } [ ] : ; , \ | ^ ~ $ # % & " / ` + "`"
)

func labelOf(name string) string {
	var label []rune
	for _, r := range name {
		if r > ' ' && r != 0x7f && !slices.Contains([]rune(forbiddenInLabels), r) && len(label) < maxLabel {
			label = append(label, r)
		}
	}
	return string(label)
}

// tolerance is the number or share of items that may fail.
type tolerance struct {
	count      float64 // negative: not given
	percentage float64 // negative: not given
}

// tolerance evaluates the tolerated failures.
func (d *distribution) tolerance(env *query.Env) (tolerance, error) {
	t := tolerance{-1, -1}
	if d.count != nil {
		n, err := d.count.eval(env, true)
		if err != nil {
			return t, err
		}
		if n < 0 {
			return t, runtimeFault("ToleratedFailureCount cannot be negative.")
		}
		t.count = n
	}
	if d.percentage != nil {
		n, err := d.percentage.eval(env, false)
		if err != nil {
			return t, err
		}
		if n < 0 || n > 100 {
			return t, runtimeFault("ToleratedFailurePercentage must be between 0 and 100.")
		}
		t.percentage = n
	}
	return t, nil
}

// exceeded reports whether more items failed than tolerated. total is the number of all items, or -1 while more may come: the
// percentage counts only when total is known. With both a count and a percentage, exceeding either one fails the Map.
func (t tolerance) exceeded(failed, total int) bool {
	if failed == 0 {
		return false
	}
	if t.count < 0 && t.percentage < 0 {
		return true
	}
	if t.count >= 0 && float64(failed) > t.count {
		return true
	}
	return t.percentage >= 0 && total >= 0 && float64(failed)*100 > t.percentage*float64(total)
}
