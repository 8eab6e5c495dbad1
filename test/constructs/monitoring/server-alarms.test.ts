import { Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { ServerBackupAlarms } from '../../../constructs/monitoring/server-backup-alarms.ts';
import { ServerHealthAlarms } from '../../../constructs/monitoring/server-health-alarms.ts';
import { stackWith, stackWithServerAlarms } from './alarm-stacks.ts';

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
    new ServerBackupAlarms(stack, 'ServerBackupAlarms', { topic, proofDays: 9, volumeIsTested: true });
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

  it('ring when no restore was proven for nine days, and when nobody says since when', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-restore-proof-overdue',
      Namespace: 'Odoo/Restore',
      MetricName: 'RestoreProofAge',
      Dimensions: [environment],
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 777_600,
      Period: 3600,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });

  it('ring for the data volume as well, whatever was proven of the database', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-volume-restore-proof-overdue',
      Namespace: 'Odoo/Restore',
      MetricName: 'RestoreProofAge',
      Dimensions: [environment, { Name: 'Job', Value: 'volume' }],
      Threshold: 777_600,
      TreatMissingData: 'breaching',
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
    ['warning', 'server-data-disk', '/srv/data', 85, 2, 'missing'],
    ['critical', 'server-data-disk-full', '/srv/data', 93, 2, 'missing'],
    ['warning', 'server-root-disk', '/', 85, 2, 'missing'],
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

  it('ring when the server says nothing of its disks for an hour, which is none of a full one', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-server-monitoring-silent',
      MetricName: 'disk_used_percent',
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 300,
      EvaluationPeriods: 12,
      TreatMissingData: 'breaching',
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
