import {
  aws_autoscaling as autoscaling,
  aws_ecs as ecs,
  aws_ec2 as ec2,
  aws_elasticloadbalancingv2 as elbv2,
  aws_kms as kms,
  aws_rds as rds,
  aws_ses as ses,
  type Stack,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DatabasePlan } from '../../../config/sizing/plan.ts';
import { AlarmTopic } from '../../../constructs/monitoring/alarm-topic.ts';
import { DatabaseAlarms } from '../../../constructs/monitoring/database-alarms.ts';
import { FilestoreAlarms } from '../../../constructs/monitoring/filestore-alarms.ts';
import { LoadBalancerAlarms } from '../../../constructs/monitoring/load-balancer-alarms.ts';
import { MailAlarms } from '../../../constructs/monitoring/mail-alarms.ts';
import { ServerAlarms } from '../../../constructs/monitoring/server-alarms.ts';
import { ServerBackupAlarms } from '../../../constructs/monitoring/server-backup-alarms.ts';
import { ServerHealthAlarms } from '../../../constructs/monitoring/server-health-alarms.ts';
import { ServiceAlarms } from '../../../constructs/monitoring/service-alarms.ts';
import { openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

const GIB = 1024 ** 3;

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly unknown[];
  readonly OKActions: readonly unknown[];
  readonly TreatMissingData: string;
}

describe('every alarm', () => {
  const alarms = alarmsOf(stackWithAllAlarms());

  it('is defined once', () => {
    expect(alarms.map(slugOf).toSorted()).toEqual([
      'cron-cpu',
      'cron-memory',
      'cron-not-running',
      'database-connections',
      'database-cpu',
      'database-cpu-credits',
      'database-free-storage',
      'database-memory',
      'database-transaction-ids',
      'filestore-export-age',
      'filestore-export-failures',
      'filestore-import-failures',
      'filestore-lost-and-found',
      'load-balancer-errors',
      'load-balancer-latency',
      'load-balancer-no-healthy-target',
      'load-balancer-target-errors',
      'load-balancer-unhealthy-target',
      'mail-bounces',
      'mail-complaints',
      'server-backup-database-failed',
      'server-backup-database-late',
      'server-backup-database-overdue',
      'server-backup-dump-failed',
      'server-backup-dump-late',
      'server-backup-filestore-failed',
      'server-backup-filestore-late',
      'server-cpu',
      'server-cpu-credits',
      'server-data-disk',
      'server-data-disk-full',
      'server-memory',
      'server-odoo-unhealthy',
      'server-root-disk',
      'server-status-check',
      'server-wal-archive',
      'web-cpu',
      'web-memory',
      'web-not-running',
    ]);
  });

  it.each(alarms.map((alarm) => [alarm.AlarmName, alarm] as const))(
    '%s says where its runbook section is, and the section says what to do',
    (name, alarm) => {
      const anchor = /Runbook: docs\/runbook\.md#([a-z-]+)$/.exec(alarm.AlarmDescription)?.[1];
      expect(anchor).toBeDefined();
      expect(name).toMatch(new RegExp(`^prod-(critical|warning)-${anchor}$`));
      const section = runbookSections().get(anchor ?? '');
      expect(section).toBeDefined();
      expect(section).toMatch(/\*\*Means\*\*/);
      expect(section).toMatch(/\*\*Look( and do)?\*\*/);
      expect(section).toMatch(/\*\*(Do|Look and do)\*\*/);
    },
  );

  it('tells its topic when it begins and when it is over', () => {
    for (const alarm of alarms) {
      expect(alarm.AlarmActions).toHaveLength(1);
      expect(alarm.OKActions).toEqual(alarm.AlarmActions);
    }
  });

  it('has a section in the runbook and no section is left over', () => {
    expect([...runbookSections().keys()].toSorted()).toEqual(alarms.map(slugOf).toSorted());
  });
});

