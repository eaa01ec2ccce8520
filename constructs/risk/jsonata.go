package risk

import (
	"fmt"
	"strconv"
	"strings"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// expression marks a JSONata expression, which Step Functions evaluates, as opposed to a literal text.
func expression(jsonata string) string { return "{% " + jsonata + " %}" }

// inputText is a text of a state's input, or "unknown" where the input has none.
func inputText(field string) string { return expression(textOf(field)) }

func textOf(field string) string {
	return fmt.Sprintf(`$type($states.input.%[1]s) = "string" and $states.input.%[1]s != "" ? $states.input.%[1]s : "%[2]s"`, field, workflow.Unknown)
}

// keyOf is the JSONata expression of the key of a file of this execution, below the folder.
func keyOf(folder, file string) string {
	return `"` + strings.Trim(folder, "/") + `/" & $states.context.Execution.Name & "/` + file + `"`
}

// attemptKeyOf is the JSONata expression of the key of a file of this attempt of the state, below the folder: of this execution, after
// this many redrives and retries.
func attemptKeyOf(folder, file string) string {
	return keyOf(folder, `attempt-" & $states.context.Execution.RedriveCount & "-" & $states.context.State.RetryCount & "/`+file)
}

// objectOf is the JSONata expression of an object with these fields.
func objectOf(fields []alertField) string {
	parts := []string{}
	for _, f := range fields {
		parts = append(parts, strconv.Quote(f.name)+": "+f.value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// isTest is the JSONata expression of whether the execution is a test: both its input and its name must say so. A slip in one
// of them alone keeps nobody from acting on an alert.
const isTest = "$states.input." + workflow.Test + ` = true and $substring($states.context.Execution.Name, 0, ` + testNameLength + `) = "` + workflow.TestExecution + `"`

// testNameLength is that of workflow.TestExecution.
const testNameLength = "6"

// because says in a few words when a Choice takes a branch, for those who look at the graph.
func because(words string) *awsstepfunctions.ChoiceTransitionOptions {
	return &awsstepfunctions.ChoiceTransitionOptions{Comment: &words}
}
