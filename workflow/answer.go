package workflow

// Answer is a form in which a model's container gives the scores of a request's rows. Each score is a number from 0 to 1, the risk of
// dropout.
type Answer string

// The forms. Without ids, nothing shows that a score belongs to its row: the answer is taken to be in the order of the request.
const (
	AnswerWithIDs Answer = "ids"     // {"predictions": [{"id": "17", "risk_score": 0.8}, …]}, each id of the request once, in any order
	AnswerObjects Answer = "objects" // {"predictions": [{"risk_score": 0.8}, …]}
	AnswerNumbers Answer = "numbers" // {"predictions": [0.8, …]}
	AnswerScores  Answer = "scores"  // [{"score": 0.8}, …], with no other member: a score beside a label may be that of staying
	AnswerPairs   Answer = "pairs"   // [[0.2, 0.8], …]: the probabilities of staying and of dropping out, which add up to 1 within 0.001
	AnswerCSV     Answer = "csv"     // 0.8,0.1 or a line for each: text/csv, as SageMaker's XGBoost answers
)

// Answers are all forms.
var Answers = []Answer{AnswerWithIDs, AnswerObjects, AnswerNumbers, AnswerScores, AnswerPairs, AnswerCSV}

// AnswerAttribute begins the CustomAttributes of a request whose answer has a form that the pipeline names, such as "answer=pairs".
// SageMaker hands them to the container as the header X-Amzn-SageMaker-Custom-Attributes:
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
const AnswerAttribute = "answer="

// IsCSV tells whether the form is text/csv. The others are application/json.
func (a Answer) IsCSV() bool { return a == AnswerCSV }
