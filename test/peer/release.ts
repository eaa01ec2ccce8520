import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** The share of the executions that a new version gets first, in percent, and for how long. */
export interface Shift {
  readonly percentage: number;
  readonly interval: cdk.Duration;
}

export interface ReleaseProps {
  readonly stateMachine: sfn.StateMachine;
  /** @default - all at once */
  readonly shift?: Shift;
  /** @default - no alarm rolls a shift back */
  readonly alarms?: cloudwatch.IAlarm[];
}

/** The version that a deployment publishes, and the alias that shifts to it. */
export class Release extends Construct {
  readonly aliasArn: string;

  constructor(scope: Construct, id: string, props: ReleaseProps) {
    super(scope, id);
    const machine = props.stateMachine.node.defaultChild as sfn.CfnStateMachine;
    const version = new sfn.CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: props.stateMachine.stateMachineArn,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
    });
    version.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);

    const alias = new sfn.CfnStateMachineAlias(this, 'Alias', {
      name: 'live',
      description: 'Executions start with this version.',
      deploymentPreference: {
        stateMachineVersionArn: version.attrArn,
        type: props.shift ? 'CANARY' : 'ALL_AT_ONCE',
        percentage: props.shift?.percentage,
        interval: props.shift?.interval.toMinutes(),
        alarms: props.alarms?.map((alarm) => alarm.alarmName),
      },
    });
    this.aliasArn = alias.attrArn;
  }
}
