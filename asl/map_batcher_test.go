package asl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func batches(batcher string) string {
	return one(`{"Type": "Map", "End": true, "ItemsPath": "$.items", "ItemBatcher": ` + batcher + `,
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}`)
}

func TestMapBatcher(t *testing.T) {
	for _, row := range []struct{ why, batcher, output string }{
		{"by count: the last batch is smaller", `{"MaxItemsPerBatch": 2}`, `[{"Items": ["aaa", "bbb"]}, {"Items": ["ccc"]}]`},
		// {"Items":["aaa","bbb"]} has 23 bytes.
		{"by bytes: exactly two fit", `{"MaxInputBytesPerBatch": 23}`, `[{"Items": ["aaa", "bbb"]}, {"Items": ["ccc"]}]`},
		{"by bytes: one byte too few for two items", `{"MaxInputBytesPerBatch": 22}`, `[{"Items": ["aaa"]}, {"Items": ["bbb"]}, {"Items": ["ccc"]}]`},
		{"by both: the limit reached first ends the batch", `{"MaxInputBytesPerBatch": 1000, "MaxItemsPerBatch": 1}`, `[{"Items": ["aaa"]}, {"Items": ["bbb"]}, {"Items": ["ccc"]}]`},
		{"by path, as a string", `{"MaxItemsPerBatchPath": "$.n"}`, `[{"Items": ["aaa", "bbb"]}, {"Items": ["ccc"]}]`},
		{"every batch has BatchInput, and its bytes count", `{"MaxInputBytesPerBatch": 40, "BatchInput": {"n.$": "$.n"}}`,
			`[{"BatchInput": {"n": "2"}, "Items": ["aaa"]}, {"BatchInput": {"n": "2"}, "Items": ["bbb"]}, {"BatchInput": {"n": "2"}, "Items": ["ccc"]}]`},
	} {
		t.Run(row.why, func(t *testing.T) {
			succeeds(t, execute(t, batches(row.batcher), `{"n": "2", "items": ["aaa", "bbb", "ccc"]}`, asl.Options{}), row.output)
		})
	}
}

func TestNoItemsNoBatch(t *testing.T) {
	succeeds(t, execute(t, batches(`{"MaxItemsPerBatch": 2}`), `{"items": []}`, asl.Options{}), `[]`)
}

func TestTheSelectorComesBeforeTheBatcher(t *testing.T) {
	definition := strings.Replace(batches(`{"MaxItemsPerBatch": 2}`), `"ItemsPath"`, `"ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"}, "ItemsPath"`, 1)
	succeeds(t, execute(t, definition, `{"items": ["a", "b", "c"]}`, asl.Options{}),
		`[{"Items": [{"i": 0, "v": "a"}, {"i": 1, "v": "b"}]}, {"Items": [{"i": 2, "v": "c"}]}]`)
}

func TestItemLargerThanABatch(t *testing.T) {
	x := execute(t, batches(`{"MaxInputBytesPerBatch": 20}`), `{"items": ["a", "0123456789"]}`, asl.Options{})
	fails(t, x, asl.ErrRuntime, "An error occurred while executing the state 'S' (entered at the event id #2). An item does not fit into a batch of at most 20 bytes.")
}

func TestMapBatcherFaults(t *testing.T) {
	_, err := asl.Load([]byte(batches(`{"BatchInput": {}}`)))
	if diff := cmp.Diff([]string{`state "S": ItemBatcher: needs MaxItemsPerBatch or MaxInputBytesPerBatch`}, faults(err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
