// Package worklist renders what people of a site have to do: the open alerts and the findings, as JSON, as CSV and as a page that also
// prints. It renders the items of the registry, and reads nothing.
//
// A worklist has the pseudonyms of subjects, and neither a score nor the value of a feature, and nothing that tells an arm.
package worklist

import (
	"cmp"
	"slices"
	"time"

	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// List is a worklist: docs/worklist.schema.json.
type List struct {
	SchemaVersion int       `json:"schemaVersion"` // 1
	TrialID       string    `json:"trialId"`
	Title         string    `json:"title"`
	Site          string    `json:"site,omitempty"`    // none: all sites
	Day           string    `json:"day"`               // the day in the trial's time zone
	DataCut       string    `json:"dataCut,omitempty"` // of the last run; none before the first run
	Alerts        []Row     `json:"alerts"`            // what is overdue first, then the highest band, then what is open longest
	Findings      []Finding `json:"findings"`          // the subjects who cannot be scored
}

// Row is an open alert.
type Row struct {
	Subject   string   `json:"subject"` // the pseudonym
	Site      string   `json:"site"`
	Alert     string   `json:"alert"` // the id
	Status    string   `json:"status"`
	Band      string   `json:"band"`   // of the last score; "not at high risk" until enough runs close the alert
	Change    string   `json:"change"` // since the score before: new, worse, same, better
	DaysOpen  int      `json:"daysOpen"`
	Due       string   `json:"due,omitempty"` // the day on which it becomes, or became, overdue
	Overdue   bool     `json:"overdue"`
	WaitsFor  string   `json:"waitsFor,omitempty"`  // acknowledgement, action, closure
	Until     string   `json:"until,omitempty"`     // of a suppressed alert: the first day of news
	Suggested []string `json:"suggested,omitempty"` // codes of actions: alert.Actions
}

// Finding is a subject who cannot be scored.
type Finding struct {
	Subject string `json:"subject"`
	Site    string `json:"site"`
	Owner   string `json:"owner"` // a role
	Opened  string `json:"opened"`
	Until   string `json:"until"` // the last day on which it explains the missing score
	Expired bool   `json:"expired"`
	Missed  int    `json:"missed"` // the runs in a row without a score
}

// NotHigh is the band of a subject whose last score is not above the threshold.
const NotHigh = "not at high risk"

// The worklists' folders in their bucket. A site's name follows Sites.
const (
	All   = "trial"
	Sites = "sites"
)

// Folder returns the folder of a site's worklist; of that of all sites for "".
func Folder(site string) string {
	if site == "" {
		return All
	}
	return Sites + "/" + site
}

// Folders returns the folders that a recipient may read.
func Folders(r *trial.Recipient) []string {
	if len(r.Sites) == 0 {
		return []string{All, Sites}
	}
	var folders []string
	for _, site := range r.Sites {
		folders = append(folders, Folder(site))
	}
	return folders
}

// Lists returns the worklists of the trial: of all sites first, then of each site of the trial's file, also where it has nothing to do.
// Subjects of a site that the file does not have are on the first one only.
func Lists(rules alert.Rules, items []alert.Item, dataCut, day string) []List {
	lists := []List{New(rules, items, "", dataCut, day)}
	of := map[string][]alert.Item{}
	for _, item := range items {
		of[item.Site] = append(of[item.Site], item)
	}
	for _, site := range rules.Trial.Sites {
		lists = append(lists, New(rules, of[site], site, dataCut, day))
	}
	return lists
}

// New returns the worklist of a site, or of all sites for "", from the items of its subjects.
func New(rules alert.Rules, items []alert.Item, site, dataCut, day string) List {
	list := List{
		SchemaVersion: 1, TrialID: rules.Trial.ID, Title: rules.Trial.Title, Site: site, Day: day, DataCut: dataCut, Alerts: []Row{}, Findings: []Finding{},
	}
	for i := range items {
		item := &items[i]
		if item.IsOpen() {
			list.Alerts = append(list.Alerts, row(rules, item, day))
		}
		if f := item.Finding; f != nil {
			list.Findings = append(list.Findings, Finding{item.Subject, item.Site, f.Owner, f.Opened, f.Until, f.Expired, item.Missed})
		}
	}
	bands := map[string]int{}
	for i, band := range rules.Trial.Bands {
		bands[band.Name] = i + 1
	}
	slices.SortFunc(list.Alerts, func(a, b Row) int {
		return cmp.Or(compareBool(b.Overdue, a.Overdue), cmp.Compare(bands[b.Band], bands[a.Band]), cmp.Compare(b.DaysOpen, a.DaysOpen), cmp.Compare(a.Subject, b.Subject))
	})
	slices.SortFunc(list.Findings, func(a, b Finding) int {
		return cmp.Or(compareBool(b.Expired, a.Expired), cmp.Compare(a.Until, b.Until), cmp.Compare(a.Subject, b.Subject))
	})
	return list
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func row(rules alert.Rules, item *alert.Item, day string) Row {
	a := item.Alert
	r := Row{
		Subject: item.Subject, Site: item.Site, Alert: a.ID, Status: string(a.Status), Band: NotHigh, Change: change(a), DaysOpen: days(a.Opened, day),
		Until: a.Until, WaitsFor: string(a.Status.WaitsFor()), Suggested: a.Suggested,
	}
	if a.Band >= 0 && a.Band < len(rules.Trial.Bands) {
		r.Band = rules.Trial.Bands[a.Band].Name
	}
	r.Due = rules.Deadline(a)
	r.Overdue = item.IsLate() || r.Due != "" && r.Due <= day // also before the day's watch told somebody
	return r
}

// change says how the band differs from that of the score before.
func change(a *alert.Alert) string {
	switch {
	case a.Status == alert.New && a.Was < 0:
		return "new"
	case a.Band > a.Was:
		return "worse"
	case a.Band < a.Was:
		return "better"
	}
	return "same"
}

// days returns the number of days from a day to another.
func days(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

// Late returns the number of alerts that are overdue.
func (l List) Late() int {
	late := 0
	for _, row := range l.Alerts {
		if row.Overdue {
			late++
		}
	}
	return late
}
