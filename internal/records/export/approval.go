package export

import (
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
)

// approved is what an export shows of an approval record by name. It shows everything that the record says as fields, too.
type approved struct {
	ApprovalID string `json:"approvalId"`
	Decision   string `json:"decision"`
	Signer     struct {
		ARN         string `json:"arn"`
		PrintedName string `json:"printedName"`
	} `json:"signer"`
	Verdicts  []approval.Decided `json:"verdicts"`
	Meaning   string             `json:"meaning"`
	Reason    string             `json:"reason"`
	SignedAt  string             `json:"signedAt"`
	Execution string             `json:"execution"`
	StartedAt string             `json:"startedAt"`
}

func (p *part) addApproval(r *records.Record, body []byte) error {
	var a approved
	if err := strictjson.Unmarshal(body, &a); err != nil {
		return err
	}
	var all map[string]any
	if err := strictjson.Unmarshal(body, &all); err != nil {
		return err
	}
	run := p.runOf(a.Execution, a.StartedAt, a.ApprovalID)
	s := &signature{
		Name: plain.Line(a.Signer.PrintedName), ARN: plain.Line(a.Signer.ARN), At: plain.Line(a.SignedAt), Meaning: plain.Line(a.Meaning),
		Decision: plain.Line(a.Decision), Reason: plain.Text(a.Reason), What: plain.Line(a.ApprovalID),
		Run: run, File: r.File,
	}
	if at, err := time.Parse(time.RFC3339, a.SignedAt); err == nil {
		s.at, s.At = at, stamp(at)
	}
	countObjects(all)
	for _, f := range flatten(all) {
		if !slices.Contains([]string{"schemaVersion", "decision", "meaning", "reason", "signer.printedName", "signer.arn", "signedAt"}, f.Name) && !strings.HasPrefix(f.Name, "verdicts.") {
			s.Fields = append(s.Fields, f)
		}
	}
	run.Approvals, p.signed[records.Stem(r.Key)] = append(run.Approvals, s), s
	for _, said := range a.Verdicts {
		subject := p.subjectOf(said.Subject, "")
		v := verdict{subject.ID, plain.Line(string(said.Verdict)), plain.Line(string(said.Code)), said.Override}
		detail := []string{v.Verdict + " by " + s.Name, "code " + v.Code}
		if v.Override {
			detail = append(detail, "the model is overridden")
		}
		s.Verdicts = append(s.Verdicts, v)
		subject.Rows = append(subject.Rows, row{At: s.at.UTC().Format(time.RFC3339), What: "signed", Detail: detail, Run: run, File: r.File})
	}
	return nil
}

// countObjects replaces the list of what was reviewed, which may have thousands of records, by their number.
func countObjects(all map[string]any) {
	reviewed, _ := all["reviewed"].(map[string]any)
	if objects, ok := reviewed["objects"].([]any); ok {
		reviewed["objects"] = plural(len(objects), "decision record") + ", listed in the record"
	}
}