describe('database alarms', () => {
  const template = Template.fromStack(stackWithDatabaseAlarms({}));

  it('ring when a twentieth of the planned storage is left, or the instance is silent', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-database-free-storage',
      Namespace: 'AWS/RDS',
      MetricName: 'FreeStorageSpace',
      Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'odoo' }],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 5 * GIB,
      Period: 300,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });

  it('leave silence to the storage alarm, so that one outage does not ring five times', () => {
    for (const metric of [
      'CPUUtilization',
      'FreeableMemory',
      'DatabaseConnections',
      'MaximumUsedTransactionIDs',
    ]) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: metric,
        TreatMissingData: 'missing',
      });
    }
  });

  it('ring above 90 % CPU for a quarter of an hour', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-database-cpu',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 90,
      Period: 300,
      EvaluationPeriods: 3,
    });
  });

  it('ring when a twentieth of the memory is left', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-database-memory',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 0.4 * GIB,
    });
  });

  it('ring at 85 % of the connections of the plan', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-database-connections',
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 340,
      DatapointsToAlarm: 3,
    });
  });

  it('ring halfway to the end of transaction ids', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-database-transaction-ids',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1_000_000_000,
    });
  });

  it('watch CPU credits of burstable classes only', () => {
    const credits = {
      MetricName: 'CPUSurplusCreditsCharged',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    };
    template.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', credits, 0);
    Template.fromStack(stackWithDatabaseAlarms({ class: 'db.t4g.large' })).resourcePropertiesCountIs(
      'AWS::CloudWatch::Alarm',
      credits,
      1,
    );
  });
});

describe('load balancer alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addLoadBalancerAlarms(stack, topic)));

  it('ring when no target is healthy, and when there is none at all', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-load-balancer-no-healthy-target',
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HealthyHostCount',
      Dimensions: [
        { Name: 'LoadBalancer', Value: { 'Fn::GetAtt': [Match.anyValue(), 'LoadBalancerFullName'] } },
        { Name: 'TargetGroup', Value: { 'Fn::GetAtt': [Match.anyValue(), 'TargetGroupFullName'] } },
      ],
      Statistic: 'Maximum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });

  it('ring when a target stays unhealthy for longer than Odoo takes to start', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-load-balancer-unhealthy-target',
      MetricName: 'UnHealthyHostCount',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 10,
      TreatMissingData: 'notBreaching',
    });
  });

  it('ring above a share of failures, but not for the one failure of a quiet night', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-load-balancer-target-errors',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 5,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(requests > 20, 100 * FILL(failures, 0) / requests, 0)' }),
        Match.objectLike({
          Id: 'failures',
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ MetricName: 'HTTPCode_Target_5XX_Count' }),
          }),
        }),
        Match.objectLike({
          Id: 'requests',
          MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: 'RequestCount' }) }),
        }),
      ]),
    });
  });

  it("ring at the load balancer's own failures", () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-load-balancer-errors',
      MetricName: 'HTTPCode_ELB_5XX_Count',
      Statistic: 'Sum',
      Threshold: 10,
      TreatMissingData: 'notBreaching',
    });
  });

  it('ring when the slowest twentieth takes three seconds, unless there are too few requests to tell', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-load-balancer-latency',
      MetricName: 'TargetResponseTime',
      ExtendedStatistic: 'p95',
      Threshold: 3,
      EvaluationPeriods: 3,
      EvaluateLowSampleCountPercentile: 'ignore',
      TreatMissingData: 'notBreaching',
    });
  });
});

