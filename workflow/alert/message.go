package alert

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// Message tells the people of a role. It has counts by site, the ids of alerts, and how to open the list. It has no subject, score, band,
// feature or arm. A message that is sent again has the same id.
type Message struct {
	ID         string
	Role       string
	Subject    string            // the subject line of an e-mail
	Text       string            // for people
	JSON       string            // for machines: the fields of Announcement
	Attributes map[string]string // for the filters of subscriptions: kind, role, trialId
}

// Topic says what a message is about.
type Topic string

// What messages are about.
const (
	AboutRun    Topic = "transitions" // what a run changed
	AboutDay    Topic = "due"         // what a day changed
	AboutDigest Topic = "digest"      // what is open
)

// Announcement is a message for machines.
type Announcement struct {
	SchemaVersion int     `json:"schemaVersion"` // 1
	Message       Topic   `json:"message"`
	MessageID     string  `json:"messageId"`
	TrialID       string  `json:"trialId"`
	Role          string  `json:"role"`
	On            string  `json:"on"`    // the cut date of the run, or the day
	Sites         []Count `json:"sites"` // sorted by site

	// Alerts are the ids of the alerts that a transition is about, sorted: maxAlerts at most.
	Alerts []string `json:"alerts,omitempty"`
	List   string   `json:"list"`
}

// Count are the counts of a site. The counts are by words for people, such as "opened".
type Count struct {
	Site   string         `json:"site"`
	Counts map[string]int `json:"counts"`
}

// OtherSites is the name of the sites that the trial's file does not have.
const OtherSites = "other sites"

// maxAlerts is how many ids of alerts a message names.
const maxAlerts = 200

// The words of counts, in the order of messages.
var words = []string{
	"opened", "worse", "resumed", "moved here", "overdue", "not scorable", "no longer explained", "new", "ongoing", "escalated", "acknowledged", "actioned",
	"suppressed", "closed", "scorable again",
}

// tellings say how a change is told: in a word, to all recipients or to the role of the change only, and whether it is a reason to send.
var tellings = map[Kind]struct {
	word         string
	toRole, sent bool
}{
	Opened: {"opened", false, true}, Worsened: {"worse", false, true}, Resumed: {"resumed", false, true}, Moved: {"moved here", false, true},
	Overdue: {"overdue", true, true}, Found: {"not scorable", true, true}, Expired: {"no longer explained", true, true},
	ClosedRun: {"closed", false, false}, Resolved: {"scorable again", true, false},
}

// OfRun returns the messages of a run, one for each recipient that has to know: of what the items' marks say of the run. A change that
// an action undid since is told all the same.
func (r Rules) OfRun(items iter.Seq[*Item], run Run) []Message {
	return r.tell(items, AboutRun, run.Cut, func(i *Item) []Change {
		if i.Run.On != run.Cut || i.Run.Run != run.Execution {
			return nil
		}
		return i.Run.Changes
	})
}

// OfDay returns the messages of a day: of what the items' marks say of the day, and the digest where one became due after the last day that
// was watched, "" if there was none.
func (r Rules) OfDay(items iter.Seq[*Item], last, day string) []Message {
	messages := r.tell(items, AboutDay, day, func(i *Item) []Change {
		if i.Day.On != day {
			return nil
		}
		return i.Day.Changes
	})
	if r.digestDue(last, day) {
		messages = append(messages, r.digest(items, day)...)
	}
	return messages
}

// digestDue reports whether one of the days after the last one, at most a week, is that of a digest.
func (r Rules) digestDue(last, day string) bool {
	for ago := range 7 {
		at := addDays(day, -ago)
		if at <= last || last == "" && ago > 0 {
			return false
		}
		if r.digestOn(at) {
			return true
		}
	}
	return false
}

// digestOn reports whether a day is that of a digest.
func (r Rules) digestOn(day string) bool {
	at, err := time.Parse(time.DateOnly, day)
	digest := r.Trial.Alerts.Digest
	return err == nil && (digest.Every == trial.Daily || at.Weekday() == digest.Weekday())
}

func (r Rules) tell(items iter.Seq[*Item], topic Topic, on string, changes func(*Item) []Change) []Message {
	told := r.letters()
	for item := range items {
		for _, change := range changes(item) {
			telling, ok := tellings[change.Kind]
			for _, letter := range told {
				if ok && letter.reads(item) && (!telling.toRole || letter.to.Role == change.Role) {
					letter.add(r.site(item), telling.word, change.Alert)
					letter.sent = letter.sent || telling.sent
				}
			}
		}
	}
	return r.send(told, topic, on)
}

