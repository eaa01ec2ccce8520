package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/alert/worklist"
)

// Actor is the function that people invoke to see alerts and to act on them. It believes STS about who calls, and never the event.
type Actor struct {
	Store
	Worklists  Worklists
	Identities approval.Identities

	// People are the ARNs of the IAM roles and users who act for a role of the trial's recipients.
	People map[string][]string

	// SessionNames matches the session and user names of people. Default: e-mail addresses.
	SessionNames approval.Names

	Now Clock
	Log *slog.Logger
}

// Person is who calls.
type Person struct {
	ARN  string
	Name string // the printed name

	roles []string
	sees  func(site string) bool
}

// Handle answers an invocation of the function. Refusals are answers, too.
func (a *Actor) Handle(ctx context.Context, payload json.RawMessage) (*Reply, error) {
	call, err := decode(payload)
	var reply *Reply
	if err == nil {
		reply, err = a.answer(ctx, call)
	}
	if err == nil {
		return reply, nil
	}
	refusal, ok := errors.AsType[*approval.Fault](err)
	if !ok {
		a.Log.Error("failed", "error", err.Error())
		refusal = refuse(http.StatusInternalServerError, "Failed", "the call failed; nothing recorded is lost: try again")
	}
	operation := call.Operation
	if !operation.valid() {
		operation = "unknown"
	}
	a.Log.Warn("refused", "operation", operation, "status", refusal.Status, "code", refusal.Code)
	return &Reply{Error: refusal}, nil
}

func refuse(status int, code, message string) *approval.Fault {
	return &approval.Fault{Status: status, Code: code, Message: message}
}

// maximumCall is the largest size of a call, in bytes.
const maximumCall = 16 << 10

// decode reads a call. Its errors quote nothing of it.
func decode(payload []byte) (Call, error) {
	var call Call
	if len(payload) > maximumCall || strictjson.UnmarshalKnown(payload, &call) != nil || !call.Operation.valid() {
		return call, refuse(http.StatusBadRequest, "InvalidCall", "the call must be a JSON object with a known operation and a proof: use the program clinicalrisk of the deployed version")
	}
	return call, nil
}

func (a *Actor) answer(ctx context.Context, call Call) (*Reply, error) {
	digest, err := call.SHA256()
	if err != nil {
		return nil, err
	}
	caller, err := approval.Identify(ctx, a.Identities, a.Now(), call.Function, digest, call.Proof)
	if err != nil {
		return nil, err
	}
	person, err := a.admit(caller)
	if err != nil {
		return nil, err
	}
	return a.Do(ctx, person, call.Statement, digest)
}

