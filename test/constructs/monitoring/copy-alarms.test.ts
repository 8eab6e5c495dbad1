import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { COPIES, COPY_AGE } from '../../../constructs/recovery/watch-copies.lambda/watch-copies.mjs';
import { REPLICATION_RULE } from '../../../constructs/shared/data-bucket.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';
import { addCopyAlarms, addReplicationAlarms, stackWith } from './alarm-stacks.ts';

const THREE_QUARTERS_OF_AN_HOUR = 2700;

describe('copies that are late', () => {
  it.each([
    ['rds', 'database-copy-late', COPY_AGE.database],
    ['repository', 'backups-copy-late', COPY_AGE.backups],
  ] as const)('ring for what the database is restored from: %s', (database, name, metric) => {
    const template = Template.fromStack(stackWith((stack, topic) => addCopyAlarms(stack, topic, database)));
    template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${name}`,
      MetricName: metric,
      Namespace: COPIES,
      Dimensions: [{ Name: 'Environment', Value: 'prod' }],
    });
  });

  const template = Template.fromStack(stackWith(addCopyAlarms));

  it('ring when three quarters of what may be lost are reached, and when nobody says how late they are', () => {
    for (const MetricName of [COPY_AGE.filestore, COPY_AGE.database]) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Threshold: THREE_QUARTERS_OF_AN_HOUR,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'breaching',
      });
    }
  });

  it('ring for a day without a recovery point, and not for the hours that one takes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: COPY_AGE.recoveryPoints,
      Threshold: 36 * 3600,
    });
  });
});

describe('objects that S3 could not copy', () => {
  it('ring, each bucket by the dimensions that S3 counts under', () => {
    const template = Template.fromStack(stackWith(addReplicationAlarms));
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-filestore-copy-failed',
      Namespace: 'AWS/S3',
      MetricName: 'OperationsFailedReplication',
      Dimensions: [
        { Name: 'DestinationBucket', Value: 'files-copy' },
        { Name: 'RuleId', Value: REPLICATION_RULE },
        { Name: 'SourceBucket', Value: 'files' },
      ],
      Statistic: 'Sum',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
  });
});

describe.each([10, 40, 150])('an environment of %i users', (users) => {
  const templates = templatesOf(environmentOf(users, production));
  const stacksOf = (metric: string) =>
    resourcesOf(templates, 'AWS::CloudWatch::Alarm')
      .filter(({ resource }) => resource.Properties?.['MetricName'] === metric)
      .map(({ stack }) => stack);

  it('hears of each where its metric is published: late ones in the recovery Region, failed ones here', () => {
    expect(stacksOf(COPY_AGE.filestore)).toEqual(['Recovery']);
    expect(stacksOf(COPY_AGE.recoveryPoints)).toEqual(['Recovery']);
    expect(stacksOf(users === 10 ? COPY_AGE.backups : COPY_AGE.database)).toEqual(['Recovery']);
    expect(stacksOf('OperationsFailedReplication')).toEqual(['Operations', 'Operations']);
  });

  it('hears of each bucket and its own copy', () => {
    const pairs = resourcesOf(templates, 'AWS::CloudWatch::Alarm')
      .filter(({ resource }) => resource.Properties?.['MetricName'] === 'OperationsFailedReplication')
      .map(({ resource }) => JSON.stringify(resource.Properties?.['Dimensions']));
    for (const kind of ['Filestore', 'Backup']) {
      const names = [`Ref${kind}Replica`, `Ref${kind}Bucket`];
      expect(pairs.filter((pair) => names.every((name) => pair.includes(name)))).toHaveLength(1);
    }
  });

  it('hears of both vaults: failed jobs, changes, calls', () => {
    const rules = resourcesOf(templates, 'AWS::Events::Rule').filter(({ resource }) =>
      JSON.stringify(resource.Properties?.['EventPattern'] ?? {}).includes('aws.backup'),
    );
    const told = rules.filter(({ resource }) => JSON.stringify(resource).includes('AlarmTopic'));
    expect(told.map(({ stack }) => stack).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'Operations'),
      ...Array.from({ length: 3 }, () => 'Recovery'),
    ]);
  });
});
