import { createHash } from 'node:crypto';
import * as cdk from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { definition } from './states';

export interface PipelineProps {
  readonly environment: string;
  readonly clusterId: string;
  readonly script: string;
  readonly sparkArguments?: string[];
  readonly endpointName: string;
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: cdk.RemovalPolicy;
}

/** The workflow of one subject, with the resources that it needs. */
export class Pipeline extends Construct {
  readonly alertTopic: sns.Topic;
  readonly operationsTopic: sns.Topic;
  readonly stateMachine: sfn.StateMachine;
  private readonly stack: cdk.Stack;
  private readonly machineName: string;
  private readonly key: kms.Key;
  private readonly logGroup: logs.LogGroup;
  private readonly role: iam.Role;

  constructor(scope: Construct, id: string, private readonly props: PipelineProps) {
    super(scope, id);
    this.stack = cdk.Stack.of(this);
    this.machineName = cdk.Names.uniqueResourceName(this, { maxLength: 80, separator: '-' });
    this.key = this.addKey();
    this.alertTopic = this.addTopic('AlertTopic', 'Clinical risk alerts');
    this.operationsTopic = this.addTopic('OperationsTopic', 'Clinical risk operations');
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: this.logGroupName, encryptionKey: this.key, retention: props.logRetention,
      removalPolicy: this.kept,
    });
    this.role = this.addRole();
    this.stateMachine = this.addStateMachine();
    this.reportOutcomes();
  }

  /** What outlives its stack is still deleted where its creation is rolled back. */
  private get kept() {
    const policy = this.props.removalPolicy;
    return policy === cdk.RemovalPolicy.RETAIN ? cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : policy;
  }

  private addKey() {
    const account = new iam.AccountRootPrincipal();
    const grant = (sid: string, principal: iam.IPrincipal, actions: string[], conditions?: iam.Conditions) =>
      new iam.PolicyStatement({ sid, principals: [principal], actions, resources: ['*'], conditions });
    return new kms.Key(this, 'Key', {
      description: "Encrypts the data of the clinical risk pipeline's executions, its logs and its messages.",
      enableKeyRotation: true,
      removalPolicy: this.kept,
      pendingWindow: cdk.Duration.days(30),
      policy: new iam.PolicyDocument({
        statements: [
          grant('Administration', account, administration),
          grant('Executions', account, ['kms:Decrypt', 'kms:GenerateDataKey'], this.executionContext),
          grant('LogDelivery', account, ['kms:GenerateDataKey'], this.deliveryContext),
          grant('DeliverLogs', new iam.ServicePrincipal('delivery.logs.amazonaws.com'), ['kms:Decrypt']),
          grant('Logs', new iam.ServicePrincipal(this.regional('logs')), [
            'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
            'kms:ReEncryptFrom', 'kms:ReEncryptTo',
          ], { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': [this.arn('logs', 'log-group:' + this.logGroupName)] } }),
          grant('Topics', account, ['kms:Decrypt', 'kms:GenerateDataKey'], this.throughTopics),
          grant('ReportOutcomes', new iam.ServicePrincipal('events.amazonaws.com'), ['kms:Decrypt', 'kms:GenerateDataKey']),
        ],
      }),
    });
  }

  private addTopic(id: string, displayName: string) {
    return new sns.Topic(this, id, { displayName, masterKey: this.key, enforceSSL: true });
  }

  private addRole() {
    const allow = (sid: string, resource: string, actions: string[], conditions?: iam.Conditions) =>
      new iam.PolicyStatement({ sid, actions, resources: [resource], conditions });
    const permissions = new iam.ManagedPolicy(this, 'Permissions', {
      description: 'What an execution of the clinical risk pipeline may do.',
      statements: [
        allow('ExecutionEncryption', this.key.keyArn, ['kms:Decrypt', 'kms:GenerateDataKey'], this.executionContext),
        allow('InvokeModel', this.endpointArn, ['sagemaker:InvokeEndpoint']),
        allow('LogEncryption', this.key.keyArn, ['kms:GenerateDataKey'], this.deliveryContext),
        allow('Logging', '*', [
          'logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery',
          'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups',
        ]),
        allow('NotifyTeam', this.alertTopic.topicArn, ['sns:Publish']),
        allow('StartEMRJob', this.arn('elasticmapreduce', 'cluster/' + this.props.clusterId),
          ['elasticmapreduce:AddJobFlowSteps', 'elasticmapreduce:DescribeStep', 'elasticmapreduce:CancelSteps']),
        allow('StartEMRJobEvents', this.arn('events', 'rule/StepFunctionsGetEventForEMRAddJobFlowStepsRule'),
          ['events:PutTargets', 'events:PutRule', 'events:DescribeRule']),
        allow('TopicEncryption', this.key.keyArn, ['kms:GenerateDataKey', 'kms:Decrypt'], this.throughTopics),
        allow('Tracing', '*',
          ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets']),
      ],
    });
    return new iam.Role(this, 'Role', {
      description: 'Assumed by executions of the clinical risk pipeline.',
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.stack.account },
          ArnLike: { 'aws:SourceArn': [this.machineArn, this.machineArn + ':*', this.machineArn + '/*'] },
        },
      }),
      managedPolicies: [permissions],
    });
  }

  private addStateMachine() {
    const machine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: this.machineName,
      comment: "Scores a subject's risk of dropout and alerts the team when it is high.",
      definitionBody: sfn.DefinitionBody.fromChainable(definition(this, {
        ...this.props, endpointArn: this.endpointArn, alertTopic: this.alertTopic,
      })),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      role: this.role.withoutPolicyUpdates(),
      timeout: cdk.Duration.hours(6),
      tracingEnabled: true,
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    const resource = machine.node.defaultChild as sfn.CfnStateMachine;
    resource.encryptionConfiguration = { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: this.key.keyArn };
    resource.addDeletionOverride('DependsOn');
    cdk.Tags.of(machine).add('definition-digest', digestOf(this.stack.resolve(resource.definitionString)));
    return machine;
  }

  private reportOutcomes() {
    new events.CfnRule(this, 'OutcomeRule', {
      description: 'An execution of the clinical risk pipeline did not succeed.',
      state: 'ENABLED',
      eventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [this.stateMachine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [{
        id: 'Operations',
        arn: this.operationsTopic.topicArn,
        inputTransformer: {
          inputPathsMap: { execution: '$.detail.executionArn', status: '$.detail.status' },
          inputTemplate: '{"message": "An execution of the clinical risk pipeline did not succeed", "status": <status>, "execution": <execution>}',
        },
      }],
    });
    this.operationsTopic.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'ReportOutcomes',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [this.operationsTopic.topicArn],
    }));
  }

  private get endpointArn() { return this.arn('sagemaker', 'endpoint/' + this.props.endpointName.toLowerCase()); }
  private get machineArn() { return this.arn('states', 'stateMachine:' + this.machineName); }
  private get logGroupName() { return '/aws/vendedlogs/states/' + this.machineName; }

  private get executionContext() { return { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': [this.machineArn] } }; }
  private get deliveryContext() { return { StringEquals: { 'kms:EncryptionContext:SourceArn': [this.arn('logs', '*')] } }; }
  private get throughTopics() { return { StringEquals: { 'kms:ViaService': this.regional('sns') } }; }

  private regional(service: string) { return `${service}.${this.stack.region}.${this.stack.urlSuffix}`; }

  private arn(service: string, resource: string) {
    return this.stack.formatArn({ service, resource, arnFormat: cdk.ArnFormat.NO_RESOURCE_NAME });
  }
}

/** What the IAM policies of the account may allow for a key: managing it, but not using it. */
const administration = [
  'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:DescribeKey', 'kms:DisableKey', 'kms:DisableKeyRotation',
  'kms:EnableKey', 'kms:EnableKeyRotation', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListGrants', 'kms:ListKeyPolicies',
  'kms:ListKeyRotations', 'kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:RevokeGrant', 'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion', 'kms:TagResource', 'kms:UntagResource', 'kms:UpdateAlias', 'kms:UpdateKeyDescription',
];

/** The SHA-256 of a value as JSON, with sorted keys. */
function digestOf(value: unknown): string {
  const sorted = (_: string, v: unknown) => v !== null && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v;
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex');
}
