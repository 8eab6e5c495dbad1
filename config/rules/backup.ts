import type { VaultLock } from '../environment.ts';
import type { Problem } from '../problem.ts';
import { recoveryPointRetention } from '../recovery-points.ts';
import { vaultArnPattern } from '../schema/backup.ts';
import type { Draft, Rule } from './rule.ts';

/** Locks under which every backup job and every expiry still does its work, and a second account that is another one. */
export const backupRules: Rule = (draft) => [
  ...lockHasUseFor(draft),
  ...complianceIsWrittenOut(draft),
  ...lockFitsRetention(draft),
  ...objectLockEndsFirst(draft),
  ...secondAccountIsInReach(draft),
];

/** Absent: not known, because what decides on it is missing or wrong. */
function modeOf({ file, settings, tier, isWritten }: Draft): VaultLock['mode'] | undefined {
  if (isWritten('backup.vaultLock.mode')) return file.backup?.vaultLock?.mode;
  return tier === undefined ? undefined : settings.backup.vaultLock.mode;
}

/** A number that has no effect would be taken for protection. */
function lockHasUseFor(draft: Draft): Problem[] {
  const mode = modeOf(draft);
  const lock = draft.file.backup?.vaultLock;
  return (['minDays', 'maxDays', 'graceDays'] as const)
    .filter((name) => lock?.[name] !== undefined)
    .flatMap((name) => {
      const problem = { path: `backup.vaultLock.${name}`, value: lock?.[name] };
      if (mode === 'none') {
        return {
          ...problem,
          message: 'belongs to a lock, and the vault has none',
          allowed: 'only with mode governance or compliance',
          fix: `add mode: 'governance', or remove ${name}`,
        };
      }
      return mode === 'governance' && name === 'graceDays'
        ? {
            ...problem,
            message:
              'has no use in governance mode, whose lock an administrator of AWS Backup can take off at any time',
            allowed: 'only with mode compliance',
            fix: 'remove graceDays',
          }
        : [];
    });
}

/** What can never be changed must not follow a retention that can. */
function complianceIsWrittenOut(draft: Draft): Problem[] {
  if (modeOf(draft) !== 'compliance') return [];
  const advice = {
    minDays: 'write the fewest days that will ever do, for example 1',
    maxDays: 'write the most days that will ever be wanted, for example 3650',
  };
  return (['minDays', 'maxDays'] as const)
    .filter((name) => !draft.isWritten(`backup.vaultLock.${name}`))
    .map((name) => ({
      path: `backup.vaultLock.${name}`,
      value: undefined,
      message:
        'is missing: a lock in compliance mode can never be changed, so it must not follow the retention',
      allowed: 'a number of days, written out',
      fix: advice[name],
    }));
}

/** AWS Backup fails jobs whose recovery points would be kept for less or for more than the lock allows, at night. */
function lockFitsRetention(draft: Draft): Problem[] {
  const mode = modeOf(draft);
  if (mode === undefined || mode === 'none' || !retentionIsKnown(draft)) return [];
  const { minDays = 0, maxDays = Infinity } = draft.file.backup?.vaultLock ?? {};
  const kept = recoveryPointRetention(draft.settings.retention);
  const shortest = kept.reduce((least, next) => (next.days < least.days ? next : least));
  const longest = kept.reduce((most, next) => (next.days > most.days ? next : most));
  const consequence = 'recovery points are kept: AWS Backup would fail to make every one of them';
  return [
    ...(minDays <= shortest.days
      ? []
      : [
          {
            path: 'backup.vaultLock.minDays',
            value: minDays,
            message: `is more than the ${shortest.days} days for which ${shortest.kind} ${consequence}`,
            allowed: `1 to ${shortest.days}`,
            fix: `lower minDays, or raise retention.${shortest.kind}`,
          },
        ]),
    ...(maxDays >= longest.days
      ? []
      : [
          {
            path: 'backup.vaultLock.maxDays',
            value: maxDays,
            message: `is less than the ${longest.days} days for which ${longest.kind} ${consequence}`,
            allowed: `${longest.days} or more`,
            fix: `raise maxDays, or lower retention.${longest.kind}`,
          },
        ]),
  ];
}

/** A default stands in for what is written wrongly, and may not be blamed. */
function retentionIsKnown({ file, isWritten }: Draft): boolean {
  return (['daily', 'weekly', 'monthly', 'pointInTimeDays'] as const).every(
    (name) => !isWritten(`retention.${name}`) || file.retention?.[name] !== undefined,
  );
}

/** S3 expires no version that is locked; the rules of the bucket would wait, and their numbers say something else. */
function objectLockEndsFirst(draft: Draft): Problem[] {
  const days = draft.file.backup?.objectLockDays;
  const { pointInTimeDays } = draft.settings.retention;
  return days === undefined || pointInTimeDays === 0 || days <= pointInTimeDays || !retentionIsKnown(draft)
    ? []
    : [
        {
          path: 'backup.objectLockDays',
          value: days,
          message: `is more than the ${pointInTimeDays} days for which the backup bucket keeps what was deleted or overwritten: its expiry would wait for the lock`,
          allowed: `1 to ${pointInTimeDays}`,
          fix: 'lower objectLockDays, or raise retention.pointInTimeDays',
        },
      ];
}

function secondAccountIsInReach({ file: { backup, region, account } }: Draft): Problem[] {
  const arn = backup?.secondAccountVaultArn;
  const vault = vaultArnPattern.exec(arn ?? '')?.groups;
  if (vault === undefined) return [];
  const refuse = (applies: boolean, message: string, allowed: string, fix: string) =>
    applies ? [{ path: 'backup.secondAccountVaultArn', value: arn, message, allowed, fix }] : [];
  return [
    ...refuse(
      region !== undefined && vault['region'] !== region,
      `is a vault in ${vault['region']}: AWS Backup copies a snapshot of a database to another account or to another Region, not to both at once`,
      `a vault in ${region}`,
      `make a vault in ${region} in the other account, and write its ARN`,
    ),
    ...refuse(
      account !== undefined && vault['account'] === account,
      `is a vault of the environment's own account ${account}, whose loss would take the copies too`,
      `a vault of another account than ${account}`,
      'make the vault in another account of the organization, and write its ARN',
    ),
    ...refuse(
      vault['name'] === 'Default',
      'is the default vault, whose key AWS manages: nothing that is encrypted can be copied into it from another account',
      'a vault that is encrypted with a key of your own',
      'make a vault with a customer managed key in the other account, and write its ARN',
    ),
  ];
}
