import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { stackWithDatabaseAlarms } from './alarm-stacks.ts';

const GIB = 1024 ** 3;

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

  it('ring when 85 % of the planned storage is used for ten minutes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-database-storage',
      MetricName: 'FreeStorageSpace',
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 0.15 * 100 * 1024 ** 3,
      Period: 300,
      EvaluationPeriods: 2,
    });
  });

  it('ring when three days in a row say that the storage is full within two weeks', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-database-days-to-full',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 14,
      EvaluationPeriods: 3,
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(RATE(free) < 0, free / (-1 * RATE(free) * 86400), 365)' }),
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ MetricName: 'FreeStorageSpace' }),
            Period: 86_400,
            Stat: 'Minimum',
          }),
        }),
      ]),
    });
  });

  it('ring when three quarters of the connections of the plan are taken for five minutes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-database-connections',
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 300,
      Period: 60,
      EvaluationPeriods: 5,
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
