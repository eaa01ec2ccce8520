package teststate

// Output is the answer. Texts hold JSON, except those of errors and HTTP.
type Output struct {
	Output         *string     `json:"output,omitempty"`
	Error          *string     `json:"error,omitempty"`
	Cause          *string     `json:"cause,omitempty"`
	InspectionData *Inspection `json:"inspectionData,omitempty"` // at the levels DEBUG and TRACE
	NextState      *string     `json:"nextState,omitempty"`
	Status         string      `json:"status"` // SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR
}

// Inspection is how the data flowed through the state. A member is absent when the state has not reached the step or does not have it.
type Inspection struct {
	Input                      *string       `json:"input,omitempty"`
	AfterArguments             *string       `json:"afterArguments,omitempty"`
	AfterInputPath             *string       `json:"afterInputPath,omitempty"`
	AfterParameters            *string       `json:"afterParameters,omitempty"`
	Result                     *string       `json:"result,omitempty"`
	AfterResultSelector        *string       `json:"afterResultSelector,omitempty"`
	AfterResultPath            *string       `json:"afterResultPath,omitempty"`
	Request                    *HTTPRequest  `json:"request,omitempty"`  // of an HTTP task, at the level TRACE
	Response                   *HTTPResponse `json:"response,omitempty"` // of an HTTP task, at the level TRACE
	Variables                  *string       `json:"variables,omitempty"`
	ErrorDetails               *ErrorDetails `json:"errorDetails,omitempty"`
	AfterItemsPath             *string       `json:"afterItemsPath,omitempty"`
	AfterItemSelector          *string       `json:"afterItemSelector,omitempty"`
	AfterItemBatcher           *string       `json:"afterItemBatcher,omitempty"`
	AfterItemsPointer          *string       `json:"afterItemsPointer,omitempty"`
	ToleratedFailureCount      *float64      `json:"toleratedFailureCount,omitempty"`
	ToleratedFailurePercentage *float64      `json:"toleratedFailurePercentage,omitempty"`
	MaxConcurrency             *float64      `json:"maxConcurrency,omitempty"` // 0: no limit
}

// ErrorDetails says which catcher or retrier handled an error, by its index.
type ErrorDetails struct {
	CatchIndex                  *int64 `json:"catchIndex,omitempty"`
	RetryIndex                  *int64 `json:"retryIndex,omitempty"`
	RetryBackoffIntervalSeconds *int64 `json:"retryBackoffIntervalSeconds,omitempty"`
}

// HTTPRequest is the request of an HTTP task.
type HTTPRequest struct {
	Protocol string  `json:"protocol"`
	Method   string  `json:"method"`
	URL      string  `json:"url"`
	Headers  string  `json:"headers"`
	Body     *string `json:"body,omitempty"`
}

// HTTPResponse is the response to an HTTP task.
type HTTPResponse struct {
	Protocol      string  `json:"protocol"`
	StatusCode    string  `json:"statusCode"`
	StatusMessage string  `json:"statusMessage"`
	Headers       string  `json:"headers"`
	Body          *string `json:"body,omitempty"`
}
