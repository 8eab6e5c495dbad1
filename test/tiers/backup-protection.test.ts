import fc from 'fast-check';
import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { resolveEnvironment } from '../../config/resolve.ts';
import { environmentOf } from '../support/environments.ts';
import { protectedFile } from '../support/protected-files.ts';
import { resourcesOf, type Templates, templatesOf } from '../support/templates.ts';

interface Kept {
  readonly Lifecycle: { readonly DeleteAfterDays: number };
}

/** Properties as far as the statements look into them. */
interface Properties {
  readonly LockConfiguration?: { readonly MinRetentionDays: number; readonly MaxRetentionDays: number };
  readonly BackupPlan: {
    readonly BackupPlanRule: readonly (Kept & { readonly CopyActions?: readonly Kept[] })[];
  };
  readonly LifecycleConfiguration: {
    readonly Rules: readonly {
      readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
    }[];
  };
  readonly LoggingConfiguration?: { readonly LogFilePrefix: string };
  readonly ObjectLockConfiguration?: {
    readonly Rule: { readonly DefaultRetention: { readonly Mode: string; readonly Days: number } };
  };
  readonly ObjectLockEnabled?: boolean;
  readonly PolicyDocument: { readonly Statement: readonly { readonly Action: string | readonly string[] }[] };
}

const propertiesOf = (templates: Templates, type: string): Properties[] =>
  resourcesOf(templates, type).map(({ resource }) => JSON.parse(JSON.stringify(resource.Properties ?? {})));

/** Days for which recovery points and their copies are kept, all of them. */
const daysKept = (templates: Templates): number[] =>
  propertiesOf(templates, 'AWS::Backup::BackupPlan')
    .flatMap(({ BackupPlan }) => BackupPlan.BackupPlanRule)
    .flatMap((rule) => [rule, ...(rule.CopyActions ?? [])])
    .map(({ Lifecycle }) => Lifecycle.DeleteAfterDays);

