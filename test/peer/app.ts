// The one-subject stacks of every environment, in TypeScript: the same templates as package risk makes. Keys of maps are sorted,
// since Go hands them over sorted.
import * as cdk from 'aws-cdk-lib';
import { aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_logs as logs } from 'aws-cdk-lib';
import { aws_sns as sns, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';

interface Environment {
  name: string;
  cluster: string;
  sparkArguments: string[];
  retention: logs.RetentionDays;
  removal: cdk.RemovalPolicy;
}

interface Retry { errors: string[]; attempts: number; interval?: number; maxDelay?: number }

const emrRetries: Retry[] = [{ errors: ['EMR.AmazonElasticMapReduceException'], attempts: 5, interval: 5, maxDelay: 120 }];
const modelRetries: Retry[] = [
  { errors: ['SageMakerRuntime.ValidationErrorException'], attempts: 0 },
  {
    errors: ['SageMakerRuntimeException', 'ThrottlingException', 'ServiceUnavailableException', 'InternalFailureException',
      'InternalDependencyException', 'ModelNotReadyException', 'SdkClientException'].map((name) => 'SageMakerRuntime.' + name),
    attempts: 6, interval: 2, maxDelay: 60,
  },
  { errors: ['States.TaskFailed', 'States.Timeout'], attempts: 2, interval: 2, maxDelay: 60 },
];
const alertRetries: Retry[] = [
  {
    errors: ['InvalidParameterException', 'InvalidParameterValueException', 'AuthorizationErrorException', 'NotFoundException',
      'EndpointDisabledException', 'KMSAccessDeniedException', 'KMSDisabledException', 'KMSInvalidStateException',
      'KMSNotFoundException'].map((name) => 'SNS.' + name),
    attempts: 0,
  },
  { errors: ['States.TaskFailed', 'States.Timeout'], attempts: 8, interval: 2, maxDelay: 120 },
];

const expression = (jsonata: string) => `{% ${jsonata} %}`;
const textOf = (field: string) =>
  `$type($states.input.${field}) = "string" and $states.input.${field} != "" ? $states.input.${field} : "unknown"`;
const seconds = (n: number) => cdk.Duration.seconds(n);
const allow = (sid: string, resources: string[], ...actions: string[]) => new iam.PolicyStatement({ sid, actions, resources });

function retrying<T extends sfn.TaskStateBase>(state: T, retries: Retry[]): T {
  for (const r of retries) {
    state.addRetry(r.attempts === 0 ? { errors: r.errors, maxAttempts: 0 } : {
      errors: r.errors, maxAttempts: r.attempts, interval: seconds(r.interval!), backoffRate: 2,
      maxDelay: seconds(r.maxDelay!), jitterStrategy: sfn.JitterType.FULL,
    });
  }
  return state;
}

class Pipeline extends Construct {
  constructor(scope: Construct, id: string, env: Environment) {
    super(scope, id);
    const stack = cdk.Stack.of(this);
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts the messages of the clinical risk pipeline.', enableKeyRotation: true, removalPolicy: env.removal,
    });
    const alerts = new sns.Topic(this, 'AlertTopic', { displayName: 'Clinical risk alerts', masterKey: key, enforceSSL: true });
    const operations = new sns.Topic(this, 'OperationsTopic', { displayName: 'Clinical risk operations', masterKey: key, enforceSSL: true });
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: '/aws/vendedlogs/states/' + cdk.Names.uniqueResourceName(this, { maxLength: 200, separator: '-' }),
      retention: env.retention, removalPolicy: env.removal,
    });
    const endpointName = 'dropout-inference-' + env.name;
    const arn = (service: string, resource: string, resourceName: string) =>
      stack.formatArn({ service, resource, resourceName, arnFormat: cdk.ArnFormat.SLASH_RESOURCE_NAME });
    const endpointArn = arn('sagemaker', 'endpoint', endpointName);
    const policy = new iam.ManagedPolicy(this, 'Permissions', {
      description: 'What an execution of the clinical risk pipeline may do.',
      statements: [
        allow('StartEMRJob', [arn('elasticmapreduce', 'cluster', env.cluster)],
          'elasticmapreduce:AddJobFlowSteps', 'elasticmapreduce:DescribeStep', 'elasticmapreduce:CancelSteps'),
        allow('StartEMRJobEvents', [arn('events', 'rule', 'StepFunctionsGetEventForEMRAddJobFlowStepsRule')],
          'events:PutTargets', 'events:PutRule', 'events:DescribeRule'),
        allow('InvokeModel', [endpointArn], 'sagemaker:InvokeEndpoint'),
        allow('NotifyTeam', [alerts.topicArn], 'sns:Publish'),
        allow('NotifyTeamEncryption', [alerts.masterKey!.keyArn], 'kms:GenerateDataKey', 'kms:Decrypt'),
        allow('Logging', ['*'], ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries',
          'PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'].map((action) => 'logs:' + action)),
        allow('Tracing', ['*'], 'xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'),
      ],
    });
    const role = new iam.Role(this, 'Role', {
      description: 'Assumed by executions of the clinical risk pipeline.',
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'), managedPolicies: [policy],
    });

    const end = sfn.Pass.jsonata(this, 'End');
    const extract = retrying(tasks.EmrAddStep.jsonata(this, 'StartEMRJob', {
      comment: 'Prepares the features on the cluster.', integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      clusterId: env.cluster, name: 'Clinical risk features', actionOnFailure: tasks.ActionOnFailure.CONTINUE, jar: 'command-runner.jar',
      args: ['spark-submit', ...env.sparkArguments, `s3://clinical-risk-${env.name}/jobs/etl.py`,
        '--trial-id', expression(textOf('trialId')), '--run-id', expression('$states.context.Execution.Name')],
      taskTimeout: sfn.Timeout.duration(seconds(4 * 3600)), outputs: expression('$states.input'),
    }), emrRetries);
    const notify = retrying(tasks.SnsPublish.jsonata(this, 'NotifyTeam', this.alert(alerts, env)), alertRetries);
    const invoke = retrying(tasks.CallAwsService.jsonata(this, 'InvokeModel', {
      comment: 'Asks the endpoint for the risk of dropout.', service: 'sagemakerruntime', action: 'invokeEndpoint',
      parameters: {
        Accept: 'application/json', Body: { features: expression('$states.input.transformed_features') },
        ContentType: 'application/json', EndpointName: endpointName,
      },
      iamAction: 'sagemaker:InvokeEndpoint', iamResources: [endpointArn], taskTimeout: sfn.Timeout.duration(seconds(65)),
      outputs: expression('$merge([$states.input, {"inference": $parse($states.result.Body), "variant": $states.result.InvokedProductionVariant}])'),
    }), modelRetries);
    const invalid = sfn.Fail.jsonata(this, 'InvalidScore', {
      comment: 'An unknown risk is an error that somebody sees, never low risk.', error: 'InvalidScore',
      cause: `The endpoint ${endpointName} answered without a usable score: risk_score must be a number from 0 to 1.`,
    });
    const scoreIs = (test: string) => sfn.Condition.jsonata(expression(
      '( $answer := $states.input.inference; $score := $type($answer) = "object" ? $answer.risk_score : null; '
      + `$type($score) = "number" ? (${test}) : false )`));
    const check = sfn.Choice.jsonata(this, 'CheckRisk', { comment: 'Is the risk above 0.75?' })
      .when(scoreIs('$score > 0.75 and $score <= 1'), notify.next(end), { comment: 'above 0.75' })
      .when(scoreIs('$score >= 0 and $score <= 1'), end, { comment: 'another number from 0 to 1' })
      .otherwise(invalid);

    const machine = new sfn.StateMachine(this, 'StateMachine', {
      comment: "Scores a subject's risk of dropout and alerts the team when it is high.",
      definitionBody: sfn.DefinitionBody.fromChainable(sfn.Chain.start(extract).next(invoke.next(check))),
      queryLanguage: sfn.QueryLanguage.JSONATA, role: role.withoutPolicyUpdates(), timeout: seconds(6 * 3600), tracingEnabled: true,
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    new events.Rule(this, 'OutcomeRule', {
      description: 'An execution of the clinical risk pipeline did not succeed.',
      eventPattern: {
        source: ['aws.states'], detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [new targets.SnsTopic(operations, {
        message: events.RuleTargetInput.fromObject({
          execution: events.EventField.fromPath('$.detail.executionArn'),
          message: 'An execution of the clinical risk pipeline did not succeed', status: events.EventField.fromPath('$.detail.status'),
        }),
      })],
    });
    output(stack, 'StateMachineArn', 'Start an execution of this state machine.', machine.stateMachineArn);
    output(stack, 'AlertTopicArn', 'Subscribe the team to this topic.', alerts.topicArn);
    output(stack, 'OperationsTopicArn', 'Subscribe operations to this topic.', operations.topicArn);
  }

  private alert(topic: sns.ITopic, env: Environment): tasks.SnsPublishJsonataProps {
    const fields: [string, string, string][] = [
      ['message', '', '"High dropout risk detected"'], ['environment', 'Environment', JSON.stringify(env.name)],
      ['trialId', 'Trial', textOf('trialId')], ['threshold', 'Threshold', '0.75'],
      ['execution', 'Execution', '$states.context.Execution.Id'], ['subject', 'Subject', textOf('subject')],
    ];
    const attribute = (value: string) => ({ value, dataType: tasks.MessageAttributeDataType.STRING });
    return {
      comment: 'Alerts the team.', topic, subject: 'Trial Risk Alert', messagePerSubscriptionType: true,
      message: sfn.TaskInput.fromObject({
        default: expression('$string({' + ['"schemaVersion": 1', ...fields.map(([name, , value]) => `"${name}": ${value}`)].join(', ') + '})'),
        email: expression([fields[0][2], ...fields.slice(1).map(([, label, value]) => `"\\n${label}: " & (${value})`)].join(' & ')),
      }),
      messageAttributes: { environment: attribute(env.name), severity: attribute('high'), trial: attribute(expression(textOf('trialId'))) },
      taskTimeout: sfn.Timeout.duration(seconds(30)),
      outputs: expression('$merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}])'),
    };
  }
}

function output(stack: cdk.Stack, id: string, description: string, value: string) {
  new cdk.CfnOutput(stack, id, { description, value });
}

const app = new cdk.App();
const environments: Environment[] = [
  { name: 'dev', cluster: 'j-DEV0000000000', sparkArguments: [], retention: logs.RetentionDays.ONE_MONTH, removal: cdk.RemovalPolicy.DESTROY },
  { name: 'staging', cluster: 'j-STAGING000000', sparkArguments: [], retention: logs.RetentionDays.SIX_MONTHS, removal: cdk.RemovalPolicy.DESTROY },
  {
    name: 'prod', cluster: 'j-PROD000000000', sparkArguments: ['--deploy-mode', 'cluster'],
    retention: logs.RetentionDays.TEN_YEARS, removal: cdk.RemovalPolicy.RETAIN,
  },
];
for (const env of environments) {
  const stage = new cdk.Stage(app, env.name[0].toUpperCase() + env.name.slice(1));
  const stack = new cdk.Stack(stage, 'ClinicalRisk', { description: 'Clinical risk pipeline, ' + env.name });
  cdk.Tags.of(stack).add('application', 'clinical-risk-pipeline');
  cdk.Tags.of(stack).add('environment', env.name);
  new Pipeline(stack, 'Pipeline', env);
}
app.synth();
