package client

import (
	"errors"
	"fmt"
	"regexp"

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
		return errors.Join(checkReviewed(v.Record.Reviewed), checkOutcome(v.Outcome, id, ""))
	case v.Status == approval.Pending && v.Summary == nil:
		return errors.New("the records to review have no summary")
	case v.Status == approval.Pending:
		return checkReviewed(v.Reviewed)
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

// checkOutcome checks the outcome of a decision, of any where the verdict is empty.
func checkOutcome(o *approval.Outcome, id, verdict string) error {
	switch {
	case o == nil:
		return errors.New("the outcome is missing")
	case o.ApprovalID != id:
		return errors.New("the outcome is of another request")
	case o.Decision != approval.Approve && o.Decision != approval.Reject:
		return errors.New("the outcome has an unknown decision")
	case verdict != "" && o.Decision != verdicts[verdict]:
		return errors.New("the outcome is another decision")
	case o.Signer == "" || o.RecordVersion == "" || !placePattern.MatchString(o.Record):
		return errors.New("the outcome has no signer or no record")
	}
	return nil
}
