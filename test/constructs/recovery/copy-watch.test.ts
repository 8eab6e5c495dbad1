import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';

const text = (value: unknown): string => JSON.stringify(value) ?? '';

/** What the function is told, and what it may do. */
function watchOf(users: number, changes: Partial<Environment> = {}) {
  const { Recovery = { Resources: {} } } = templatesOf(environmentOf(users, { ...production, ...changes }));
  const only = (type: string, name: RegExp) => {
    const found = resourcesOf({ Recovery }, type).filter(({ logicalId }) => name.test(logicalId));
    if (found.length !== 1) throw new Error(`${found.length} ${type} instead of one`);
    return found[0]?.resource.Properties ?? {};
  };
  const policy: { Statement: readonly { Action: string | string[]; Resource: unknown }[] } = JSON.parse(
    text(only('AWS::IAM::Policy', /^CopyWatchRole/)['PolicyDocument']),
  );
  return {
    settings: text(only('AWS::Lambda::Function', /^CopyWatchFunction/)['Environment']),
    schedule: only('AWS::Events::Rule', /^CopyWatchSchedule/),
    actions: policy.Statement.flatMap(({ Action }) => Action),
    resourceOf: (action: string) =>
      text(policy.Statement.find(({ Action }) => [Action].flat().includes(action))?.Resource),
  };
}

/** What it may ask AWS, besides its own note. */
const asked = (users: number, changes?: Partial<Environment>) =>
  watchOf(users, changes)
    .actions.filter((action) => !/^(s3|kms|logs):/.test(action))
    .toSorted();

const onEfs: Partial<Environment> = { storage: { ...environmentOf(40).storage, filestore: 'efs' } };

describe('the watch over the copies', () => {
  const medium = watchOf(40);

  it('reads and writes its note, encrypted, and nothing else of the bucket', () => {
    for (const action of ['s3:GetObject', 's3:PutObject']) {
      expect(medium.resourceOf(action)).toMatch(/AuditReplica.*\/watermarks\/copies\.json/);
    }
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      expect(medium.resourceOf(action)).toMatch(/^\{"Fn::GetAtt":\["Key/);
    }
  });

  it('may ask whom it has to ask in each architecture, and change nothing', () => {
    const always = [
      'backup:ListRecoveryPointsByBackupVault',
      'cloudwatch:GetMetricData',
      'cloudwatch:ListMetrics',
    ];
    expect(asked(10)).toEqual(always);
    expect(asked(40)).toEqual([...always, 'rds:DescribeDBInstanceAutomatedBackups']);
    expect(asked(40, onEfs)).toEqual([
      ...always,
      'elasticfilesystem:DescribeFileSystems',
      'elasticfilesystem:DescribeReplicationConfigurations',
      'rds:DescribeDBInstanceAutomatedBackups',
    ]);
  });

  it('is told where the copies are', () => {
    expect(medium.settings).toMatch(
      /FilestoreReplica.*\\"delay\\":120.*\\"database\\":\{\\"kind\\":\\"rds\\"\}/,
    );
    // The single server looks for new attachments every five minutes.
    expect(watchOf(10).settings).toMatch(/FilestoreReplica.*\\"delay\\":360.*\\"database\\":.*BackupReplica/);
    expect(watchOf(40, onEfs).settings).toContain('\\"filestore\\":{\\"kind\\":\\"efs\\"}');
  });

  it('looks every five minutes', () => {
    expect(medium.schedule).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
  });
});
