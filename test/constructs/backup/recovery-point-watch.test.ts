import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { type Located, resourcesOf, templatesOf } from '../../support/templates.ts';

const text = (value: unknown): string => JSON.stringify(value) ?? '';

const ours = ({ stack, logicalId }: Located): boolean =>
  stack === 'Backup' && logicalId.startsWith('RecoveryPointWatch');

function watchOf(users: number, changes: Partial<Environment> = {}) {
  const templates = templatesOf(environmentOf(users, changes));
  const propertiesOf = (type: string) =>
    resourcesOf(templates, type)
      .filter(ours)
      .map(({ resource }) => text(resource.Properties));
  const alarms = resourcesOf(templates, 'AWS::CloudWatch::Alarm').map(({ resource }) => resource.Properties);
  return {
    settings: propertiesOf('AWS::Lambda::Function').join(),
    policy: propertiesOf('AWS::IAM::Policy').join(),
    schedule: propertiesOf('AWS::Events::Rule').join(),
    alarmOn: (metric: string) => alarms.find((properties) => properties?.['MetricName'] === metric),
  };
}

describe.each([
  [10, {}],
  [40, {}],
  [150, production],
])('the watch over the recovery points of %i users', (users, changes) => {
  const watch = watchOf(users, changes);
  const small = users === 10;

  it('looks more often than its alarms', () => {
    expect(watch.schedule).toContain('rate(5 minutes)');
    expect(watch.alarmOn('RecoveryPointAge')).toMatchObject({ Period: 900, TreatMissingData: 'breaching' });
  });

  it('asks its own vault and its own instance, and may do nothing else', () => {
    const actions = (watch.policy.match(/"(backup|rds|s3|kms|ec2|cloudwatch):\w+"/g) ?? []).map((action) =>
      action.slice(1, -1),
    );
    expect(actions).toEqual([
      'backup:DescribeBackupVault',
      'backup:ListRecoveryPointsByBackupVault',
      ...(small ? [] : ['rds:DescribeDBInstances']),
    ]);
    expect(watch.policy).not.toMatch(/"Resource":"\*"|:\*"/);
    expect(watch.settings.includes('database')).toBe(!small);
  });

  it('rings when the next recovery point should long be complete, and when the objective is nearly missed', () => {
    expect(watch.alarmOn('RecoveryPointAge')?.['Threshold']).toBe(37 * 3600);
    const { rpoHours } = environmentOf(users, changes).objectives;
    expect(watch.alarmOn('DatabaseBackupAge')?.['Threshold']).toBe(small ? undefined : rpoHours * 2700);
  });
});

it('looks at every resource that is backed up, the file system too', () => {
  const storage = { ...environmentOf(40).storage, filestore: 'efs' } as const;
  const { settings } = watchOf(40, { storage });
  expect(settings).toMatch(/resources.*Instance.*FileSystem/i);
});
