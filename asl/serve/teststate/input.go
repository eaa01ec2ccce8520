package teststate

// Input is the request. Texts named so hold JSON.
type Input struct {
	Definition         string         `json:"definition" api:"required,min=1,max=1048576,sensitive"` // JSON: a state, or with StateName a state machine
	RoleARN            *string        `json:"roleArn" api:"min=1,max=256"`
	Input              *string        `json:"input" api:"max=262144,sensitive"` // JSON. Default: {}
	InspectionLevel    string         `json:"inspectionLevel" api:"enum=INFO|DEBUG|TRACE"`
	RevealSecrets      *bool          `json:"revealSecrets"`
	Variables          *string        `json:"variables" api:"max=262144,sensitive"` // JSON: an object. Default: no variables
	StateName          *string        `json:"stateName" api:"min=1,max=80,sensitive"`
	Mock               *Mock          `json:"mock"`
	Context            *string        `json:"context" api:"max=262144,sensitive"` // JSON: an object. Default: a context object of an execution
	StateConfiguration *Configuration `json:"stateConfiguration"`
}

// Mock is what the state's work is to return.
type Mock struct {
	Result              *string      `json:"result" api:"max=262144,sensitive"` // JSON
	ErrorOutput         *ErrorOutput `json:"errorOutput"`
	FieldValidationMode string       `json:"fieldValidationMode" api:"enum=STRICT|PRESENT|NONE"` // Default: STRICT
}

// ErrorOutput is a mocked error.
type ErrorOutput struct {
	Error *string `json:"error" api:"max=256,sensitive"`
	Cause *string `json:"cause" api:"max=32768,sensitive"`
}

// Configuration is the situation in which the state is visited.
type Configuration struct {
	RetrierRetryCount        *int64  `json:"retrierRetryCount" api:"min=0"`                   // retries that the matching retrier has used. Default: 0
	ErrorCausedByState       *string `json:"errorCausedByState" api:"min=1,max=80,sensitive"` // the state inside a Map or Parallel state that failed
	MapIterationFailureCount *int64  `json:"mapIterationFailureCount" api:"min=0"`            // Default: 0
	MapItemReaderData        *string `json:"mapItemReaderData" api:"max=262144,sensitive"`    // the object that an ItemReader reads
}

// The inspection levels.
const (
	levelInfo  = "INFO"
	levelTrace = "TRACE"
)

// The field validation modes. Any other value is STRICT, which is the default.
const (
	modePresent = "PRESENT"
	modeNone    = "NONE"
)
