package risk

import (
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// invokeModelTimeout leaves the container its time and the call itself a few seconds more.
var invokeModelTimeout = services.InvokeEndpoint.MaxTime + 5*time.Second

// modelRetries repeat what may pass: asking for a score twice changes nothing. A request that SageMaker calls invalid stays
// invalid. An endpoint that wakes up has about ten minutes; with full jitter the delays take half of that on average.
var modelRetries = []Retry{
	{Errors: services.InvokeEndpoint.Permanent},
	{Errors: services.Waking, Attempts: 12, Interval: 5 * time.Second, MaxDelay: time.Minute},
	{Errors: slices.DeleteFunc(slices.Clone(services.InvokeEndpoint.Transient), isWaking), Attempts: 6, Interval: 2 * time.Second, MaxDelay: time.Minute},
	{Errors: anyError, Attempts: 2, Interval: 2 * time.Second, MaxDelay: time.Minute},
}

func isWaking(name string) bool { return slices.Contains(services.Waking, name) }

// judgeOne is the same for a [Container], which gets one instance with the id "0".
const judgeOne = `(
  ` + bodyText + `;
  $asked := [0];READING;
  $only := $clear ? $predictions[0] : null;
  $sound := $clear ? (OWN$scored($only)) : false;
  $merge([$states.input, {"VARIANT": $states.result.InvokedProductionVariant, "INFERENCE": $sound
    ? $merge([{"RISK_SCORE": $value($only)}, $count($why($only)) > 0 ? {"reasons": $why($only)} : {}]) : null}])
)`

// invokeModel sends the features to the endpoint and adds its answer, and the variant that gave it, to the data. An answer
// that is not valid JSON, where JSON is wanted, fails the state.
func (p *ClinicalRiskPipeline) invokeModel() awsstepfunctions.TaskStateBase {
	body := map[string]any{workflow.Features: expression("$states.input." + workflow.TransformedFeatures)}
	judged := judge
	if c := p.props.Container; c != nil {
		body = map[string]any{workflow.Instances: expression("( " + c.instances(`[{"index": 0, "item": {"features": $states.input.`+workflow.TransformedFeatures+`}}]`) + " )")}
		own := ""
		if c.answer() == AnswerWithIDs {
			own = `$only.id = "0" and `
		}
		judged = strings.NewReplacer("READING", c.reading(), "OWN", own).Replace(judgeOne)
	}
	output := strings.NewReplacer("INFERENCE", workflow.Inference, "VARIANT", workflow.Variant, "RISK_SCORE", workflow.RiskScore).Replace(judged)
	return WithRetries(p.invokeEndpoint(body, invokeModelTimeout, output), modelRetries...)
}

// bodyText is the JSONata code that judges the text of the endpoint's answer, which $parse loses: of two members with one name, the
// last one wins. Without a backslash a name has one spelling.
const bodyText = `$body := $states.result.Body;
  $occurs := function($word) { $count($split($body, $word)) - 1 };
  $errors := function($text) { $count($split($lowercase($text), "error")) - 1 };
  $said := $errors($body)`

// judge is the JSONata expression of the state's input with the endpoint's answer, or null in its place where the answer has a second
// score, hides one, or says that something went wrong.
const judge = `(
  ` + bodyText + `;
  $answer := $parse($body);
  $clear := $type($answer) = "object" ? ($not($contains($body, "\\")) and $occurs("\"RISK_SCORE\"") = 1 and $said = 0) : false;
  $merge([$states.input, {"INFERENCE": $clear ? $answer : null, "VARIANT": $states.result.InvokedProductionVariant}])
)`

// invokeEndpoint adds the state InvokeModel. The body goes out as an object, since Step Functions would quote a string again; the
// answer comes back as a string.
//
// Requirements: SRC-07
func (p *ClinicalRiskPipeline) invokeEndpoint(body map[string]any, limit time.Duration, output string) awsstepfunctions.TaskStateBase {
	p.scope.Allow(policy.Allow(workflow.InvokeModel, []string{p.endpointARN()}, services.InvokeEndpoint.Operation.Action))
	return p.callService(workflow.InvokeModel, services.InvokeEndpoint, arguments{
		comment:    "Asks the endpoint for the risk of dropout.",
		parameters: p.request(body),
		timeout:    limit,
		output:     expression(output),
	})
}

// request are the parameters of InvokeEndpoint.
func (p *ClinicalRiskPipeline) request(body map[string]any) map[string]any {
	request := map[string]any{
		"EndpointName": p.props.EndpointName,
		"ContentType":  "application/json",
		"Accept":       p.props.Container.accept(),
		"Body":         body,
	}
	if attributes := p.props.Container.attributes(); attributes != "" {
		request["CustomAttributes"] = attributes
	}
	return request
}

// endpointARN is in lower case, as SageMaker writes the ARN of every endpoint.
func (p *ClinicalRiskPipeline) endpointARN() string {
	name := p.props.EndpointName
	if !check.IsToken(name) {
		name = strings.ToLower(name)
	}
	return p.scope.ARN("sagemaker", "endpoint/"+name)
}
