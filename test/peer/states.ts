import * as cdk from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';

export interface StatesProps {
  readonly environment: string;
  readonly clusterId: string;
  readonly script: string;
  readonly sparkArguments?: string[];
  readonly endpointName: string;
  readonly endpointArn: string;
  readonly alertTopic: sns.ITopic;
}

/** Chains the states of the workflow of one subject. */
export function definition(scope: Construct, props: StatesProps): sfn.IChainable {
  const end = sfn.Pass.jsonata(scope, 'End');
  const extract = startEMRJob(scope, props);
  const notify = notifyTeam(scope, props);
  const invoke = invokeModel(scope, props);
  const invalid = sfn.Fail.jsonata(scope, 'InvalidScore', {
    comment: 'An unknown risk is an error that somebody sees, never low risk.',
    error: 'InvalidScore',
    cause: `The endpoint ${props.endpointName} answered without a usable score: risk_score must be a number from 0 to 1, once, in an answer without a backslash or an error.`,
  });
  const check = sfn.Choice.jsonata(scope, 'CheckRisk', { comment: `Is the risk above ${threshold}?` })
    .when(scoreIs(`$score > ${threshold} and $score <= 1`), notify.next(end), { comment: `above ${threshold}` })
    .when(scoreIs('$score >= 0 and $score <= 1'), end, { comment: 'another number from 0 to 1' })
    .otherwise(invalid);
  return checkInput(scope, extract.next(invoke).next(check));
}

function checkInput(scope: Construct, start: sfn.IChainable) {
  const invalid = sfn.Fail.jsonata(scope, 'InvalidInput', {
    comment: 'An id or a date could be an option of a command, a path, or control characters of a terminal.',
    error: 'InvalidInput',
    cause: 'trialId and subject must each have 1 to 64 letters, digits, dots, underscores and hyphens, and begin with a letter or a digit; cutDate must be a day, YYYY-MM-DD.',
  });
  return sfn.Choice.jsonata(scope, 'CheckInput', { comment: 'Are the ids and the cut date valid?' })
    .when(sfn.Condition.jsonata(expression(validIds)), start, { comment: 'valid' })
    .otherwise(invalid);
}

const validIds = `(
  $valid := function($id) {
    $type($id) = "string" ? ($length($id) <= 64 and $not($contains($id, /[^A-Za-z0-9._-]/)) and $contains($id, /^[A-Za-z0-9]/)) : $not($exists($id))
  };
  $day := function($date) {
    $type($date) = "string" ? ($length($date) = 10 and $contains($date, /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/)) : $not($exists($date))
  };
  $type($states.input) = "object" ? ($valid($states.input.trialId) and $valid($states.input.subject) and $day($states.input.cutDate)) : false
)`;

const judge = String.raw`(
  $body := $states.result.Body;
  $occurs := function($word) { $count($split($body, $word)) - 1 };
  $errors := function($text) { $count($split($lowercase($text), "error")) - 1 };
  $said := $errors($body);
  $answer := $parse($body);
  $clear := $type($answer) = "object" ? ($not($contains($body, "\\")) and $occurs("\"risk_score\"") = 1 and $said = 0) : false;
  $merge([$states.input, {"inference": $clear ? $answer : null, "variant": $states.result.InvokedProductionVariant}])
)`;

const threshold = 0.75;
const isTest = '$states.input.test = true and $substring($states.context.Execution.Name, 0, 6) = "smoke-"';

const expression = (jsonata: string) => `{% ${jsonata} %}`;
const seconds = (n: number) => cdk.Duration.seconds(n);
const textOf = (field: string) =>
  `$type($states.input.${field}) = "string" and $states.input.${field} != "" ? $states.input.${field} : "unknown"`;
const scoreIs = (test: string) => sfn.Condition.jsonata(expression(
  '( $answer := $states.input.inference; $score := $type($answer) = "object" ? $answer.risk_score : null; '
  + `$type($score) = "number" ? (${test}) : false )`));

function startEMRJob(scope: Construct, props: StatesProps) {
  const state = tasks.EmrAddStep.jsonata(scope, 'StartEMRJob', {
    comment: 'Prepares the features on the cluster.',
    integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    clusterId: props.clusterId,
    name: 'Clinical risk features',
    actionOnFailure: tasks.ActionOnFailure.CONTINUE,
    jar: 'command-runner.jar',
    args: [
      'spark-submit', ...props.sparkArguments ?? [], props.script,
      '--trial-id', expression(textOf('trialId')), '--run-id', expression('$states.context.Execution.Name'),
    ],
    taskTimeout: sfn.Timeout.duration(cdk.Duration.hours(4)),
    outputs: expression('$states.input'),
  });
  state.addRetry(backoff(['EMR.AmazonElasticMapReduceException'], 5, 5, 120));
  return state;
}

