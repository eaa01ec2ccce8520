// Package docs has the schemas of records, for programs that check records without the repository.
package docs

import _ "embed"

// DecisionRecordSchema is the JSON schema of decision records.
//
//go:embed decision-record.schema.json
var DecisionRecordSchema []byte

// TransitionSchema is the JSON schema of the transitions of alerts.
//
//go:embed transition.schema.json
var TransitionSchema []byte

// ExclusionRecordSchema is the JSON schema of the records of exclusions.
//
//go:embed exclusion-record.schema.json
var ExclusionRecordSchema []byte

// OutcomeRecordSchema is the JSON schema of the records of outcomes.
//
//go:embed outcome-record.schema.json
var OutcomeRecordSchema []byte