// digest counts what is open. Nobody gets a digest of nothing.
func (r Rules) digest(items iter.Seq[*Item], day string) []Message {
	told := r.letters()
	for item := range items {
		for _, letter := range told {
			if !letter.reads(item) {
				continue
			}
			if item.IsOpen() {
				letter.add(r.site(item), string(item.Alert.Status), "")
				letter.sent = true
			}
			if item.IsLate() {
				letter.add(r.site(item), "overdue", "")
			}
			if item.Finding != nil && item.Finding.Owner == letter.to.Role {
				letter.add(r.site(item), "not scorable", "")
				letter.sent = true
			}
		}
	}
	return r.send(told, AboutDigest, day)
}

// letter is what a recipient is told.
type letter struct {
	to     trial.Recipient
	counts map[string]map[string]int // by site and word
	alerts map[string]bool
	sent   bool
}

func (r Rules) letters() []*letter {
	var letters []*letter
	for _, to := range r.Trial.Recipients {
		letters = append(letters, &letter{to: to, counts: map[string]map[string]int{}, alerts: map[string]bool{}})
	}
	return letters
}

// site returns the name of an item's site in messages. Sites come from the data: a message names only those of the trial's file.
func (r Rules) site(i *Item) string {
	if slices.Contains(r.Trial.Sites, i.Site) {
		return i.Site
	}
	return OtherSites
}

// reads reports whether the recipient is told of the item's site.
func (l *letter) reads(i *Item) bool {
	return len(l.to.Sites) == 0 || slices.Contains(l.to.Sites, i.Site)
}

func (l *letter) add(site, word, alert string) {
	if l.counts[site] == nil {
		l.counts[site] = map[string]int{}
	}
	l.counts[site][word]++
	if alert != "" {
		l.alerts[alert] = true
	}
}

// list tells a recipient how to open the list: that of all sites, or those of the recipient's own, a line each.
func (r Rules) list(to trial.Recipient) string {
	if len(to.Sites) == 0 {
		return r.List
	}
	var lines []string
	for _, site := range to.Sites {
		lines = append(lines, r.List+" --site "+site)
	}
	return strings.Join(lines, "\n")
}

// ListCommand is the command that opens the list of a bucket of worklists. A site may follow: --site ID.
func ListCommand(bucket string) string { return "clinicalrisk alerts open --bucket " + bucket }

// send writes the letters that have a reason to be sent.
func (r Rules) send(letters []*letter, topic Topic, on string) []Message {
	var messages []Message
	for _, l := range letters {
		if !l.sent {
			continue
		}
		a := Announcement{
			SchemaVersion: 1, Message: topic, MessageID: messageID(r.Trial.ID, l.to.Role, string(topic), on), TrialID: r.Trial.ID, Role: l.to.Role,
			On: on, List: r.list(l.to),
		}
		for _, site := range slices.Sorted(maps.Keys(l.counts)) {
			a.Sites = append(a.Sites, Count{site, l.counts[site]})
		}
		a.Alerts = slices.Sorted(maps.Keys(l.alerts))
		a.Alerts = a.Alerts[:min(len(a.Alerts), maxAlerts)]
		body, err := json.Marshal(a)
		if err != nil {
			panic(err) // texts and numbers only
		}
		messages = append(messages, Message{
			ID: a.MessageID, Role: a.Role, Subject: subjects[topic], Text: a.text(), JSON: string(body),
			Attributes: map[string]string{"kind": string(topic), "role": a.Role, "trialId": a.TrialID},
		})
	}
	return messages
}

// The subject lines of messages.
var subjects = map[Topic]string{AboutRun: workflow.AlertSubject, AboutDay: workflow.AlertSubject + ": due", AboutDigest: workflow.AlertSubject + ": digest"}

// text returns the message for people.
func (a *Announcement) text() string {
	total := map[string]int{}
	for _, site := range a.Sites {
		for word, n := range site.Counts {
			total[word] += n
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s.\n\n", plain.Line(a.TrialID), heading(a), said(total))
	for _, site := range a.Sites {
		fmt.Fprintf(&b, "  %-12s %s\n", plain.Line(site.Site), said(site.Counts))
	}
	fmt.Fprint(&b, "\nOpen the list, signed in as yourself:\n")
	for line := range strings.Lines(a.List) {
		fmt.Fprintf(&b, "  %s\n", plain.Line(strings.TrimSuffix(line, "\n")))
	}
	fmt.Fprintf(&b, "\nMessage %s\n", a.MessageID)
	return b.String()
}

func heading(a *Announcement) string {
	switch a.Message {
	case AboutDigest:
		return "on " + a.On + ", alerts that are open"
	case AboutDay:
		return "on " + a.On + ", alerts that wait"
	}
	return "data cut " + a.On + ", alerts that changed"
}

// said writes counts in words.
func said(counts map[string]int) string {
	var parts []string
	for _, word := range words {
		if counts[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[word], word))
		}
	}
	return strings.Join(parts, ", ")
}
