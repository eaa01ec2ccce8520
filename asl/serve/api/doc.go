// Package api speaks the wire protocol of the Step Functions API, AWS JSON 1.0: it reads requests into structs, checks their members as the
// service's model says, and writes answers and errors.
//
// A request is a struct. The tag json names a member, and the tag api has its constraints, separated by commas:
//
//	type Input struct {
//		Name   string   `json:"name" api:"required,min=1,max=80"`        // a length
//		Weight *int64   `json:"weight" api:"required,min=0,max=100"`     // a value
//		Type   string   `json:"type" api:"enum=STANDARD|EXPRESS"`
//		Token  string   `json:"clientToken" api:"max=64,pattern=token"`  // a name in patterns
//		Input  *string  `json:"input" api:"max=262144,sensitive"`        // messages do not show the value
//	}
//
// A pointer tells an absent member from its zero value. An absent member and null are the same, as in AWS.
package api
