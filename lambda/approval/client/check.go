package client

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/lambda/approval"
)

// unusable returns the error of an answer that the deciding function does not give.
func unusable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the function answers, but not as the deciding function does: %w: check the ARN of the function, and use the program of the deployed version", err)
}

func checkList(views []*approval.View) error {
	if views == nil {
		return errors.New("it has no list of requests")
	}
	for _, v := range views {
		if err := checkView(v); err != nil {
			return err
		}
	}
	return nil
}

func checkView(v *approval.View) error {
	switch {
	case v == nil:
		return errors.New("a request is missing")
	case !approval.IsID(v.ID):
		return errors.New("a request has no id")
	case !v.Status.Valid():
		return errors.New("a request has an unknown status")
	case v.Round < 1:
		return errors.New("a request has no round")
	}
	return nil
}

// checkShown checks one request: a pending one has what to review, a decided one its record and outcome.
func checkShown(v *approval.View, id string) error {
	if err := checkView(v); err != nil {
		return err
	}
	switch {
	case v.ID != id:
		return errors.New("it is about another request")
	case (v.Record == nil) != (v.Outcome == nil):
		return errors.New("a decision has no record or no outcome")
	case v.Record != nil:
		return errors.Join(checkReviewed(v.Record.Reviewed), checkOutcome(v.Outcome, id))
	case v.Status == approval.Pending && (v.Cases == nil || len(v.Cases.Subjects) == 0):
		return errors.New("the request has no subjects")
	case v.Status == approval.Pending:
		return errors.Join(checkReviewed(v.Reviewed), checkRendering(v))
	}
	return nil
}

// checkReviewed computes the digest of the reviewed records again.
func checkReviewed(r *approval.Reviewed) error {
	switch {
	case r == nil || len(r.Objects) == 0:
		return errors.New("the reviewed records are missing")
	case r.SHA256 != r.Sum():
		return errors.New("the digest is not that of the reviewed records")
	}
	return nil
}

var verdicts = map[string]approval.Verdict{"approve": approval.Approve, "reject": approval.Reject}

var placePattern = regexp.MustCompile(`^s3://[^/]+/.+$`)

// checkRendering computes the digest of the rendering again, and finds the records and every subject in it: a person signs what they see.
func checkRendering(v *approval.View) error {
	switch shown := v.Shown; {
	case shown == nil || shown.Text == "":
		return errors.New("what there is to see is missing")
	case shown.SHA256 != approval.Digest([]byte(shown.Text)):
		return errors.New("the digest is not that of what there is to see")
	case v.Reviewed != nil && !strings.Contains(shown.Text, v.Reviewed.SHA256):
		return errors.New("what there is to see does not name the digest of the records")
	}
	for _, subject := range v.Cases.Subjects {
		if !strings.Contains(v.Shown.Text, plain.Line(subject.Subject)) {
			return errors.New("what there is to see does not name every subject")
		}
	}
	return nil
}

// checkDecided checks the outcome of a decision. It may be the other verdict only where exceptions leave nobody of the first.
func checkDecided(o *approval.Outcome, id string, d approval.Decision) error {
	if err := checkOutcome(o, id); err != nil {
		return err
	}
	if o.Decision != verdicts[d.Decision] && len(d.Except) == 0 {
		return errors.New("the outcome is another decision")
	}
	return nil
}

// checkOutcome checks the outcome of any decision.
func checkOutcome(o *approval.Outcome, id string) error {
	switch {
	case o == nil:
		return errors.New("the outcome is missing")
	case o.ApprovalID != id:
		return errors.New("the outcome is of another request")
	case o.Decision != approval.Approve && o.Decision != approval.Reject:
		return errors.New("the outcome has an unknown decision")
	case o.Signer == "" || o.RecordVersion == "" || !placePattern.MatchString(o.Record):
		return errors.New("the outcome has no signer or no record")
	}
	return nil
}
