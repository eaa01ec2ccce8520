// Package proof verifies an execution of a deployed pipeline, as section 5 of the source document asks a person to: its outcome and history,
// the Spark step and its log, the processed object, the model, the alert; and what this project adds, such as decision records, approvals and
// the definition. A [Verifier] writes a [Report], each of whose lines says found, missing or not verifiable, and why.
//
// A line never has data of a subject: it has counts, ids of AWS, and the names of states, records and places.
package proof