describe('service alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addServiceAlarms(stack, topic)));

  it.each(['web', 'cron'])('ring when no %s task runs, which nothing reports', (role) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-critical-${role}-not-running`,
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 10,
      TreatMissingData: 'breaching',
    });
  });

  it.each(['web', 'cron'])('ring when CPU or memory of the %s tasks is nearly used up', (role) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${role}-cpu`,
      Statistic: 'Average',
      Threshold: 90,
      EvaluationPeriods: 6,
      TreatMissingData: 'missing',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${role}-memory`,
      MetricName: 'MemoryUtilization',
      Statistic: 'Maximum',
      Threshold: 90,
      EvaluationPeriods: 3,
      TreatMissingData: 'missing',
    });
  });
});

describe('mail alarms', () => {
  const template = Template.fromStack(stackWith(addMailAlarms));

  it.each([
    ['mail-bounces', 'Reputation.BounceRate', 0.05],
    ['mail-complaints', 'Reputation.ComplaintRate', 0.001],
  ])('ring where AWS begins to worry about the account: %s', (name, metric, threshold) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${name}`,
      Namespace: 'AWS/SES',
      MetricName: metric,
      Dimensions: Match.absent(),
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: threshold,
      TreatMissingData: 'ignore',
    });
  });

  it('tell the topic of each bounce and complaint, which it takes from that configuration set alone', () => {
    const [configurationSet] = Object.keys(template.findResources('AWS::SES::ConfigurationSet'));
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const [policy] = Object.keys(template.findResources('AWS::SNS::TopicPolicy'));
    template.hasResource('AWS::SES::ConfigurationSetEventDestination', {
      Properties: {
        ConfigurationSetName: { Ref: configurationSet },
        EventDestination: {
          Enabled: true,
          MatchingEventTypes: ['bounce', 'complaint', 'reject'],
          SnsDestination: { TopicARN: { Ref: topic } },
        },
      },
      // SES tries the topic when it is told of it.
      DependsOn: [policy],
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sns:Publish',
            Principal: { Service: 'ses.amazonaws.com' },
            Condition: {
              StringEquals: {
                'AWS:SourceAccount': { Ref: 'AWS::AccountId' },
                'AWS:SourceArn': Match.objectLike({
                  'Fn::Join': ['', Match.arrayWith([':configuration-set/', { Ref: configurationSet }])],
                }),
              },
            },
          }),
        ]),
      },
    });
  });

  it('leave the bounces of an identity that others made to them', () => {
    const others = Template.fromStack(
      stackWith((stack, topic) => {
        new MailAlarms(stack, 'MailAlarms', { topic });
      }),
    );
    others.resourceCountIs('AWS::SES::ConfigurationSetEventDestination', 0);
    others.resourceCountIs('AWS::CloudWatch::Alarm', 2);
  });
});

