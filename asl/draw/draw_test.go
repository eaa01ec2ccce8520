package draw_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"clinical-risk-pipeline/asl/draw"
)

const nested = `{"Comment": "Cohort <b> & \"more\"", "StartAt": "Extract", "States": {
	"Extract": {"Type": "Task", "Resource": "arn:${AWS::Partition}:states:::elasticmapreduce:addStep.sync", "Next": "Score",
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Broken"}]},
	"Score": {"Type": "Map", "Next": "Check", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "Both", "States": {
		"Both": {"Type": "Parallel", "End": true, "Branches": [
			{"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": true}}},
			{"StartAt": "Right", "States": {"Right": {"Type": "Fail"}}}]}}}},
	"Check": {"Type": "Choice", "Default": "Done", "Choices": [
		{"Variable": "$.high", "NumericGreaterThan": 0, "Next": "Tell <all>"},
		{"Variable": "$.low", "NumericLessThan": 0, "Comment": "by mistake", "Next": "Broken"},
		{"Condition": "{% $states.input.score in [0..1] and $exists($states.input.really.long.path) %}", "Next": "Done"}]},
	"Tell <all>": {"Type": "Task", "Resource": "arn:aws:lambda:eu-central-1:123456789012:function:notify", "End": true},
	"Done": {"Type": "Succeed"},
	"Broken": {"Type": "Fail"}}}`

func svg(t *testing.T, definition string, overlay *draw.Overlay) string {
	t.Helper()
	out, err := draw.SVG([]byte(definition), overlay)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(bytes.NewReader(out))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return string(out)
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

// group returns the drawing of a state, frame or transition by its title.
func group(t *testing.T, svg, title string) string {
	t.Helper()
	title = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(title)
	for _, g := range regexp.MustCompile(`(?s)<g class="(?:state|frame|transition)">.*?\n</g>`).FindAllString(svg, -1) {
		if strings.Contains(g, "<title>"+title+"</title>") {
			return g
		}
	}
	t.Fatalf("no element has the title %q", title)
	return ""
}

func TestDrawingShowsStatesAndTransitions(t *testing.T) {
	drawn := svg(t, nested, nil)
	for _, test := range []struct{ reason, title, want string }{
		{"a task says what it calls, without its ARN", "Extract", ">Task · elasticmapreduce:addStep.sync<"},
		{"a function is called by its name", "Tell <all>", ">Task · lambda:notify<"},
		{"markup in a name is text", "Tell <all>", ">Tell &lt;all&gt;<"},
		{"a map is a frame", "Score", ">Distributed Map<"},
		{"a parallel state is a frame", "Both", ">Parallel<"},
		{"inner states are drawn", "Left", ">Pass<"},
		{"a comparison is short", "Check->Tell <all>", "high &gt; 0"},
		{"a long condition ends in an ellipsis", "Check->Done", "score in [0..1] and $exists("},
		{"a rule's comment replaces the condition", "Check->Broken", "by mistake"},
		{"conditions that lead to one state are one transition", "Check->Done", "or default"},
		{"a catcher is dashed", "Extract->Broken", `stroke-dasharray="5 3"`},
		{"a catcher names its errors", "Extract->Broken", "any error"},
	} {
		if got := group(t, drawn, test.title); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q is not in\n%s", test.reason, test.want, got)
		}
	}
	if !strings.Contains(drawn, `aria-label="Cohort &lt;b&gt; &amp; &#34;more&#34;"`) || !strings.Contains(drawn, "<desc>6 states") {
		t.Error("the drawing has no accessible name and description")
	}
	if !strings.HasPrefix(drawn, "<svg ") {
		t.Error("the drawing cannot be part of a page")
	}
}

