package cases

import (
	"fmt"
	"maps"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/document"
)

// table reads the whole file.
func (f *faults) table(t *Table, root *document.Node, options []asl.LoadOption) {
	r := f.reader(root, "")
	const definition = "name the file of the definition, relative to this file"
	r.required("definition", definition)
	m := f.machine(t, r.text("definition", "must "+definition), options)
	r.text("$schema", "must be an address")
	t.options.Type = asl.Type(r.oneOf("type", string(asl.Standard), string(asl.Express)))
	if n := r.field("start", document.Text, "must be a time"); n != nil {
		var err error
		if t.options.Start, err = time.Parse(time.RFC3339, n.Text); err != nil {
			r.wrong("start", "must be a time such as 2026-01-01T00:00:00Z, got "+n.Got())
		}
	}
	if objects := r.text("objects", "must name a folder of buckets"); objects != "" {
		t.Objects = t.beside(objects)
	}
	shared := r.stubs(m, true)
	const rule = "must be a list of cases"
	r.required("cases", "write a list with at least one case")
	list := r.field("cases", document.List, rule)
	if list != nil && len(list.Items) == 0 {
		r.wrong("cases", rule+", got an empty list")
	}
	names := map[string]int{}
	for i := range items(list) {
		if n := list.Items[i]; n.Kind != document.Refused {
			t.Cases = append(t.Cases, f.testCase(t, m, n, fmt.Sprintf("cases[%d]", i), shared, names))
		}
	}
	r.done()
}

func items(n *document.Node) []*document.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// testCase reads a case. names has the lines of the names before it.
func (f *faults) testCase(t *Table, m *machine, n *document.Node, at string, shared map[string]*stub, names map[string]int) *Case {
	r := f.reader(n, at)
	c := &Case{Line: n.Line, input: value.NewObject(0), stubs: maps.Clone(shared)}
	const name = "say in a few words what the case shows"
	r.required("name", name)
	c.Name = strings.Join(strings.Fields(r.text("name", "must "+name)), " ") // a block of YAML ends in a line break
	if first, twice := names[c.Name]; twice && c.Name != "" {
		r.wrong("name", fmt.Sprintf("is the name of the case on line %d, too: choose another", first))
	}
	names[c.Name] = n.Line
	if input := r.value("input"); input != nil {
		c.input = *input
	}
	if file := r.text("inputFile", "must name a JSON file, relative to this file"); file != "" {
		if r.node.Fields["input"] != nil {
			r.wrong("inputFile", "and input are both there: keep one")
		}
		if v := f.inputFile(t.beside(file)); v != nil {
			c.input = *v
		}
	}
	maps.Copy(c.stubs, r.stubs(m, false))
	const nothing = "without it, the case tests nothing: write what the execution must do, such as status: SUCCEEDED"
	r.required("expect", nothing)
	if e := r.any("expect"); e != nil {
		if c.expect = f.expectation(m, e, document.Join(at, "expect")); e.Kind == document.Object && len(e.Names) == 0 {
			r.wrong("expect", "is empty: "+nothing)
		}
	}
	r.done()
	return c
}

// inputFile reads an input.
func (f *faults) inputFile(file string) *any {
	source, err := os.ReadFile(file)
	if err != nil {
		f.more = append(f.more, err)
		return nil
	}
	n, wrong := document.JSON(source)
	other := &faults{file: file}
	other.addAll(wrong)
	v := other.decode(n, "")
	if err := other.err(); err != nil {
		f.more = append(f.more, err)
		return nil
	}
	return &v
}

// stubs reads the stubs of the table or of a case.
func (r *reader) stubs(m *machine, shared bool) map[string]*stub {
	stubs := map[string]*stub{}
	r.states("stubs", "must have an answer, or a list of answers, for each state that calls a service", func(name document.Name, n *document.Node, at string) {
		m.task(r.faults, name, at)
		s := &stub{shared: shared, every: n.Kind == document.Object}
		stubs[name.Text] = s
		switch {
		case s.every:
			s.answers = r.answer(n, at, false)
		case n.Kind != document.List:
			r.add(n.Line, at, "must be an answer with return, error or hang, or a list of them, got "+n.Got())
		case len(n.Items) == 0:
			r.add(n.Line, at, "must have an answer for each call, got an empty list")
		}
		for i, item := range n.Items {
			s.answers = append(s.answers, r.answer(item, fmt.Sprintf("%s[%d]", at, i), true)...)
		}
	})
	return stubs
}

// answer reads an answer, and repeats it as often as it says.
func (f *faults) answer(n *document.Node, at string, listed bool) []answer {
	r := f.reader(n, at)
	var a answer
	given := 0
	if v := r.value("return"); v != nil {
		given++
		a.reply.Output = *v
	}
	if name := r.text("error", "must be the name of an error"); name != "" {
		given++
		a.err = &asl.Error{Name: name, Cause: r.text("cause", "must be a text")}
	} else if r.any("cause") != nil {
		r.wrong("cause", "belongs to an error: write error, too")
	}
	if n := r.field("hang", document.Boolean, "must be true"); n != nil && n.Text == "true" {
		given++
		a.reply.Hangs = true
	}
	if r.node.Kind == document.Object && given != 1 {
		r.add(n.Line, at, fmt.Sprintf("must have exactly one of return, error and hang: true, got %d of them", given))
	}
	if d := r.seconds("seconds"); d != nil {
		a.reply.Duration = *d
	}
	times := 1
	if n := r.field("times", document.Number, "must be a whole number from 1 to 1000"); n != nil {
		var err error
		times, err = strconv.Atoi(n.Text)
		if err != nil || times < 1 || times > 1000 {
			r.wrong("times", "must be a whole number from 1 to 1000, got "+n.Text)
			times = 1
		} else if !listed {
			r.wrong("times", "belongs to an answer in a list: an answer alone is for every call")
		}
	}
	r.done()
	repeated := make([]answer, times)
	for i := range repeated {
		repeated[i] = a
	}
	return repeated
}

// seconds reads a duration.
func (r *reader) seconds(field string) *time.Duration {
	const rule = "must be a number of seconds, 0 or more"
	n := r.field(field, document.Number, rule)
	if n == nil {
		return nil
	}
	s, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || !(s >= 0 && s <= math.MaxInt64/float64(time.Second)/2) {
		r.wrong(field, rule+", got "+n.Text)
		return nil
	}
	d := time.Duration(math.Round(s * float64(time.Second)))
	return &d
}

// oneOf reads one of two or more values; "" for a field that is missing or wrong.
func (r *reader) oneOf(field string, values ...string) string {
	got := r.text(field, "must be a text")
	for _, v := range values {
		if got == v {
			return got
		}
	}
	if got != "" {
		r.wrong(field, fmt.Sprintf("has an unknown value %q: %s", document.Short(got), instead(got, values, "it must be one of ")))
	}
	return ""
}
