package asl_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func TestRunIsSafeForConcurrentUse(t *testing.T) {
	for name, definition := range map[string]string{"JSONPath": fiveStatesJSONPath, "JSONata": fiveStatesJSONata} {
		machine := load(t, definition)
		input := decode(t, `{"id": "S-1", "features": {"risk": 0.9}}`)
		want, err := machine.Run(context.Background(), input, asl.Options{Handler: echo})
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				got, err := machine.Run(context.Background(), input, asl.Options{Handler: echo})
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%s: %v %s", name, err, diff)
				}
			})
		}
		group.Wait()
	}
}

func TestSeedDecidesRandomFunctions(t *testing.T) {
	definition := oneJSONata(`{"Type": "Pass", "Output": ["{% $random() %}", "{% $uuid() %}"], "End": true}`)
	first, again, other := execute(t, definition, `{}`, asl.Options{Seed: 1}), execute(t, definition, `{}`, asl.Options{Seed: 1}), execute(t, definition, `{}`, asl.Options{Seed: 2})
	if !cmp.Equal(first.Output, again.Output) || cmp.Equal(first.Output, other.Output) {
		t.Errorf("outputs %v, %v and %v", first.Output, again.Output, other.Output)
	}
}

func TestExpressionsUseTheVirtualClock(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 61, "Next": "S"}, "S": {"Type": "Pass", "Output": "{% $now() %}", "End": true}}}`
	succeeds(t, execute(t, definition, `{}`, asl.Options{}), `"2026-01-01T00:01:01.000Z"`)
}

func TestACancelledContextAbortsRun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	x, err := load(t, `{"StartAt": "A", "States": {"A": {`+sns+`, "Next": "B"}, "B": {`+sns+`, "Catch": [{"ErrorEquals": ["Never"], "Next": "E"}], "Next": "A"}, "E": {"Type": "Succeed"}}}`).Run(ctx, nil, asl.Options{
		Handler: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
			if calls++; calls == 3 {
				cancel()
			}
			return asl.Reply{}, nil
		})})
	if x != nil || !errors.Is(err, context.Canceled) || calls != 3 {
		t.Errorf("%v %v after %d calls", x, err, calls)
	}
}

func TestRunLeavesNoGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	parallel := one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9, "End": true}}},
		{"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "Next": "F"}, "F": {` + sns + `, "End": true}}}]}`)
	for _, handler := range []asl.Handler{echo, replies{"F": {throws("E")}}, asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return asl.Reply{}, errors.New("boom") })} {
		_, _ = load(t, parallel).Run(context.Background(), nil, asl.Options{Handler: handler})
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestInvalidOptions(t *testing.T) {
	for _, row := range []struct {
		definition string
		options    asl.Options
		want       string
	}{
		{one(`{"Type": "Succeed"}`), asl.Options{Type: "FAST"}, `asl: Options.Type must be STANDARD or EXPRESS, got "FAST"`},
		{one(`{` + sns + `, "End": true}`), asl.Options{}, `state "S": Options.Handler is not set, so nothing can perform the task`},
		{replace(one(`{`+sns+`, "End": true}`), "publish", "publish.waitForTaskToken"), asl.Options{Type: asl.Express},
			`asl: Options.Type is EXPRESS: state "S": Resource: an activity, .sync or .waitForTaskToken is not supported in an Express workflow`},
		{distributed(``), asl.Options{Type: asl.Express}, `asl: Options.Type is EXPRESS: state "S": ItemProcessor.ProcessorConfig.Mode: a Distributed Map is not supported in an Express workflow`},
	} {
		x, err := load(t, row.definition).Run(context.Background(), nil, row.options)
		if x != nil || err == nil || err.Error() != row.want {
			t.Errorf("%v %v, want %s", x, err, row.want)
		}
	}
}

func TestExpressBill(t *testing.T) {
	x := execute(t, one(`{"Type": "Wait", "Seconds": 3, "End": true}`), `{}`, asl.Options{Type: asl.Express})
	want := asl.Bill{ExpressRequests: 1, ExpressGBSeconds: 3 * 64.0 / 1024, Calls: map[string]int64{}}
	if diff := cmp.Diff(want, x.Bill); diff != "" {
		t.Errorf("bill (-want +got):\n%s", diff)
	}
	for seconds, billed := range map[string]float64{"2026-01-01T00:00:00Z": 0.1, "2026-01-01T00:00:00.100Z": 0.1, "2026-01-01T00:00:00.101Z": 0.2} {
		x := execute(t, one(`{"Type": "Wait", "TimestampPath": "$", "End": true}`), `"`+seconds+`"`, asl.Options{Type: asl.Express})
		if got := x.Bill.ExpressGBSeconds / 64 * 1024; math.Abs(got-billed) > 1e-9 {
			t.Errorf("until %s: %v s billed, want %v", seconds, got, billed)
		}
	}
}
