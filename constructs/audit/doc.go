// Package audit keeps what an auditor asks for.
//
//   - [RecordStore] is the bucket of the decision records. Nobody can alter, hide or delete a record before its retention has
//     passed. 21 CFR 11.10(c) requires that records can be retrieved throughout their retention.
//   - [Trail] logs who read and wrote records, who called the model, who started, redrove and stopped executions, and who
//     changed what is deployed, roles and keys of all regions included. 21 CFR 11.10(e) requires this for as long as the
//     records are kept.
//
// Both use buckets with Object Lock. Their bucket policies close the gaps of the lock: delete markers, uploads with a retention
// or an event hold of their own, and other lock rules for future objects. The policies of their keys close another: whoever
// destroys a key destroys what it encrypted. Buckets, policies and keys outlive their stack.
//
// Anybody who may change the policy of a bucket or of a key can lift these denials. Alarms of package monitoring tell operations,
// and docs/threat-model.md says what remains possible. Objects that are locked in COMPLIANCE mode stay locked.
package audit
