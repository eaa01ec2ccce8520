package trial

import (
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/document"
)

// recipients reads who is told.
func (r *reader) recipients(sites []string) []Recipient {
	var recipients []Recipient
	r.each("recipients", "must have at least one recipient", true, func(_ int, item *document.Node, at string) {
		each := r.reader(item, at)
		recipient := Recipient{
			Role:   each.role(roles(recipients)),
			Emails: each.names("emails", emailPattern, emailRule, false),
			Sites:  each.names("sites", idPattern, "must be the id of a site", false),

			Principals: each.names("principals", principalPattern, principalRule, false),
		}
		for _, site := range recipient.Sites {
			if !slices.Contains(sites, site) && len(sites) > 0 {
				each.add(each.node.Fields["sites"].Line, at+".sites", fmt.Sprintf("must be sites of the trial, got %q: add it to sites, or remove it", site))
			}
		}
		each.done()
		recipients = append(recipients, recipient)
	})
	if len(recipients) > 0 && !slices.ContainsFunc(recipients, func(to Recipient) bool { return len(to.Sites) == 0 }) {
		r.wrong("recipients", "must have one without sites: nobody would be told of alerts at a site that no recipient has")
	}
	return recipients
}

// approvers reads who approves.
func (r *reader) approvers() []Approver {
	var approvers []Approver
	var roles, all []string
	r.each("approvers", "must have at least one approver, or be left out", false, func(_ int, item *document.Node, at string) {
		each := r.reader(item, at)
		approver := Approver{each.role(roles), each.names("principals", principalPattern, principalRule, true)}
		for _, principal := range approver.Principals {
			if slices.Contains(all, principal) {
				each.add(each.node.Fields["principals"].Line, at+".principals", fmt.Sprintf("must be in one role, got %q in two", principal))
			}
		}
		each.done()
		approvers, roles, all = append(approvers, approver), append(roles, approver.Role), append(all, approver.Principals...)
	})
	return approvers
}

// role reads the name of a role that none of the others has.
func (r *reader) role(others []string) string {
	role := r.matching("role", namePattern, nameRule, true)
	if role != "" && slices.Contains(others, role) {
		r.wrong("role", "must occur once")
	}
	return role
}

// roles returns the roles of recipients.
func roles(recipients []Recipient) []string {
	var roles []string
	for _, recipient := range recipients {
		roles = append(roles, recipient.Role)
	}
	return roles
}

// The defaults of the rules of alerts.
const (
	DefaultWorseBy         = 1
	DefaultCloseAfter      = 3
	DefaultSuppressionDays = 30
	DefaultNotScorableRuns = 3
	DefaultNotScorableDays = 14
	DefaultDigestDay       = "monday"

	maxDays = 180
)

// alerts reads the rules of alerts.
func (r *reader) alerts(t *Trial) Alerts {
	a := r.object("alerts", true)
	rules := Alerts{
		WorseBy:         a.whole("worseBy", 1, max(1, len(t.Bands)-1), DefaultWorseBy),
		CloseAfter:      a.whole("closeAfter", 1, 30, DefaultCloseAfter),
		SuppressionDays: a.whole("suppressionDays", 1, maxDays, DefaultSuppressionDays),
		Digest:          a.digest(),
	}
	a.each("overdue", "must have at least one rule", true, func(_ int, item *document.Node, at string) {
		o := a.reader(item, at)
		rule := Overdue{
			choice(o, "waiting", "", ForAcknowledgement, ForAction, ForClosure), o.whole("days", 1, maxDays, 0), o.everywhere("role", t.Recipients),
		}
		if slices.ContainsFunc(rules.Overdue, func(other Overdue) bool {
			return other.Waiting == rule.Waiting && other.Role == rule.Role && rule.Role != ""
		}) {
			o.wrong("role", fmt.Sprintf("must occur once for %s", rule.Waiting))
		}
		o.done()
		rules.Overdue = append(rules.Overdue, rule)
	})
	if len(rules.Overdue) > 0 && !slices.ContainsFunc(rules.Overdue, func(o Overdue) bool { return o.Waiting == ForAcknowledgement }) {
		a.add(a.node.Fields["overdue"].Line, "alerts.overdue", "must have a rule with waiting: acknowledgement, or nobody is told of alerts that nobody saw")
	}
	slices.SortStableFunc(rules.Overdue, func(x, y Overdue) int { return x.Days - y.Days })
	n := a.object("notScorable", true)
	rules.NotScorable = NotScorable{
		Runs: n.whole("runs", 2, 30, DefaultNotScorableRuns), Owner: n.everywhere("owner", t.Recipients), Days: n.whole("days", 1, maxDays, DefaultNotScorableDays),
	}
	n.done()
	a.done()
	return rules
}

// digest reads when digests come.
func (r *reader) digest() Digest {
	d := r.object("digest", false)
	digest := Digest{Every: choice(d, "every", Weekly, Daily, Weekly)}
	day := choice(d, "day", DefaultDigestDay, "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
	if digest.Every == Weekly {
		digest.Day = day
	} else if d.node.Fields["day"] != nil {
		d.wrong("day", "must be left out of a daily digest")
	}
	d.done()
	return digest
}

// everywhere reads the role of a recipient who is told of every site.
func (r *reader) everywhere(field string, recipients []Recipient) string {
	role := r.recipient(field, recipients)
	for _, to := range recipients {
		if to.Role == role && len(to.Sites) > 0 {
			r.wrong(field, fmt.Sprintf("must be the role of a recipient without sites: nobody would be told at other sites than those of %s", role))
		}
	}
	return role
}

// recipient reads a role that is one of the recipients.
func (r *reader) recipient(field string, recipients []Recipient) string {
	rule := "must be the role of a recipient"
	role := r.matching(field, namePattern, rule, true)
	if known := roles(recipients); role != "" && namePattern.MatchString(role) && !slices.Contains(known, role) && len(known) > 0 {
		r.wrong(field, fmt.Sprintf("%s, %s", rule, strings.Join(known, " or ")))
	}
	return role
}