// admit refuses a caller who acts for none of the trial's recipients.
func (a *Actor) admit(caller approval.Caller) (Person, error) {
	name, err := a.SessionNames.Person(caller)
	if err != nil {
		return Person{}, err
	}
	var roles []string
	for role, people := range a.People {
		if slices.ContainsFunc(people, caller.Is) {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return a.As(caller.ARN, name, roles...)
}

// As returns a person who acts for roles of the trial's recipients.
func (a *Actor) As(arn, name string, roles ...string) (Person, error) {
	p := Person{ARN: arn, Name: name, roles: roles}
	if len(roles) == 0 {
		return p, refuse(http.StatusForbidden, "NotARecipient", arn+" acts for none of the roles that the trial's file lists")
	}
	p.sees = func(site string) bool {
		return slices.ContainsFunc(roles, func(role string) bool {
			r := a.Rules.Trial.Recipient(role)
			return r != nil && r.Sees(site)
		})
	}
	return p, nil
}

// Do does what a person asks for. Digest identifies the statement: who repeats it gets the same answer.
func (a *Actor) Do(ctx context.Context, person Person, s Statement, digest string) (*Reply, error) {
	day := a.Now().In(a.Rules.Trial.Location()).Format(time.DateOnly)
	if s.Operation == List {
		return a.list(ctx, person, s.Site, day)
	}
	stored, err := a.find(ctx, person, s)
	if err != nil {
		return nil, err
	}
	if verb := s.Operation.Verb(); verb != "" {
		action := alert.Action{ID: digest, Verb: verb, Signer: person.ARN, Name: person.Name, Code: s.Code, Reason: s.Reason, Until: s.Until, Seen: s.Seen}
		if stored, err = a.act(ctx, stored, action, s.Alert, day); err != nil {
			return nil, err
		}
	}
	view, err := a.view(ctx, stored, day)
	return &Reply{Alert: view}, err
}

// act records what a person does.
func (a *Actor) act(ctx context.Context, stored Stored, action alert.Action, named, day string) (Stored, error) {
	stored, err := a.apply(ctx, stored, func(item alert.Item) (alert.Item, *alert.Event, error) {
		if action.Verb != alert.Explain && item.LastAction != action.ID && (item.Alert == nil || item.Alert.ID != named) {
			return item, nil, alert.ErrChangedSince
		}
		return a.Rules.Act(item, action, day)
	})
	switch {
	case errors.Is(err, alert.ErrChangedSince):
		return stored, refuse(http.StatusConflict, "ChangedSince", "something happened to the alert since you looked: look again")
	case errors.Is(err, alert.ErrNotPossible):
		return stored, refuse(http.StatusConflict, "NotPossible", err.Error())
	case errors.Is(err, alert.ErrInvalid):
		return stored, refuse(http.StatusBadRequest, "Invalid", err.Error())
	case err != nil:
		return stored, err
	}
	a.Log.Info("acted", "verb", action.Verb, "signer", action.Signer)
	cut, err := a.dataCut(ctx)
	if err != nil {
		return stored, err
	}
	return stored, a.writeSite(ctx, a.Worklists, stored.Site, cut, day)
}

// find returns the item of an alert, or of a subject for Explain, of a site that the person may see.
func (a *Actor) find(ctx context.Context, person Person, s Statement) (Stored, error) {
	missing := refuse(http.StatusNotFound, "NotFound", "no such alert at the sites of your role")
	byAlert := alert.IsID(s.Alert)
	if !byAlert && !workflow.IsID(s.Alert) {
		return Stored{}, refuse(http.StatusBadRequest, "Invalid", "an alert has an id of al- and 16 letters and digits")
	}
	if !byAlert {
		stored, err := a.item(ctx, s.Alert, "")
		if err == nil && (stored.Revision == 0 || !person.sees(stored.Site)) {
			err = missing
		}
		return stored, err
	}
	for stored, err := range a.Items(ctx) {
		if err != nil {
			return stored, err
		}
		if stored.Alert != nil && stored.Alert.ID == s.Alert && person.sees(stored.Site) {
			return a.catchUp(ctx, stored)
		}
	}
	return Stored{}, missing
}

func (a *Actor) list(ctx context.Context, person Person, site, day string) (*Reply, error) {
	cut, err := a.dataCut(ctx)
	if err != nil {
		return nil, err
	}
	var items []alert.Item
	for stored, err := range a.Items(ctx) {
		if err != nil {
			return nil, err
		}
		if !stored.IsIdle() && person.sees(stored.Site) && (site == "" || site == stored.Site) {
			items = append(items, stored.Item)
		}
	}
	if site != "" && len(items) == 0 && !slices.Contains(a.Rules.Trial.Sites, site) { // a misspelt site is not one without alerts
		return nil, refuse(http.StatusNotFound, "NotFound", "the trial has no site with this id")
	}
	list := worklist.New(a.Rules, items, site, cut, day)
	return &Reply{List: &list}, nil
}

// view returns an item with its history.
func (a *Actor) view(ctx context.Context, stored Stored, day string) (*View, error) {
	list := worklist.New(a.Rules, []alert.Item{stored.Item}, stored.Site, "", day)
	v := &View{Subject: stored.Subject, Site: stored.Site, Seen: stored.Sequence, History: make([]Happened, stored.Sequence)}
	if stored.Alert != nil {
		v.Status = string(stored.Alert.Status)
	}
	if len(list.Alerts) > 0 {
		v.Alert = &list.Alerts[0]
	}
	if len(list.Findings) > 0 {
		v.Finding = &list.Findings[0]
	}
	err := each(ctx, stored.Sequence, func(ctx context.Context, i int) error {
		event, err := a.event(ctx, stored.EventKey(i+1))
		if err != nil {
			return err
		}
		v.History[i] = Happened{Day: event.Day, Cut: event.Cut, Changes: event.Changes}
		if by := event.By; by != nil {
			v.History[i].By, v.History[i].Reason, v.History[i].Code = by.Name, by.Reason, by.Code
		}
		return nil
	})
	return v, err
}
