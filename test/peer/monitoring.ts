import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface MonitoringProps {
  readonly stateMachine: sfn.IStateMachine;
  readonly endpointName: string;
  readonly alerts: sns.ITopic;
  readonly operations: sns.Topic;
}

/** The alarms of a pipeline, which notify the operations topic, and a dashboard. */
export class Monitoring extends Construct {
  /** The alarms that a broken version of the state machine raises. */
  readonly deploymentAlarms: cloudwatch.Alarm[];
  private readonly alarms: cloudwatch.Alarm[] = [];
  private readonly action: actions.SnsAction;

  constructor(scope: Construct, id: string, private readonly props: MonitoringProps) {
    super(scope, id);
    this.action = new actions.SnsAction(props.operations);
    this.letAlarmsReachOperations();

    const executions = this.executions();
    const model = this.model();
    const deliveries = this.deliveries();
    this.deploymentAlarms = [executions.failed, executions.timedOut, model.clientErrors, model.serverErrors];
    this.addDashboard([executions.graph, model.graph, deliveries.graph]);
  }

  private executions() {
    const metric = (metricName: string, statistic = cloudwatch.Stats.SUM) => new cloudwatch.Metric({
      namespace: 'AWS/States', metricName, statistic, dimensionsMap: { StateMachineArn: this.props.stateMachine.stateMachineArn },
    });
    const failed = metric('ExecutionsFailed');
    const timedOut = metric('ExecutionsTimedOut');
    const aborted = metric('ExecutionsAborted');
    const throttled = metric('ExecutionThrottled');
    const failedAlarm = this.alarm('FailedExecutions', failed, 1,
      "An execution of the clinical risk pipeline failed. Its error is in the execution's history; a redrive within 14 days resumes it.");
    const timedOutAlarm = this.alarm('TimedOutExecutions', timedOut, 1,
      'An execution of the clinical risk pipeline timed out. Its history shows the state that it waited in; a redrive within 14 days resumes it.');
    this.alarm('AbortedExecutions', aborted, 1,
      "Somebody stopped an execution of the clinical risk pipeline. CloudTrail's event StopExecution shows who.");
    this.alarm('ThrottledExecutions', throttled, 1,
      "Step Functions throttles state transitions of the clinical risk pipeline: executions take longer. See the account's quotas.");
    return {
      failed: failedAlarm,
      timedOut: timedOutAlarm,
      graph: graph('Executions', [
        metric('ExecutionsStarted').with({ label: 'started' }),
        metric('ExecutionsSucceeded').with({ label: 'succeeded' }),
        failed.with({ label: 'failed' }),
        timedOut.with({ label: 'timed out' }),
        aborted.with({ label: 'aborted' }),
        throttled.with({ label: 'throttled transitions' }),
      ], [metric('ExecutionTime', cloudwatch.Stats.MAXIMUM).with({ label: 'longest, ms' })]),
    };
  }

  private model() {
    const metric = (metricName: string, statistic = cloudwatch.Stats.SUM) => new cloudwatch.Metric({
      namespace: 'AWS/SageMaker', metricName, statistic,
      dimensionsMap: { EndpointName: this.props.endpointName, VariantName: 'AllTraffic' },
    });
    const client = metric('Invocation4XXErrors');
    const server = metric('Invocation5XXErrors');
    const latency = metric('ModelLatency', cloudwatch.Stats.AVERAGE);
    const clientErrors = this.alarm('ModelClientErrors', client, 1,
      "The model refused requests of the clinical risk pipeline (4xx). They are not retried: subjects may not be scored. See the endpoint's log.");
    const serverErrors = this.alarm('ModelServerErrors', server, 1,
      "The model of the clinical risk pipeline failed (5xx). The requests are retried; see the endpoint's log.");
    this.alarm('ModelLatency', latency, 10_000_000,
      'The model of the clinical risk pipeline takes 10s or longer to answer. A request that takes a minute fails.');
    return {
      clientErrors,
      serverErrors,
      graph: graph('Model', [
        metric('Invocations').with({ label: 'invocations' }),
        client.with({ label: 'errors 4xx' }),
        server.with({ label: 'errors 5xx' }),
        metric('InvocationModelErrors').with({ label: 'no 2xx answer' }),
      ], [
        latency.with({ label: 'latency, µs' }),
        metric('OverheadLatency', cloudwatch.Stats.AVERAGE).with({ label: 'overhead, µs' }),
      ]),
    };
  }

  private deliveries() {
    const metric = (metricName: string) => new cloudwatch.Metric({
      namespace: 'AWS/SNS', metricName, statistic: cloudwatch.Stats.SUM, dimensionsMap: { TopicName: this.props.alerts.topicName },
    });
    const failed = metric('NumberOfNotificationsFailed');
    this.alarm('FailedDeliveries', failed, 1,
      'SNS could not deliver an alert of the clinical risk pipeline to a subscriber. The decision records say what it was about.');
    return {
      graph: graph('Alerts', [
        metric('NumberOfMessagesPublished').with({ label: 'published' }),
        metric('NumberOfNotificationsDelivered').with({ label: 'delivered' }),
        failed.with({ label: 'failed' }),
      ]),
    };
  }

  private alarm(id: string, metric: cloudwatch.IMetric, threshold: number, alarmDescription: string) {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.action);
    this.alarms.push(alarm);
    return alarm;
  }

  private letAlarmsReachOperations() {
    const { operations } = this.props;
    operations.addToResourcePolicy(this.allowCloudWatch('PublishAlarms', operations.topicArn, ['sns:Publish']));
    operations.masterKey?.addToResourcePolicy(this.allowCloudWatch('EncryptAlarms', '*', ['kms:Decrypt', 'kms:GenerateDataKey']), true);
  }

  private allowCloudWatch(sid: string, resource: string, actions: string[]) {
    const stack = cdk.Stack.of(this);
    const alarms = stack.formatArn({
      service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
    });
    return new iam.PolicyStatement({
      sid,
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { ArnLike: { 'aws:SourceArn': alarms }, StringEquals: { 'aws:SourceAccount': stack.account } },
    });
  }

  /** Puts the states of the alarms above the graphs, two graphs in a row. */
  private addDashboard(graphs: cloudwatch.IWidget[]) {
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { defaultInterval: cdk.Duration.days(7) });
    dashboard.addWidgets(new cloudwatch.AlarmStatusWidget({
      title: 'Alarms of the clinical risk pipeline', alarms: this.alarms, width: 24, height: 4,
    }));
    for (let i = 0; i < graphs.length; i += 2) {
      dashboard.addWidgets(...graphs.slice(i, i + 2));
    }
  }
}

function graph(title: string, left: cloudwatch.IMetric[], right?: cloudwatch.IMetric[]) {
  return new cloudwatch.GraphWidget({ title, left, right, width: 12, height: 6, liveData: true });
}