/** Days for which a bucket keeps versions that are not current any more; the shortest, should it have several rules. */
const noncurrentDays = ({ LifecycleConfiguration }: Properties): number =>
  Math.min(
    ...LifecycleConfiguration.Rules.map(
      ({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration?.NoncurrentDays ?? Infinity,
    ),
  );

const bucketsOf = (templates: Templates, prefix: string): Properties[] =>
  propertiesOf(templates, 'AWS::S3::Bucket').filter(
    ({ LoggingConfiguration }) => LoggingConfiguration?.LogFilePrefix === prefix,
  );

/** Whether CloudFormation makes the backup bucket of a stack with Object Lock. */
const lockable = (templates: Templates, stack: string): (boolean | undefined)[] =>
  bucketsOf({ [stack]: templates[stack] ?? { Resources: {} } }, 'backup/').map(
    ({ ObjectLockEnabled }) => ObjectLockEnabled,
  );

const RUNS = 30;

/** The same every time, of every architecture, every kind of lock among them. */
const environments: readonly Environment[] = fc
  .sample(protectedFile, { numRuns: 400, seed: 20_261_130 })
  .flatMap((file) => {
    const result = resolveEnvironment(file);
    return result.ok ? [result.value] : [];
  })
  .slice(0, RUNS);

describe('random retention and locks', () => {
  it('are of every architecture and of every kind', () => {
    expect(environments).toHaveLength(RUNS);
    expect(new Set(environments.map(({ users }) => users))).toEqual(new Set([10, 40, 150]));
    expect(new Set(environments.map(({ backup }) => backup.vaultLock.mode)).size).toBe(3);
    expect(environments.some(({ backup }) => backup.objectLockDays !== undefined)).toBe(true);
    expect(environments.some(({ backup }) => backup.secondAccountVaultArn !== undefined)).toBe(true);
  });

  it.each(environments.map((environment, index) => [index, environment] as const))(
    'hold together in the templates (%i)',
    (_index, environment) => {
      const templates = templatesOf(environment);
      const kept = daysKept(templates);
      for (const { LockConfiguration: lock } of propertiesOf(templates, 'AWS::Backup::BackupVault')) {
        // Outside of these, AWS Backup fails the job that makes or copies a recovery point.
        expect(lock?.MinRetentionDays ?? 0).toBeLessThanOrEqual(Math.min(...kept));
        expect(lock?.MaxRetentionDays ?? Infinity).toBeGreaterThanOrEqual(Math.max(...kept));
        expect(lock !== undefined).toBe(environment.backup.vaultLock.mode !== 'none');
      }

      // Without it no copy to the second account can be decrypted there; with it in vain, an account too many can.
      const named = JSON.stringify(
        propertiesOf({ Data: templates['Data'] ?? { Resources: {} } }, 'AWS::KMS::Key'),
      );
      const others = [...named.matchAll(/:iam::(\d{12}):root/g)].map(([, account]) => account);
      const { secondAccountVaultArn } = environment.backup;
      expect(new Set(others.filter((account) => account !== environment.account))).toEqual(
        new Set(secondAccountVaultArn && [secondAccountVaultArn.split(':')[4]]),
      );

      const reach = Math.max(
        environment.retention.pointInTimeDays,
        environment.retention.monthly * 31,
        environment.retention.weekly * 7,
        environment.retention.daily,
        ...kept,
      );
      const filestores = bucketsOf(templates, 'filestore/');
      expect(filestores.length).toBeGreaterThan(0);
      // A database that is turned back so far finds its attachments, for a week of thinking about it.
      for (const bucket of filestores) expect(noncurrentDays(bucket)).toBeGreaterThanOrEqual(reach + 7);

      const backups = bucketsOf(templates, 'backup/');
      expect(backups.length).toBeGreaterThan(0);
      for (const bucket of backups) {
        expect(noncurrentDays(bucket)).toBeGreaterThanOrEqual(environment.retention.pointInTimeDays);
        const locked = bucket.ObjectLockConfiguration?.Rule.DefaultRetention;
        expect(locked?.Days).toBe(environment.backup.objectLockDays);
        // The expiry of versions never meets one that is locked.
        expect(locked?.Days ?? 0).toBeLessThanOrEqual(noncurrentDays(bucket));
      }
    },
    30_000,
  );
});

describe('Object Lock of the backup bucket', () => {
  const locked = { vaultLock: { mode: 'none' }, objectLockDays: 7 } as const;
  const recoveryRegion = 'eu-west-1';
  const without = templatesOf(environmentOf(10, { recoveryRegion }));
  const withLock = templatesOf(environmentOf(10, { recoveryRegion, backup: locked }));

  it.each(['Data', 'Recovery'])('is switched on and off without replacing the bucket in %s', (stack) => {
    for (const [before, after] of [
      [without, withLock],
      [withLock, without],
    ]) {
      const impacts: string[] = [];
      fullDiff(before?.[stack] ?? {}, after?.[stack] ?? {}).resources.forEachDifference((_id, change) => {
        if (change.oldResourceType === 'AWS::S3::Bucket') impacts.push(change.changeImpact);
      });
      expect(impacts).toEqual([ResourceImpact.WILL_UPDATE]);
    }
  });

  it('is at hand in every copy, and is no property of the bucket itself, which is there already', () => {
    for (const templates of [without, withLock]) {
      expect(lockable(templates, 'Recovery')).toEqual([true]);
      expect(lockable(templates, 'Data')).toEqual([undefined]);
    }
  });

  it('is of governance mode, and can be made longer by nobody', () => {
    const buckets = bucketsOf(withLock, 'backup/');
    expect(buckets).toHaveLength(2);
    for (const bucket of buckets) {
      expect(bucket.ObjectLockConfiguration).toEqual({
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } },
      });
    }
    const policies = propertiesOf(withLock, 'AWS::S3::BucketPolicy').map((policy) =>
      JSON.stringify(policy.PolicyDocument),
    );
    const limited = expect.stringContaining(
      '{"NumericGreaterThan":{"s3:object-lock-remaining-retention-days":7}}',
    );
    expect(policies.filter((policy) => policy.includes('"s3:PutObjectRetention"'))).toEqual([
      limited,
      limited,
    ]);
  });

  it('is not for the server to get around', () => {
    const actions = propertiesOf(withLock, 'AWS::IAM::Policy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .flatMap(({ Action }) => Action);
    expect(actions).toContain('s3:DeleteObject*');
    const patterns = actions.map((action) => new RegExp(`^${action.replaceAll('*', '.*')}$`));
    for (const forbidden of ['s3:BypassGovernanceRetention', 's3:PutBucketObjectLockConfiguration']) {
      expect(patterns.filter((pattern) => pattern.test(forbidden))).toEqual([]);
    }
  });
});
