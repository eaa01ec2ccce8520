package worklist_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/alert/worklist"
	"clinical-risk-pipeline/workflow/trial"
)

const first, later = "2026-03-02", "2026-03-09"

func rules(t testing.TB) alert.Rules {
	t.Helper()
	registered, err := trial.Load("../../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return alert.Rules{Trial: registered, List: "clinicalrisk alerts open"}
}

// item is a subject at a risk on two nights, then on a day a week later.
func item(t testing.TB, r alert.Rules, id, site string, risks ...float64) alert.Item {
	t.Helper()
	i, err := alert.NewItem(alert.Subject{Trial: r.Trial.ID, Model: r.Trial.Endpoint.Name, ID: id, Site: site})
	if err != nil {
		t.Fatal(err)
	}
	for night, risk := range risks {
		day := fmt.Sprintf("2026-03-%02d", 2+night)
		o := alert.Observation{Seen: alert.High, Risk: risk, Site: site, Reasons: []string{"age", "visits_missed"}}
		if risk > 1 {
			o = alert.Observation{Seen: alert.NotScored, Site: site}
		} else if risk <= r.Trial.Threshold.Value {
			o = alert.Observation{Seen: alert.Low, Site: site}
		}
		if i, _, err = r.Observe(i, o, alert.Run{Execution: "arn:x", Cut: day, Day: day}); err != nil {
			t.Fatal(err)
		}
	}
	if i, _, err = r.Tick(i, later); err != nil {
		t.Fatal(err)
	}
	return i
}

func TestTheMostUrgentComesFirst(t *testing.T) {
	r := rules(t)
	items := []alert.Item{
		item(t, r, "S-1", "S01", 0.2, 0.2), item(t, r, "S-2", "S01", 0.2, 0.6), item(t, r, "S-3", "S02", 0.6, 0.2), item(t, r, "S-4", "S99", 0.2, 0.1),
		item(t, r, "S-5", "S01", 0.1), item(t, r, "S-6", "S01", 2, 2, 2),
	}
	for _, i := range []int{0, 2} { // these wait since today
		items[i].Alert.Late, items[i].Alert.Since = 0, later
	}
	items[3].Alert.Late = 0 // its day has come, and nobody was told yet
	list := worklist.New(r, items, "", first, later)
	var got []string
	for _, row := range list.Alerts {
		got = append(got, fmt.Sprintf("%s %s %s %s %v", row.Subject, row.Band, row.Change, row.Status, row.Overdue))
	}
	want := []string{
		"S-2 critical worse escalated true", "S-4 not at high risk better ongoing true", "S-1 high same ongoing false", "S-3 high better ongoing false",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if row := list.Alerts[0]; row.DaysOpen != 7 || row.Due != "2026-03-08" || row.WaitsFor != "acknowledgement" || strings.Join(row.Suggested, " ") != "visit-arranged" {
		t.Errorf("got %+v", row)
	}
	if len(list.Findings) != 1 || list.Findings[0].Subject != "S-6" || list.Findings[0].Missed != 3 {
		t.Errorf("findings %+v", list.Findings)
	}
}

func TestEverySiteOfTheFileHasAWorklist(t *testing.T) {
	r := rules(t)
	lists := worklist.Lists(r, []alert.Item{item(t, r, "S-1", "S01", 0.2), item(t, r, "S-2", "S99", 0.2)}, first, later)
	if len(lists) != 11 || lists[0].Site != "" || len(lists[0].Alerts) != 2 {
		t.Fatalf("%d lists", len(lists))
	}
	for _, list := range lists[1:] {
		if want := map[string]int{"S01": 1}[list.Site]; len(list.Alerts) != want {
			t.Errorf("site %s has %d alerts, want %d", list.Site, len(list.Alerts), want)
		}
	}
}

// files are the forms of a worklist with subjects whose ids are formulas, markup and canaries.
func files(t *testing.T) map[string]string {
	t.Helper()
	r := rules(t)
	items := []alert.Item{item(t, r, "S-1", "S01", 0.2, 0.4242), item(t, r, "S-2", "S01", 2, 2, 2)}
	items[0].Subject, items[1].Site = "=HYPERLINK(1)", "<script>"
	forms, err := worklist.New(r, items, "", first, later).Files()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, form := range forms {
		texts[form.Name] = string(form.Body)
	}
	return texts
}

// Requirements: SRC-24
func TestNoFormHasAScoreOrAFeature(t *testing.T) {
	for name, text := range files(t) {
		for _, canary := range []string{"0.4242", "4242", "visits_missed", "\"age\"", "0.2"} {
			if strings.Contains(text, canary) {
				t.Errorf("%s has %q", name, canary)
			}
		}
	}
}

func TestForeignTextIsText(t *testing.T) {
	texts := files(t)
	if page := texts[worklist.PageFile]; strings.Contains(page, "<script>") || !strings.Contains(page, "&lt;script&gt;") {
		t.Error("the page has the markup of a site's name")
	}
	rows, err := csv.NewReader(strings.NewReader(texts[worklist.CSVFile])).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[1][2] != "'=HYPERLINK(1)" {
		t.Errorf("a spreadsheet takes %q for a formula", rows[1][2])
	}
}

func TestTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../../docs/worklist.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	r := rules(t)
	forms, err := worklist.New(r, []alert.Item{item(t, r, "S-1", "S01", 0.2, 0.6), item(t, r, "S-2", "S01", 2, 2, 2)}, "S01", first, later).Files()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(forms[0].Body))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	var list worklist.List
	if err := json.Unmarshal(forms[0].Body, &list); err != nil || len(list.Alerts) != 1 || len(list.Findings) != 1 {
		t.Errorf("%v, %+v", err, list)
	}
}

// A page that needs nothing: no script, and nothing of another address.
func TestThePageStandsAlone(t *testing.T) {
	page := files(t)[worklist.PageFile]
	for _, foreign := range []string{"<script", "http://", "https://", "@import", "url("} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page has %q", foreign)
		}
	}
	for _, part := range []string{`lang="en"`, `name="viewport"`, "prefers-color-scheme: dark", "@media print", `scope="row"`, "Arrange the missed visit"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page has no %q", part)
		}
	}
}

func BenchmarkWorklistOf5000(b *testing.B) {
	r := rules(b)
	items := make([]alert.Item, 5000)
	for i := range items {
		items[i] = item(b, r, fmt.Sprintf("S-%d", i), r.Trial.Sites[i%10], 0.2, 0.4)
	}
	for b.Loop() {
		for _, list := range worklist.Lists(r, items, first, later) {
			if _, err := list.Files(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
