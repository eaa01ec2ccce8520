// Package approval is the human approval of a clinical risk run: the logic of its two Lambda functions. Package cloud has the
// AWS clients, package memory the stand-ins for tests and local runs.
//
// The state RequestApproval invokes [Requester] with a task token and waits. The requester stores the request and tells the
// approvers. An approver then lists, shows and decides through [API], which the second function serves behind a function URL
// with IAM authentication. A decision takes these steps, in this order:
//
//  1. Identify the signer: the principal that signed the HTTP request, as IAM authenticated it, never a field of the body. The
//     signer must be a person with a name, and one of the approvers.
//  2. Check that the signer neither started nor redrove the execution, by CloudTrail's events. Refuse if that is unknown.
//  3. Hash the decision records. The digest must be the one that the signer was shown.
//  4. Create the record of the decision as an object that nobody can replace. Creating it is the moment of the decision: if two
//     people decide at the same time, the second one gets the first decision.
//  5. Store the place of the record in the request.
//  6. Complete the task with the record's place and version. The execution then reads that record: it believes no callback.
//
// A crash between two steps loses nothing: repeating the decision finds the record and continues from there. If the deadline
// passes before the execution takes a decision, the decision is reported as without effect, never as approved or rejected.
//
// The functions cannot know who is behind a service, a schedule or another state machine that started the run, or whether two
// names belong to one person. The trust policies of the approvers' roles must prevent the latter.
//
// Logs name requests, executions and signers. They have no data about subjects and no text that a person wrote.
package approval
