package pages_test

import (
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// quoted returns a JSON text.
func quoted(v any) string {
	text, _ := json.Marshal(v) // It always can.
	return string(text)
}

func TestInputAndOutputOfAState(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.run(b.create("m", `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": {"z": 1, "a": 1234567890},
		"Assign": {"total": "{% $states.input.n * 2 %}"}, "Next": "B"}, "B": {"Type": "Pass", "End": true}}}`), "x", `{"n": 21}`)
	entered := b.get("/event", "arn", arn, "id", "2")
	has(t, text(entered), "State machines / m / x", "A: PassStateEntered", "Event 2,", "of the Pass state A", "The state", `Input { "n": 21 }`,
		`Output { "z": 1, "a": 1234567890 }`, `Assigned variables { "total": 42 }`, "Events of this visit", "PassStateEntered", "PassStateExited")
	hasNot(t, text(entered), "The event ", "data-live", "ExecutionStarted")
	has(t, entered, `<tr aria-current="true"><td class="number">2</td>`)
	has(t, b.show(href(t, entered, "Event after")), "A: PassStateExited", "Event 3,", `Input { "n": 21 }`, `Output { "z": 1`)
	has(t, b.show(href(t, entered, "Event before")), "ExecutionStarted", "The event", `Input { "n": 21 }`)
	hasNot(t, b.show("/event", "arn", arn, "id", "6"), "Event after")
}

// A page has the beginning of a large payload, cut between characters, and a link to the whole.
func TestALargePayload(t *testing.T) {
	b := open(t, serve.Config{})
	input := `{"text":"` + strings.Repeat("é", 50_000) + `end"}`
	arn := b.run(b.create("m", passes), "x", input)
	page := b.get("/event", "arn", arn, "id", "2")
	has(t, page, "{\n  &#34;text&#34;: &#34;éé", "é…</pre>")
	hasNot(t, page, "end&#34;", `\x`, "\ufffd")
	if len(page) > 40_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	whole := href(t, page, "Show all 100014 bytes")
	if got := b.get(whole); got != input {
		t.Errorf("the whole has %d bytes", len(got))
	}
	hasNot(t, whole, "text", "%C3")
}

// Names and payloads are text, whatever they look like. Characters that nobody sees are shown.
func TestHostileTexts(t *testing.T) {
	const evil = `</pre><script>alert("1")</script><img src=x onerror='alert(1)'>`
	b := open(t, serve.Config{})
	state := `A<script>alert("1")</script>'&`
	machine := b.create("m", `{"Comment": `+quoted(evil+"\u202e")+`, "StartAt": `+quoted(state)+`, "States": {`+quoted(state)+`: {"Type": "Pass", "Next": "F"},
		"F": {"Type": "Fail", "Error": `+quoted(evil+"\u200b")+`, "Cause": `+quoted(evil+"\u202egpj.exe\u200b\x1b[31m")+`}}}`)
	b.call("PublishStateMachineVersion", object{"stateMachineArn": machine, "description": evil})
	arn := b.run(machine+":1", "x", quoted(object{evil: evil + "\u202egpj"}))
	all := map[string]string{}
	for _, path := range []string{"/", at("/machine", "arn", machine), at("/machine", "arn", machine+":1"), at("/execution", "arn", arn), at("/execution", "arn", arn, "state", state),
		at("/execution", "arn", arn, "state", evil, "order", evil, "at", evil), at("/event", "arn", arn, "id", "1"), at("/event", "arn", arn, "id", "2"), at("/event", "arn", arn, "id", "5")} {
		page := b.get(path)
		hasNot(t, page, "<script>", "<img", "</pre><", "\u202e", "\u200b", "\x1b")
		all[path] = page
	}
	has(t, text(all[at("/execution", "arn", arn)]), evil, `\u202egpj.exe\u200b\x1b[31m`, state+" 1 0 0")
	has(t, text(all[at("/event", "arn", arn, "id", "2")]), state+": PassStateEntered", "Input", `\u202egpj`)
	has(t, text(all[at("/execution", "arn", arn, "state", state)]), "Events of "+state, "1 to 2 of 2", "PassStateEntered", "PassStateExited")
	has(t, text(all[at("/execution", "arn", arn, "state", evil, "order", evil, "at", evil)]), "Events of "+evil, "None", "Newest first")
	// A payload is plain text. Its escapes mean the same JSON.
	w := b.visit(at("/payload", "arn", arn, "event", "1", "member", "input"), nil)
	var input map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &input); err != nil || input[evil] != evil+"\u202egpj" || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("the payload %s", w.Body)
	}
	hasNot(t, w.Body.String(), "\u202e")
	for path := range all {
		hasNot(t, path, "gpj")
	}
}