function invokeModel(scope: Construct, props: StatesProps) {
  const state = tasks.CallAwsService.jsonata(scope, 'InvokeModel', {
    comment: 'Asks the endpoint for the risk of dropout.',
    service: 'sagemakerruntime',
    action: 'invokeEndpoint',
    parameters: {
      Accept: 'application/json',
      Body: { features: expression('$states.input.transformed_features') },
      ContentType: 'application/json',
      EndpointName: props.endpointName,
    },
    iamAction: 'sagemaker:InvokeEndpoint',
    iamResources: [props.endpointArn],
    taskTimeout: sfn.Timeout.duration(seconds(65)),
    outputs: expression(judge),
  });
  state.addRetry({ errors: ['SageMakerRuntime.ValidationErrorException'], maxAttempts: 0 });
  state.addRetry(backoff(['SageMakerRuntime.ModelNotReadyException', 'SageMakerRuntime.ServiceUnavailableException'], 12, 5, 60));
  state.addRetry(backoff([
    'SageMakerRuntime.SageMakerRuntimeException', 'SageMakerRuntime.ThrottlingException',
    'SageMakerRuntime.InternalFailureException', 'SageMakerRuntime.InternalDependencyException', 'SageMakerRuntime.SdkClientException',
  ], 6, 2, 60));
  state.addRetry(backoff([sfn.Errors.TASKS_FAILED, sfn.Errors.TIMEOUT], 2, 2, 60));
  return state;
}

function notifyTeam(scope: Construct, props: StatesProps) {
  const fields = [
    { name: 'message', value: '"High dropout risk detected"' },
    { name: 'environment', label: 'Environment', value: JSON.stringify(props.environment) },
    { name: 'trialId', label: 'Trial', value: textOf('trialId') },
    { name: 'threshold', label: 'Threshold', value: String(threshold) },
    { name: 'execution', label: 'Execution', value: '$states.context.Execution.Id' },
    { name: 'test', value: isTest },
    { name: 'subject', label: 'Subject', value: textOf('subject') },
  ];
  const json = ['"schemaVersion": 1', ...fields.map(({ name, value }) => `"${name}": ${value}`)].join(', ');
  const text = [
    `(${isTest} ? "This is a test, and nobody has to act. " : "")`, fields[0].value,
    ...fields.filter(({ label }) => label).map(({ label, value }) => `"\\n${label}: " & (${value})`),
  ].join(' & ');
  const attribute = (value: string) => ({ value, dataType: tasks.MessageAttributeDataType.STRING });

  const state = tasks.SnsPublish.jsonata(scope, 'NotifyTeam', {
    comment: 'Alerts the team.',
    topic: props.alertTopic,
    subject: expression(`(${isTest} ? "[TEST] " : "") & "Trial Risk Alert"`),
    messagePerSubscriptionType: true,
    message: sfn.TaskInput.fromObject({ default: expression(`$string({${json}})`), email: expression(text) }),
    messageAttributes: {
      environment: attribute(props.environment),
      severity: attribute('high'),
      test: attribute(expression(`$string(${isTest})`)),
      trial: attribute(expression(textOf('trialId'))),
    },
    taskTimeout: sfn.Timeout.duration(seconds(30)),
    outputs: expression('$merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}])'),
  });
  state.addRetry({
    errors: [
      'SNS.InvalidParameterException', 'SNS.InvalidParameterValueException', 'SNS.AuthorizationErrorException',
      'SNS.NotFoundException', 'SNS.EndpointDisabledException', 'SNS.KMSAccessDeniedException',
      'SNS.KMSDisabledException', 'SNS.KMSInvalidStateException', 'SNS.KMSNotFoundException',
    ],
    maxAttempts: 0,
  });
  state.addRetry(backoff([sfn.Errors.TASKS_FAILED, sfn.Errors.TIMEOUT], 8, 2, 120));
  return state;
}

/** Delays double from interval up to maxDelay, both in seconds, with full jitter. */
function backoff(errors: string[], maxAttempts: number, interval: number, maxDelay: number): sfn.RetryProps {
  return {
    errors, maxAttempts, interval: seconds(interval), backoffRate: 2, maxDelay: seconds(maxDelay), jitterStrategy: sfn.JitterType.FULL,
  };
}
