// Package approval is the human approval of a clinical risk run: what its two Lambda functions do, without the AWS clients
// (package cloud has those, package memory stand-ins for tests and local runs).
//
// The state RequestApproval invokes [Requester] with a task token and waits. The requester stores the request and tells the
// approvers. An approver then lists, shows and decides through [API], which the second function serves behind a function URL
// that IAM authenticates. A decision goes through these steps, in this order:
//
//  1. The signer is who signed the HTTP request, as IAM established it, never what the body says: a person, by name, and one
//     of the approvers.
//  2. The signer is not who started the execution or redrove it, as CloudTrail recorded it. What cannot be told is refused.
//  3. What is decided upon is hashed, and must be what the signer was shown.
//  4. The decision becomes an object that is created once and never replaced. Creating it is the moment of the decision: of
//     two decisions at the same time, one is told of the other.
//  5. The stored request points to the record.
//  6. The task is completed with the record's place and version.
//
// A crash between two steps loses nothing: the same decision again finds the record and goes on from there. A decision that
// the execution did not hear, because its deadline passed first, is reported and never shown as given.
//
// What cannot be told at all: who stands behind a service, a schedule or another state machine that started the run, and whether
// two names belong to one person. Let the trust policies of the approvers' roles see to the latter.
//
// Logs name requests, executions and signers; they hold nothing about subjects and nothing that a person wrote.
package approval
