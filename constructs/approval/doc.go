// Package approval has the construct [Approval]: a person decides whether a run may go on.
//
//	RequestApproval ──invokes──→ request function ──→ table (the requests), topic (the approvers)
//	      ↑
//	      └──completes── decide function ←──signs in── approver, through a function URL with IAM authentication
//	                            └──→ record bucket: who decided what, on which records, why and when
//
// The functions are Go programs of package lambda/approval, which documents what they do, and in which order. The construct
// builds them at synthesis, without Docker, into bin/handlers of the module that the program runs in: this one, or one that
// requires it. Every machine builds the same bytes.
//
// Signers and starters are told apart by role session or user name, in all roles and accounts, and by source identity. That is as
// reliable as the trust policies of the roles that may decide or start executions, which must not let anybody choose another
// person's name. IAM Identity Center ensures that; elsewhere, require `"sts:RoleSessionName": "${aws:username}"`.
package approval