describe('filestore alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addFilestoreAlarms(stack, topic)));

  it.each([
    ['critical', 'filestore-export-failures', 'ExportFailures'],
    ['critical', 'filestore-import-failures', 'ImportFailures'],
    ['warning', 'filestore-lost-and-found', 'LostAndFoundFiles'],
  ])('ring at the first file: %s %s', (severity, name, metric) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-${severity}-${name}`,
      Namespace: 'AWS/S3/Files',
      MetricName: metric,
      Dimensions: [{ Name: 'FileSystemId', Value: 'fs-0123456789abcdef0' }],
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
  });

  it('ring when attachments wait half an hour for the bucket', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-filestore-export-age',
      MetricName: 'ExportAge',
      Statistic: 'Maximum',
      Threshold: 1800,
      TreatMissingData: 'notBreaching',
    });
  });
});

describe('server alarms', () => {
  it('ring when the server fails its checks or is missing', () => {
    Template.fromStack(stackWithServerAlarms('m7g.large')).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-server-status-check',
      Namespace: 'AWS/EC2',
      MetricName: 'StatusCheckFailed',
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'server' }],
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 10,
      TreatMissingData: 'breaching',
    });
  });

  it('ring above 90 % CPU for half an hour', () => {
    Template.fromStack(stackWithServerAlarms('m7g.large')).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-server-cpu',
      Threshold: 90,
      EvaluationPeriods: 6,
      TreatMissingData: 'missing',
    });
  });

  it.each([
    ['t4g.xlarge', 1],
    ['m7g.large', 0],
  ])('watch CPU credits of burstable types only: %s', (instanceType, count) => {
    Template.fromStack(stackWithServerAlarms(instanceType)).resourcePropertiesCountIs(
      'AWS::CloudWatch::Alarm',
      { MetricName: 'CPUSurplusCreditsCharged', TreatMissingData: 'notBreaching' },
      count,
    );
  });
});

describe("alarms on the server's own metrics", () => {
  const stack = stackWith((stack, topic) => {
    new ServerBackupAlarms(stack, 'ServerBackupAlarms', { topic });
    new ServerHealthAlarms(stack, 'ServerHealthAlarms', { topic });
  });
  const template = Template.fromStack(stack);
  const environment = { Name: 'Environment', Value: 'prod' };

  it.each(['database', 'filestore', 'dump'])(
    'ring at each failed %s backup, and are over until the next',
    (job) => {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `prod-warning-server-backup-${job}-failed`,
        Namespace: 'Odoo/Server',
        MetricName: 'BackupSucceeded',
        Dimensions: [environment, { Name: 'Job', Value: job }],
        Statistic: 'Minimum',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        Period: 300,
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      });
    },
  );

  it.each([
    ['warning', 'server-backup-database-late', 'database', 7_200, 1, 'missing'],
    ['critical', 'server-backup-database-overdue', 'database', 93_600, 6, 'breaching'],
    ['critical', 'server-backup-filestore-late', 'filestore', 1_800, 1, 'missing'],
    ['warning', 'server-backup-dump-late', 'dump', 93_600, 1, 'missing'],
  ])('ring when a backup is too old: %s %s', (severity, name, job, seconds, periods, missing) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-${severity}-${name}`,
      MetricName: 'BackupAge',
      Dimensions: [environment, { Name: 'Job', Value: job }],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: seconds,
      EvaluationPeriods: periods,
      TreatMissingData: missing,
    });
  });

  it('ring when what users entered has not left the server for a quarter of an hour', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-server-wal-archive',
      MetricName: 'WalArchiveDelay',
      Dimensions: [environment],
      Statistic: 'Maximum',
      Threshold: 900,
      Period: 60,
      EvaluationPeriods: 3,
      TreatMissingData: 'missing',
    });
  });

  it('ring when Odoo is not well for ten minutes, and when nobody says so', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-server-odoo-unhealthy',
      MetricName: 'OdooHealthy',
      Dimensions: [environment],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 10,
      TreatMissingData: 'breaching',
    });
  });

  it.each([
    ['warning', 'server-data-disk', '/srv/data', 80, 12, 'breaching'],
    ['critical', 'server-data-disk-full', '/srv/data', 90, 3, 'missing'],
    ['warning', 'server-root-disk', '/', 85, 3, 'missing'],
  ])('ring when a disk fills: %s %s', (severity, name, path, percent, periods, missing) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-${severity}-${name}`,
      MetricName: 'disk_used_percent',
      Dimensions: [environment, { Name: 'fstype', Value: 'ext4' }, { Name: 'path', Value: path }],
      Threshold: percent,
      EvaluationPeriods: periods,
      TreatMissingData: missing,
    });
  });

  it('ring when memory is nearly used up', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-server-memory',
      MetricName: 'mem_used_percent',
      Dimensions: [environment],
      Threshold: 90,
      TreatMissingData: 'missing',
    });
  });
});

it('alarms and their topic leave no policy finding open', () => {
  const stack = testStack();
  const topic = addTopic(stack);
  addFilestoreAlarms(stack, topic);
  addDatabaseAlarms(stack, topic, {});
  expect(openFindings(stack)).toEqual([]);
});

function stackWith(add: (stack: Stack, topic: AlarmTopic) => void): Stack {
  const stack = testStack();
  add(stack, addTopic(stack));
  return stack;
}

function stackWithAllAlarms(): Stack {
  return stackWith((stack, topic) => {
    addDatabaseAlarms(stack, topic, { class: 'db.t4g.large' });
    addLoadBalancerAlarms(stack, topic);
    addServiceAlarms(stack, topic);
    addFilestoreAlarms(stack, topic);
    addServerAlarms(stack, topic, 't4g.xlarge');
    addMailAlarms(stack, topic);
    new ServerBackupAlarms(stack, 'ServerBackupAlarms', { topic });
    new ServerHealthAlarms(stack, 'ServerHealthAlarms', { topic });
  });
}

function stackWithDatabaseAlarms(plan: Partial<DatabasePlan>): Stack {
  return stackWith((stack, topic) => addDatabaseAlarms(stack, topic, plan));
}

function stackWithServerAlarms(instanceType: string): Stack {
  return stackWith((stack, topic) => addServerAlarms(stack, topic, instanceType));
}

function addTopic(stack: Stack): AlarmTopic {
  return new AlarmTopic(stack, 'AlarmTopic', {
    environmentName: 'prod',
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/log'),
  });
}

function addDatabaseAlarms(stack: Stack, topic: AlarmTopic, plan: Partial<DatabasePlan>): void {
  new DatabaseAlarms(stack, 'DatabaseAlarms', {
    topic,
    database: rds.DatabaseInstance.fromDatabaseInstanceAttributes(stack, 'Database', {
      instanceIdentifier: 'odoo',
      instanceEndpointAddress: 'odoo.example',
      port: 5432,
      securityGroups: [],
    }),
    plan: {
      kind: 'rds',
      class: 'db.m7g.large',
      vcpu: 2,
      memoryMiB: 8192,
      storageGiB: 100,
      storageMaxGiB: 500,
      multiAz: true,
      parameters: {},
      maxConnections: 400,
      connectionsNeeded: 200,
      ...plan,
    },
  });
}

function addLoadBalancerAlarms(stack: Stack, topic: AlarmTopic): void {
  const vpc = new ec2.Vpc(stack, 'LoadBalancerVpc', { natGateways: 0 });
  const loadBalancer = new elbv2.ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc });
  const targetGroup = new elbv2.ApplicationTargetGroup(stack, 'Targets', {
    vpc,
    port: 8080,
    targetType: elbv2.TargetType.IP,
  });
  loadBalancer.addListener('Listener', { port: 80, defaultTargetGroups: [targetGroup] });
  new LoadBalancerAlarms(stack, 'LoadBalancerAlarms', { topic, loadBalancer, targetGroup });
}

function addServiceAlarms(stack: Stack, topic: AlarmTopic): void {
  const vpc = new ec2.Vpc(stack, 'ServiceVpc', { natGateways: 0 });
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc });
  for (const role of ['web', 'cron'] as const) {
    const taskDefinition = new ecs.FargateTaskDefinition(stack, `Task-${role}`);
    taskDefinition.addContainer('Odoo', { image: ecs.ContainerImage.fromRegistry('odoo') });
    const service = new ecs.FargateService(stack, `Service-${role}`, {
      cluster,
      taskDefinition,
      minHealthyPercent: 0,
      circuitBreaker: { rollback: true },
    });
    new ServiceAlarms(stack, `ServiceAlarms-${role}`, { topic, service, role });
  }
}

function addFilestoreAlarms(stack: Stack, topic: AlarmTopic): void {
  new FilestoreAlarms(stack, 'FilestoreAlarms', { topic, fileSystemId: 'fs-0123456789abcdef0' });
}

function addMailAlarms(stack: Stack, topic: AlarmTopic): void {
  new MailAlarms(stack, 'MailAlarms', {
    topic,
    configurationSet: new ses.ConfigurationSet(stack, 'ConfigurationSet'),
  });
}

function addServerAlarms(stack: Stack, topic: AlarmTopic, instanceType: string): void {
  new ServerAlarms(stack, 'ServerAlarms', {
    topic,
    autoScalingGroup: autoscaling.AutoScalingGroup.fromAutoScalingGroupName(stack, 'Server', 'server'),
    instanceType,
  });
}

function alarmsOf(stack: Stack): AlarmProperties[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
    (resource) => resource['Properties'],
  );
}

function slugOf(alarm: AlarmProperties): string {
  return alarm.AlarmName.replace(/^prod-(critical|warning)-/, '');
}

/** Sections of the runbook that belong to alarms, by their anchor. */
function runbookSections(): Map<string, string> {
  const text = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  return new Map(
    text
      .split(/^#{2,3} /m)
      .map((section): [string, string] => {
        const [heading = '', ...body] = section.split('\n');
        return [heading, body.join('\n')];
      })
      .filter(([, body]) => body.includes('**Means**')),
  );
}
