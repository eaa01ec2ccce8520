package eval_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"clinical-risk-pipeline/asl/value"
)

// oracle is the npm package jsonata in Node. It answers a request {expr, data} a line.
type oracle struct {
	node, module string
	in           io.WriteCloser
	lines        chan []byte
	command      *exec.Cmd
}

// patience is how long the package may take. It never ends for some expressions, such as $formatNumber(0, "0.0e0").
const patience = 3 * time.Second

const oracleScript = `
const jsonata = require(process.argv[1]);
const lines = require('readline').createInterface({input: process.stdin});
const isFunction = v => typeof v === 'function' || (v && (v._jsonata_lambda || v._jsonata_function));
(async () => {
  for await (const line of lines) {
    const request = JSON.parse(line);
    let answer;
    if (request.milliseconds) {
      const compiled = jsonata(request.expr), start = performance.now();
      let n = 0, took;
      do { await compiled.evaluate(request.data); n++; took = performance.now() - start; } while (took < request.milliseconds);
      console.log(JSON.stringify({result: n / took * 1000}));
      continue;
    }
    try {
      const v = await jsonata(request.expr).evaluate(request.data);
      answer = v === undefined ? {undefined: true} : isFunction(v) ? {function: true} : {result: JSON.parse(JSON.stringify(v, (k, e) => isFunction(e) ? (Array.isArray(v) ? null : undefined) : e))};
    } catch (e) { answer = {error: {code: e.code || '', message: e.message || '', position: e.position || 0}}; }
    console.log(JSON.stringify(answer));
  }
})();`

// startOracle starts Node. It skips the test where Node or the package is missing.
func startOracle(t testing.TB) *oracle {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed")
	}
	module, err := filepath.Abs("../../../test/jsonata/node_modules/jsonata")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(module); err != nil {
		t.Skip("the npm package jsonata is not installed (npm ci --prefix test/jsonata)")
	}
	o := &oracle{node: node, module: module}
	o.start(t)
	t.Cleanup(o.stop)
	return o
}

func (o *oracle) start(t testing.TB) {
	t.Helper()
	o.command = exec.Command(o.node, "-e", oracleScript, o.module)
	o.command.Stderr = os.Stderr
	in, err := o.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := o.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := o.command.Start(); err != nil {
		t.Fatal(err)
	}
	lines, reader := make(chan []byte), bufio.NewReader(out)
	go func() {
		defer close(lines)
		for {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				return
			}
			lines <- line
		}
	}()
	o.in, o.lines = in, lines
}

func (o *oracle) stop() {
	o.in.Close()
	o.command.Process.Kill() //nolint:errcheck // it may have ended
	o.command.Wait()         //nolint:errcheck // it was killed
}

// oracleAnswer is the package's answer.
type oracleAnswer struct {
	Undefined, Function bool
	Result              json.RawMessage
	Error               *struct {
		Code, Message string
		Position      int
	}
}

// measure returns the package's evaluations of an expression per second.
func (o *oracle) measure(t testing.TB, source string, data any) (speed float64, ok bool) {
	t.Helper()
	answer, ok := o.request(t, value.ObjectOf(value.Member{Key: "expr", Value: source}, value.Member{Key: "data", Value: data}, value.Member{Key: "milliseconds", Value: 300.0}))
	return speed, ok && json.Unmarshal(answer.Result, &speed) == nil
}

// ask returns the package's answer. ok is false if it takes too long.
func (o *oracle) ask(t testing.TB, source string, data any) (answer oracleAnswer, ok bool) {
	t.Helper()
	return o.request(t, value.ObjectOf(value.Member{Key: "expr", Value: source}, value.Member{Key: "data", Value: data}))
}

func (o *oracle) request(t testing.TB, request *value.Object) (answer oracleAnswer, ok bool) {
	t.Helper()
	if _, err := o.in.Write(append(value.Append(nil, request), '\n')); err != nil {
		t.Fatal(err)
	}
	select {
	case line := <-o.lines:
		if err := json.Unmarshal(line, &answer); err != nil {
			t.Fatalf("answer %s: %v", line, err)
		}
		return answer, true
	case <-time.After(patience):
		o.stop()
		o.start(t)
		return answer, false
	}
}
