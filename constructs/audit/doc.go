// Package audit keeps what an auditor asks for.
//
//   - [RecordStore] is the bucket of the decision records. Nobody can alter, hide or delete a record before its retention has
//     passed. 21 CFR 11.10(c) requires that records can be retrieved throughout their retention.
//   - [Trail] logs who read and wrote records, who called the model, who started, redrove and stopped executions, and who
//     changed what is deployed. 21 CFR 11.10(e) requires this for as long as the records are kept.
//
// Both use buckets with Object Lock. Their bucket policies close the gaps of the lock: delete markers, uploads with a retention
// of their own, and other lock rules for future objects. Anybody who may change a bucket's policy can lift these denials, and
// the trail shows it; objects that are locked in COMPLIANCE mode stay locked.
package audit
