package test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	handlers "clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
)

// recordStore is a record store: the first object of a key stays.
type recordStore map[string]string

// put answers a state that writes a record.
func (s recordStore) put(task *asl.Task) (asl.Reply, error) {
	input := inputOf(task)
	key := input["Key"].(string)
	if _, exists := s[key]; exists && input["IfNoneMatch"] == "*" {
		return asl.Reply{}, &asl.Error{Name: "S3.S3Exception", Cause: "At least one of the pre-conditions you specified did not hold (Service: S3, Status Code: 412)"}
	}
	s[key] = asl.Encode(input["Body"])
	return asl.Reply{Output: object{"ETag": "e", "VersionId": "v-1"}}, nil
}

// get answers a state that reads a record. To a role that may not list the bucket, S3 does not say that an object is missing.
func (s recordStore) get(task *asl.Task) (asl.Reply, error) {
	text, exists := s[inputOf(task)["Key"].(string)]
	if !exists {
		return asl.Reply{}, &asl.Error{Name: "S3.S3Exception", Cause: "Access Denied (Service: S3, Status Code: 403)"}
	}
	return asl.Reply{Output: object{"Body": text, "VersionId": "v-1"}}, nil
}

// record is the object of a key, parsed; nil where there is none.
func (s recordStore) record(key string) object {
	var record object
	_ = json.Unmarshal([]byte(s[key]), &record) // nothing else than JSON is put
	return record
}

// recordsOf is the folder of an execution's records, which has the trial's id in its input.
func recordsOf(x *asl.Execution) string {
	trial, _ := value.Plain(x.Input).(object)["trialId"].(string)
	return workflow.RecordsOf(trial, x.ARN, workflow.Started(x.Start))
}

// approvers are the functions of an approval, and the store that their decisions are recorded in.
type approvers struct {
	asked object             // the payload of the last request
	cases []handlers.Decided // whom the request asks about, without verdicts; nil for the subject of the request, or S-0
	store recordStore
}

// deciding lets a person decide after an hour.
func (a *approvers) deciding(decision string) func(*asl.Task) (asl.Reply, error) {
	return func(task *asl.Task) (asl.Reply, error) {
		a.asked = inputOf(task)["Payload"].(object)
		record := a.recordOf(decision, 1)
		key := "approvals/" + a.asked["trialId"].(string) + "/" + a.asked["requestId"].(string) + ".json"
		a.store[key] = recordText(record)
		return asl.Reply{Duration: time.Hour, Output: object{
			"decision": decision, "approvalId": record.ApprovalID, "signer": record.Signer.ARN, "record": "s3://records/" + key, "recordVersion": "v-1",
			"reviewed": record.Reviewed.SHA256,
		}}, nil
	}
}

// recordOf is the record of a decision on the last request, about so many decision records.
func (a *approvers) recordOf(decision string, objects int) handlers.Record {
	request, err := handlers.ParseRequest([]byte(asl.Encode(a.asked)))
	if err != nil {
		panic(err)
	}
	reviewed := &handlers.Reviewed{Place: request.Record, SHA256: handlers.Digest([]byte(request.Record))}
	for range objects {
		reviewed.Objects = append(reviewed.Objects, handlers.ReviewedObject{
			Key: "decisions/T-1/0123456789abcdef0123456789abcdef/batch-0000100.json", Version: "3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrHY", SHA256: reviewed.SHA256,
		})
	}
	return handlers.Record{
		SchemaVersion: 1, ApprovalID: handlers.ID(request.Execution), RequestID: request.RequestID, Round: 1, Decision: handlers.Verdict(decision),
		Code: "other", Verdicts: a.verdicts(request, handlers.Verdict(decision)),
		Signer:    handlers.Signature{ARN: "arn:aws:sts::123456789012:assumed-role/TrialLead/jane.doe@example.com", PrintedName: "Jane Doe"},
		Execution: request.Execution, TrialID: request.TrialID, Subjects: request.Subjects, Reviewed: reviewed,
	}
}

// verdicts are the verdicts of a decision. Who approves several subjects rejects the last one.
func (a *approvers) verdicts(request *handlers.Request, decision handlers.Verdict) []handlers.Decided {
	verdicts := slices.Clone(a.cases)
	if verdicts == nil {
		verdicts = []handlers.Decided{{Subject: cmp.Or(request.Subjects.ID, "S-0")}}
	}
	for i := range verdicts {
		verdicts[i].Verdict, verdicts[i].Code = decision, "other"
		if i > 0 && i == len(verdicts)-1 {
			verdicts[i].Verdict = handlers.Reject
		}
		verdicts[i].Override = verdicts[i].Verdict == handlers.Reject
	}
	return verdicts
}

// recordText is the record as the deciding function writes it.
func recordText(record handlers.Record) string {
	body, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(body) + "\n"
}

// version answers a read of a version with as many bytes as were asked for.
func (a *approvers) version(task *asl.Task) (asl.Reply, error) {
	input := inputOf(task)
	text, exists := a.store[input["Key"].(string)]
	if !exists || input["VersionId"] != "v-1" {
		return asl.Reply{}, &asl.Error{Name: "S3.S3Exception", Cause: "Access Denied (Service: S3, Status Code: 403)"}
	}
	if input["Range"] == fmt.Sprintf("bytes=0-%d", handlers.ReadableBytes-1) {
		text = text[:min(len(text), handlers.ReadableBytes)]
	}
	return asl.Reply{Output: object{"Body": text, "VersionId": "v-1"}}, nil
}

// recordFolder is the expression of the folder of an execution's records.
var recordFolder = `"decisions/" & (` + strings.Trim(trialID, "{% }") + `) & "/" & ` +
	`$substring($hash($states.context.Execution.Id & "/" & $states.context.Execution.StartTime, "SHA-256"), 0, 32) & "/"`
