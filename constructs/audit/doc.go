// Package audit has what stays behind for an auditor.
//
//   - [RecordStore] is the bucket of the decision records, which nobody can alter, hide or delete before their retention has
//     passed. 21 CFR 11.10(c) asks for records that can be retrieved throughout their retention.
//   - [Trail] logs who read and wrote records, who called the model, and who started, redrove and stopped executions, and who
//     changed what is deployed. 21 CFR 11.10(e) asks for that, for as long as the records are kept.
//
// Both stand on buckets with Object Lock, whose policies close what the lock leaves open: delete markers, uploads with a
// retention of their own, and other rules for records to come. Whoever may change a bucket's policy can lift those, and the
// trail tells of it; what is locked in COMPLIANCE mode stays locked.
package audit
