// The one-subject stacks of every environment in TypeScript. The templates are the same as those of the Go packages stages, risk,
// monitoring and release. Keys of maps and statements of policies are sorted, as in Go.
import * as cdk from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Monitoring } from './monitoring';
import { Pipeline } from './pipeline';
import { Release, Shift } from './release';

interface Environment {
  readonly name: string;
  readonly clusterId: string;
  readonly sparkArguments?: string[];
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: cdk.RemovalPolicy;
  readonly shift?: Shift;
  readonly withoutSubjectRecords?: string;
}

const exampleCluster = 'j-EXAMPLE000000';

const environments: Environment[] = [
  {
    name: 'dev',
    clusterId: exampleCluster,
    logRetention: logs.RetentionDays.ONE_MONTH,
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  },
  {
    name: 'staging',
    clusterId: exampleCluster,
    logRetention: logs.RetentionDays.SIX_MONTHS,
    removalPolicy: cdk.RemovalPolicy.DESTROY,
  },
  {
    name: 'prod',
    clusterId: exampleCluster,
    sparkArguments: ['--deploy-mode', 'cluster'],
    logRetention: logs.RetentionDays.TEN_YEARS,
    removalPolicy: cdk.RemovalPolicy.RETAIN,
    shift: { percentage: 10, interval: cdk.Duration.hours(1) },
    withoutSubjectRecords: 'Executions that score one subject test a released version. Nobody decides about a subject by their alert: '
      + "decisions follow the cohort's executions, which are recorded.",
  },
];

class ClinicalRiskStack extends cdk.Stack {
  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, { description: `Clinical risk pipeline, ${environment.name}` });
    const tagged = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };
    cdk.Tags.of(this).add('application', 'clinical-risk-pipeline', tagged);
    cdk.Tags.of(this).add('environment', environment.name, tagged);
    this.refuseUnset(environment);
    if (environment.withoutSubjectRecords) {
      this.templateOptions.metadata = { WithoutDecisionRecords: environment.withoutSubjectRecords };
    }

    const endpointName = `dropout-inference-${environment.name}`;
    const pipeline = new Pipeline(this, 'Pipeline', {
      environment: environment.name,
      clusterId: environment.clusterId,
      script: `s3://clinical-risk-${environment.name}/jobs/etl.py`,
      sparkArguments: environment.sparkArguments,
      endpointName,
      logRetention: environment.logRetention,
      removalPolicy: environment.removalPolicy,
    });
    const monitoring = new Monitoring(this, 'Monitoring', {
      stateMachine: pipeline.stateMachine,
      endpointName,
      alerts: pipeline.alertTopic,
      operations: pipeline.operationsTopic,
    });
    const release = new Release(this, 'Release', {
      stateMachine: pipeline.stateMachine,
      shift: environment.shift,
      alarms: environment.shift && monitoring.deploymentAlarms,
    });

    this.output('StateMachineArn', 'The state machine. The console lists its executions.', pipeline.stateMachine.stateMachineArn);
    this.output('AlertTopicArn', 'Subscribe the team to this topic.', pipeline.alertTopic.topicArn);
    this.output('OperationsTopicArn', 'Subscribe operations to this topic.', pipeline.operationsTopic.topicArn);
    this.output('LiveAliasArn', 'Start executions of this alias: it points to the released version.', release.aliasArn);
  }

  private output(id: string, description: string, value: string) {
    new cdk.CfnOutput(this, id, { description, value });
  }

  private refuseUnset({ name, clusterId }: Environment) {
    const ways = (key: string) => `set CLINICAL_RISK_${name.toUpperCase()}_${key.toUpperCase()}, or -c ${name}:${key}=VALUE`;
    const faults: string[] = [];
    if (clusterId === exampleCluster) {
      faults.push(`ClusterID is an example, "${clusterId}": ${ways('cluster')}, or write the cluster's own id into stages/environments.go`);
    }
    if (name.startsWith('prod')) {
      faults.push(...['Account', 'Region'].map((field) =>
        `${field} is required in production: ${ways(field.toLowerCase())}, or write it into stages/environments.go`));
    }
    if (faults.length === 0) {
      return;
    }
    new cdk.CfnRule(this, 'Unset', {
      assertions: faults.map((fault) => ({
        assert: cdk.Fn.conditionEquals(cdk.Fn.ref('BootstrapVersion'), 'none'),
        assertDescription: `environment "${name}": ${fault}`,
      })),
    });
  }
}

const app = new cdk.App();
for (const environment of environments) {
  const stage = new cdk.Stage(app, environment.name[0].toUpperCase() + environment.name.slice(1));
  new ClinicalRiskStack(stage, 'ClinicalRisk', environment);
}
app.synth({ validateOnSynthesis: true });
