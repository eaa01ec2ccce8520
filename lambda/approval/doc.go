// Package approval is the human approval of a clinical risk run: the logic of its two Lambda functions. Package cloud has the
// AWS clients, package memory the stand-ins for tests and local runs. Package verify verifies for an auditor what the records claim, and
// package auditor has its AWS clients.
//
// The state RequestApproval invokes [Requester] with a task token and waits. The requester stores the request and tells the
// approvers. An approver then lists, shows and decides through [API], the second function, which approvers invoke. To list, show
// and decide takes a [Proof] of who calls. A decision takes these steps, in this order:
//
//  1. Identify the signer: the principal that signed a request to STS, as STS says. The signature includes the digest of the
//     [Statement], all that the signer says. Nothing else in the call or in the event names the signer, so that the permission to
//     invoke the function is not the permission to sign as somebody else. The signer must be a person with a name, and one of the
//     approvers.
//  2. Check that the signer neither started nor redrove the execution, by the events of a trail. A starter must be a person
//     with a name, or a machine that the environment lists. Refuse everything else, and what the trail does not show yet.
//  3. Hash the decision records, and render what they say of each subject whom the signer decides about. The rendering was stored when
//     somebody first asked for it; its digest must be the one that the signer signed.
//  4. Create the record of the decision as an object that nobody can replace. Creating it is the moment of the decision: if two
//     people decide at the same time, the second one gets the first decision.
//  5. Store the place of the record in the request.
//  6. Complete the task with the record's place and version. The execution then reads that record: it believes no callback.
//
// No table of used proofs is necessary. A proof is valid for one statement during five minutes. Who repeats it gets the same answer,
// because the record of a decision is created once, and a request asks in another round after a retry or redrive.
//
// A crash between two steps loses nothing: repeating the decision finds the record and continues from there. If the deadline
// passes before the execution takes a decision, the decision is reported as without effect, never as approved or rejected.
//
// The functions cannot know who made a listed schedule, who started another state machine, or whether two names belong to one
// person. List no machine that an approver controls. The trust policies of all roles that may start executions or decide must
// keep people from taking other names.
//
// Logs name requests, executions and signers. They have no data about subjects and no text that a person wrote.
package approval
