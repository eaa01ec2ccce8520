// Package alerts has what gives the alerts of a registered trial a life:
//
//	UpdateAlerts ──invokes──→ update function ─┬─→ registry (the alerts as they are), record bucket (every transition, once)
//	a schedule, daily ──────→ watch function ──┤
//	people, with a proof ───→ act function ────┴─→ topic (messages), worklist bucket (what is to do, by site)
//
// A [Registry] is a table of an environment, with the alerts of all its trials. [Alerts] belong to one trial: topic, worklists, functions
// and schedules. The functions reach the trial's own part of the registry and of the record store, and nothing else.
//
// The functions are Go programs of package lambda/alerts, which documents what they do, and in which order.
package alerts
