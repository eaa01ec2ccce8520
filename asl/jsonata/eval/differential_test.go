package eval_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl/jsonata/eval"
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/value"
)

// TestSameAsPackage evaluates random expressions here and with the npm package. JSONATA_EXPRESSIONS sets their number, JSONATA_SEED the
// first seed.
func TestSameAsPackage(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs Node")
	}
	npm := startOracle(t)
	count, seed := setting("JSONATA_EXPRESSIONS", 2000), uint64(setting("JSONATA_SEED", 1))
	data, err := value.DecodeString(document)
	if err != nil {
		t.Fatal(err)
	}
	for i := range count {
		g := &generator{rand.New(rand.NewPCG(seed, uint64(i))), nil}
		source := g.expression(4)
		want, ok := npm.ask(t, source, data)
		if strings.Contains(string(want.Result), "[null]") {
			continue // the package's group-by changes an empty array of the input
		}
		if !ok || want.Error != nil && want.Error.Code == "" {
			continue // an endless loop or an error of JavaScript, which the language does not define
		}
		if got, wanted := here(source, data), there(want); !cmp.Equal(got, wanted) && !anyOrder(source, got, wanted) {
			t.Errorf("%d: %s\n got  %.300v\n want %.300v", i, source, got, wanted)
		}
	}
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// outcome is a result without the order of keys, or a code.
type outcome struct {
	What  string
	Value any
}

func here(source string, data any) outcome {
	program, err := eval.Compile(source)
	var v any
	var defined bool
	if err == nil {
		v, defined, err = program.Eval(data, eval.Options{Now: time.Now})
	}
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		return outcome{"error", f.Code}
	case !defined:
		return outcome{"undefined", nil}
	case v == eval.Function{}:
		return outcome{"function", nil}
	}
	return outcome{"value", loose([]byte(value.Encode(v)))}
}

func there(answer oracleAnswer) outcome {
	switch {
	case answer.Error != nil:
		return outcome{"error", answer.Error.Code}
	case answer.Undefined:
		return outcome{"undefined", nil}
	case answer.Function:
		return outcome{"function", nil}
	}
	return outcome{"value", loose(answer.Result)}
}

// loose decodes JSON without the member next of a match, which is a function.
func loose(text []byte) any {
	text = bytes.ReplaceAll(text, []byte(`,"next":null`), nil)
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err.Error()
	}
	return v
}

// anyOrder tells whether both are faults of an expression that constructs an array or object. The package evaluates the parts of a
// constructor at the same time, so that any of several faults may be the first.
func anyOrder(source string, got, want outcome) bool {
	return got.What == "error" && want.What == "error" && strings.ContainsAny(source, "[{") && strings.Contains(source, ",")
}
