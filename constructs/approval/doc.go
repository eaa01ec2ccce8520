// Package approval has the construct [Approval]: a person decides whether a run may go on.
//
//	RequestApproval ──invokes──→ request function ──→ table (the requests), topic (the approvers)
//	      ↑
//	      └──completes── decide function ←──signs in── approver, through a function URL with IAM authentication
//	                            └──→ record bucket: who decided what, on which records, why and when
//
// The functions are Go programs of package lambda/approval, built here at synthesis, without Docker, into the same bytes on
// every machine. What they do, and in which order, is said there.
//
// Whoever decides is told apart by role session or user name. That is as good as the trust policies of the approvers' roles:
// they must let nobody choose another's name. IAM Identity Center sees to that; elsewhere, require
// `"sts:RoleSessionName": "${aws:username}"`.
package approval
