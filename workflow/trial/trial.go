// Package trial reads the files that register trials, trials/ID.yaml: what a trial's scores are for, what it may use, whom it tells and by
// which rules. Its schema is docs/trial.schema.json.
//
// [Load] refuses what a reader could misunderstand: unknown and repeated fields, anchors, and values that do not fit together. It reports
// every fault at once, with its line.
package trial

import (
	"slices"
	"time"
	_ "time/tzdata" // the time zones of files, on machines and in functions that have no database of them
)

// Trial is a registered trial.
type Trial struct {
	SchemaVersion int    `json:"schemaVersion"` // 1
	ID            string `json:"id"`            // as in workflow.IDRule; the name of the file without .yaml
	Title         string `json:"title"`
	Status        Status `json:"status"`

	// ContextOfUse says which decision the scores support, whose, and what they are not for.
	ContextOfUse string `json:"contextOfUse"`

	Endpoint     Endpoint  `json:"endpoint"`
	LandmarkDays int       `json:"landmarkDays"` // from a subject's start to its landmark, 1 to 3650
	Threshold    Threshold `json:"threshold"`

	// Bands divide the risks above the threshold. The first begins at the threshold, each other one above the one before.
	Bands []Band `json:"bands"`

	Blinding        Blinding `json:"blinding"`
	AllowedFeatures []string `json:"allowedFeatures"` // sorted; the model may see no others
	Sites           []string `json:"sites"`           // sorted; the sites whose subjects are scored

	Recipients []Recipient `json:"recipients"`
	Approvers  []Approver  `json:"approvers,omitempty"` // Default: none; nothing waits for an approval

	// TimeZone is the IANA name of the zone in which the trial's days begin: those of its schedule, due dates and digests. Default: UTC.
	TimeZone string `json:"timeZone"`

	// Schedule starts the runs. Default: none; people start them.
	Schedule string `json:"schedule,omitempty"`

	Alerts Alerts `json:"alerts"`

	// Outcomes are limits that raise an alarm. Default: none.
	Outcomes *Outcomes `json:"outcomes,omitempty"`
}

// Status says whether a trial is scored.
type Status string

// The statuses. Only an active trial is scored.
const (
	Planned Status = "planned"
	Active  Status = "active"
	Closed  Status = "closed"
)

// Endpoint is the model of a trial.
type Endpoint struct {
	Name    string `json:"name"`              // of the SageMaker endpoint
	Variant string `json:"variant,omitempty"` // the only variant that may answer. Default: any
}

// Threshold is the risk above which a subject is at high risk.
type Threshold struct {
	Value         float64 `json:"value"`         // above 0, below 1
	Justification string  `json:"justification"` // why this value: where it comes from, and the alerts that it costs
}

// Band is a range of risks, which ends where the next one begins.
type Band struct {
	Name string  `json:"name"`
	From float64 `json:"from"` // the risks of the band are above it
}

// Blinding says whether the people of a trial may know the arm of a subject.
type Blinding string

// The kinds of blinding.
const (
	Blinded Blinding = "blinded"
	Open    Blinding = "open"
)

// Recipient is a role that is told of alerts.
type Recipient struct {
	Role   string   `json:"role"`
	Emails []string `json:"emails,omitempty"` // subscribed to the role's topic. Default: none; other systems subscribe
	Sites  []string `json:"sites,omitempty"`  // Default: all sites of the trial

	// Principals may see the worklist of these sites and act on its alerts: "role/NAME", "user/NAME", or the ARN of a role or user. Default:
	// none; the role only reads messages.
	Principals []string `json:"principals,omitempty"`
}

// Approver is a role that approves.
type Approver struct {
	Role       string   `json:"role"`
	Principals []string `json:"principals"` // "role/NAME", "user/NAME", or the ARN of a role or user
}

// Alerts are the rules of a trial's alerts.
type Alerts struct {
	WorseBy    int `json:"worseBy"`    // bands by which an open alert gets worse. Default: 1
	CloseAfter int `json:"closeAfter"` // runs in a row without high risk that close an alert, 1 to 30. Default: 3

	// SuppressionDays is the longest time for which people may suppress an alert, 1 to 180 days. Default: 30.
	SuppressionDays int `json:"suppressionDays"`

	Overdue     []Overdue   `json:"overdue"`
	Digest      Digest      `json:"digest"`
	NotScorable NotScorable `json:"notScorable"`
}

// Overdue tells a role of an alert that waits too long.
type Overdue struct {
	Waiting Waiting `json:"waiting"`
	Days    int     `json:"days"` // since it waits, 1 to 180
	Role    string  `json:"role"` // a recipient
}

// Waiting says what an alert waits for.
type Waiting string

// What an alert waits for.
const (
	ForAcknowledgement Waiting = "acknowledgement" // nobody acknowledged it since it was opened or got worse
	ForAction          Waiting = "action"          // somebody acknowledged it, and did nothing yet
	ForClosure         Waiting = "closure"         // somebody acted on it, and the subject is still at high risk
)

// Digest says when recipients get the list of what is open.
type Digest struct {
	Every Frequency `json:"every"`         // Default: weekly
	Day   string    `json:"day,omitempty"` // of a weekly digest, "monday" to "sunday". Default: monday
}

// Frequency is how often a digest comes.
type Frequency string

// The frequencies.
const (
	Daily  Frequency = "daily"
	Weekly Frequency = "weekly"
)

// NotScorable turns a subject that cannot be scored into a finding, which somebody owns.
type NotScorable struct {
	Runs  int    `json:"runs"`  // in a row without a score, 2 to 30. Default: 3
	Owner string `json:"owner"` // a recipient

	// Days is how long the finding explains missing scores, 1 to 180. Afterwards, runs fail again until the owner explains the subject
	// anew. Default: 14.
	Days int `json:"days"`
}

// Location returns the zone of TimeZone.
func (t *Trial) Location() *time.Location {
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		panic(err) // a trial is read by Parse, which checks the zone
	}
	return zone
}

// IsActive reports whether the trial is scored.
func (t *Trial) IsActive() bool { return t.Status == Active }

// Recipient returns the recipient with a role; nil if the trial has none.
func (t *Trial) Recipient(role string) *Recipient {
	for i := range t.Recipients {
		if t.Recipients[i].Role == role {
			return &t.Recipients[i]
		}
	}
	return nil
}

// Sees reports whether the role is told of a site.
func (r *Recipient) Sees(site string) bool {
	return len(r.Sites) == 0 || slices.Contains(r.Sites, site)
}

// Band returns the index of a risk's band, or -1 for a risk that is not above the threshold.
func (t *Trial) Band(risk float64) int {
	band := -1
	for i, b := range t.Bands {
		if risk > b.From {
			band = i
		}
	}
	return band
}

// Weekday returns the day of a weekly digest.
func (d Digest) Weekday() time.Weekday { return weekdays[d.Day] }

var weekdays = map[string]time.Weekday{
	"monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday, "thursday": time.Thursday, "friday": time.Friday,
	"saturday": time.Saturday, "sunday": time.Sunday,
}
