import {
  Duration,
  type aws_cloudwatch as cloudwatch,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  type aws_kms as kms,
  aws_lambda as lambda,
  type aws_s3 as s3,
  type aws_sns as sns,
  aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import { HEALTH_REPORTS, MAINTENANCE } from '../audit/audit-prefixes.ts';
import { allow, allowPut } from '../restore-testing/restore-permissions.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { FunctionLogGroup } from '../shared/function-log-group.ts';
import { packedProgram } from '../shared/packed-program.ts';
import { StateMachineLogGroup } from '../shared/state-machine-log-group.ts';
import type { Measured, MetricSource, Settings } from './report.lambda/settings.ts';

const ENTRY = fileURLToPath(new URL('report.lambda/index.ts', import.meta.url));

/** UTC. The last values of the month before are there, and nobody has missed anything yet. */
const HOUR = 6;

export interface HealthReportProps extends Pick<
  Settings,
  | 'environment'
  | 'tier'
  | 'users'
  | 'workers'
  | 'availabilityPercent'
  | 'businessHours'
  | 'storageGiB'
  | 'proofs'
> {
  readonly auditBucket: s3.IBucket;
  /**
   * Copy of it in the recovery Region, where drills are reported.
   *
   * @default - there are no drills
   */
  readonly drills?: { readonly bucket: s3.IBucket; readonly region: string };
  readonly metrics: Readonly<Partial<Record<Measured, cloudwatch.Metric>>>;
  /** Who is told. */
  readonly topic: sns.ITopic;
  /** Key of the topic and of the logs. */
  readonly logKey: kms.IKey;
  /** Days for which logs are kept. */
  readonly logRetentionDays: number;
}

/**
 * On the first working day of each month, a report on the month before: a page in the audit bucket, and what it comes to at the
 * topic of the alarms. The function only reads and writes the page; the state machine publishes.
 *
 * Costs nothing to speak of: some twenty metrics are asked for in a month, and a thousand cost USD 0.01.
 */
export class HealthReport extends Construct {
  readonly machine: sfn.StateMachine;

  private readonly props: HealthReportProps;

  constructor(scope: Construct, id: string, props: HealthReportProps) {
    super(scope, id);
    this.props = props;
    this.machine = this.defineMachine(this.defineFunction());
    new events.Rule(this, 'Monthly', {
      description: 'Reports on the month before',
      // The working day that is nearest to the first, within the month.
      schedule: events.Schedule.cron({ day: '1W', hour: String(HOUR), minute: '0' }),
      targets: [new targets.SfnStateMachine(this.machine)],
    });
  }

  private defineFunction(): lambda.Function {
    const logGroup = new FunctionLogGroup(this, 'Logs', this.props);
    return new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: packedProgram(this, { name: 'health-report', entry: ENTRY, external: ['@aws-sdk/*'] }),
      handler: 'index.reportHealth',
      role: this.role(logGroup),
      logGroup,
      memorySize: 512,
      timeout: Duration.minutes(5),
      environment: { SETTINGS: this.settings() },
    });
  }

  private settings(): string {
    const {
      auditBucket,
      drills,
      metrics,
      topic: _topic,
      logKey: _key,
      logRetentionDays: _days,
      ...rest
    } = this.props;
    const settings: Settings = {
      ...rest,
      auditBucket: auditBucket.bucketName,
      drills: drills && { bucket: drills.bucket.bucketName, region: drills.region },
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, sourceOf(metric)])),
    };
    return JSON.stringify(settings);
  }

  private role(logGroup: FunctionLogGroup): iam.Role {
    const { auditBucket, drills } = this.props;
    const role = logGroup.roleOf(this, 'Role');
    allow(role, ['cloudwatch:DescribeAlarmHistory', 'cloudwatch:GetMetricData'], '*');
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Metrics have no ARN, and the history of all alarms is asked for at once. Both actions read numbers and states, and can change nothing.',
    );
    allow(role, ['s3:ListBucket'], auditBucket.bucketArn);
    const looks = auditBucket.arnForObjects(`${MAINTENANCE}*`);
    allow(role, ['s3:GetObject'], looks);
    acknowledgeWildcard(
      role,
      looks,
      'The last look at the database is read, whose name has its moment in it; of restore tests and drills the names alone are.',
    );
    auditBucket.encryptionKey?.grantDecrypt(role);
    allowPut(role, auditBucket, HEALTH_REPORTS, 'A health report');
    if (drills !== undefined) allow(role, ['s3:ListBucket'], drills.bucket.bucketArn);
    return role;
  }

  private defineMachine(report: lambda.Function): sfn.StateMachine {
    const { topic, logKey } = this.props;
    const role = new iam.Role(this, 'MachineRole', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
    });
    allow(role, ['lambda:InvokeFunction'], report.functionArn);
    allow(role, ['sns:Publish'], topic.topicArn);
    // The topic is encrypted, by whoever publishes.
    allow(role, ['kms:Decrypt', 'kms:GenerateDataKey'], logKey.keyArn);
    const machine = new sfn.StateMachine(this, 'Machine', {
      comment: 'Reports on the month before, and tells people',
      definitionBody: sfn.DefinitionBody.fromChainable(this.states(report)),
      role,
      logs: {
        destination: new StateMachineLogGroup(this, 'MachineLogs', { ...this.props, prefix: 'odoo-health' }),
        level: sfn.LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    acknowledge(
      machine,
      'AwsSolutions-SF2',
      'Two calls a month; a trace would show no more than the log of the machine, which has both with their times.',
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Step Functions sets up the delivery of the log of the machine with this role, by actions of CloudWatch Logs that take no resource. The function, the topic and its key are named.',
    );
    return machine;
  }

  private states(report: lambda.Function): sfn.IChainable {
    const write = new sfn.CustomState(this, 'Write', {
      stateJson: { Type: 'Task', Resource: report.functionArn, TimeoutSeconds: 360 },
    });
    const tell = new sfn.CustomState(this, 'Tell', {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${this.partition}:states:::sns:publish`,
        Parameters: {
          TopicArn: this.props.topic.topicArn,
          'Subject.$': '$.subject',
          'Message.$': '$.message',
        },
      },
    });
    for (const state of [write, tell]) {
      state.addRetry({
        errors: [sfn.Errors.ALL],
        interval: Duration.minutes(1),
        backoffRate: 4,
        maxAttempts: 4,
      });
    }
    return write.next(tell);
  }

  private get partition(): string {
    return this.props.topic.stack.partition;
  }
}

function sourceOf({ namespace, metricName, statistic, dimensions = {} }: cloudwatch.Metric): MetricSource {
  return [namespace, metricName, statistic, dimensions];
}