func TestOverlayShowsWhatHappened(t *testing.T) {
	drawn := svg(t, nested, &draw.Overlay{
		States:      map[string]draw.Count{"Extract": {Entered: 200}, "Check": {Entered: 197, Failed: 3}, "Tell <all>": {Entered: 4}},
		Transitions: map[[2]string]int{{"Check", "Done"}: 190, {"Check", "Tell <all>"}: 4},
	})
	width := func(title string) string {
		return regexp.MustCompile(`stroke-width="([\d.]+)"`).FindStringSubmatch(group(t, drawn, title))[1]
	}
	for _, test := range []struct{ reason, title, want string }{
		{"visits are counted", "Extract", "× 200"},
		{"failures are shown in words, not only in colour", "Check", ">3 failed<"},
		{"a state that was not reached says so", "Broken", ">not reached<"},
		{"a transition is counted", "Check->Done", "190"},
	} {
		if got := group(t, drawn, test.title); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q is not in\n%s", test.reason, test.want, got)
		}
	}
	for _, test := range []struct{ reason, title, want string }{
		{"the start was left", "start->Extract", `stroke="#0550ae"`},
		{"a transition that was not taken is pale", "Extract->Broken", `stroke="#c4cad1"`},
		{"visits without another transition went to the end", "Tell <all>->end", `stroke="#0550ae"`},
	} {
		if got := group(t, drawn, test.title); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q is not in\n%s", test.reason, test.want, got)
		}
	}
	if often, seldom, never := width("Check->Done"), width("Check->Tell <all>"), width("Extract->Broken"); often <= seldom || seldom <= never {
		t.Errorf("the pen is %s, %s, %s points wide for a transition taken often, seldom, never", often, seldom, never)
	}
}

func TestStatesAreLinks(t *testing.T) {
	drawn := svg(t, nested, &draw.Overlay{Links: map[string]string{"Check": `/x?a=1&b="2"`}})
	if got := group(t, drawn, "Check"); !strings.Contains(got, `<a href="/x?a=1&amp;b=&#34;2&#34;">`) || !strings.HasSuffix(got, "</a>\n</g>") {
		t.Errorf("the state is no link:\n%s", got)
	}
	if strings.Count(drawn, "<a ") != 1 || !strings.Contains(drawn, `role="group"`) {
		t.Error("other states are links, or the drawing is an image, whose content cannot be reached")
	}
	if without := svg(t, nested, &draw.Overlay{}); !strings.Contains(without, `role="img"`) {
		t.Error("a drawing without links is no image")
	}
}

func TestDrawingIsTheSameEveryTimeAndInParallel(t *testing.T) {
	want := svg(t, nested, nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := draw.SVG([]byte(nested), nil); err != nil || string(got) != want {
				t.Errorf("another drawing differs (error %v)", err)
			}
		})
	}
	group.Wait()
}

func TestDrawingOfFaultyDefinitions(t *testing.T) {
	for _, test := range []struct{ reason, definition, want string }{
		{"a transition to a missing state is shown", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}`, "is missing"},
		{"a missing start state is shown", `{"StartAt": "B", "States": {"A": {"Type": "Pass", "End": true}}}`, "is missing"},
		{"a state of an unknown type is drawn", `{"StartAt": "A", "States": {"A": {"Type": "Magic", "End": true}}}`, "Magic"},
		{"a state that is not an object is drawn", `{"StartAt": "A", "States": {"A": 1}}`, "A"},
		{"a state machine without states is drawn", `{"StartAt": "A", "States": {}}`, "is missing"},
		{"a branch without states is drawn", `{"StartAt": "A", "States": {"A": {"Type": "Parallel", "Branches": [{"States": {}}]}}}`, "Parallel"},
		{"characters that XML does not allow are replaced", `{"StartAt": "a\u001b", "States": {"a\u001b": {"Type": "Pass", "End": true}}}`, "a\ufffd"},
		{"a name that looks like markup is text", `{"StartAt": "\\\"]<", "States": {"\\\"]<": {"Type": "Pass", "End": true}}}`, `\&#34;]&lt;`},
	} {
		if got := svg(t, test.definition, nil); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q is not in\n%s", test.reason, test.want, got)
		}
	}
	for _, definition := range []string{"", "[]", "{", `{"StartAt": "A"}`} {
		if _, err := draw.SVG([]byte(definition), nil); err == nil {
			t.Errorf("%q was drawn", definition)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		if _, err := draw.SVG([]byte(nested), nil); err != nil {
			b.Fatal(err)
		}
	}
}
