import { z } from 'zod';
import { chooseOneOf, fieldTexts, group } from './field.ts';

const modes = ['none', 'governance', 'compliance'] as const;

/** Most that AWS Backup takes, a hundred years. */
const MOST_DAYS = 36_500;

/** AWS lets a lock become irrevocable after 72 hours at the earliest. */
const LEAST_GRACE_DAYS = 3;

/** After that long nobody remembers that a lock is about to become irrevocable. */
const MOST_GRACE_DAYS = 365;

/** Longest retention that point-in-time recovery, and with it the backup bucket, can have. */
const MOST_OBJECT_LOCK_DAYS = 35;

/** Shape of the ARN of a backup vault: Region, account and name are what the rules compare. */
export const vaultArnPattern =
  /^arn:aws:backup:(?<region>[a-z]{2}(?:-[a-z]+)+-\d):(?<account>\d{12}):backup-vault:(?<name>[A-Za-z0-9_-]{2,50})$/;

const vaultLock = group(
  'Lock of the vault with the recovery points. It also refuses new recovery points that would be kept for less than `minDays` or more than `maxDays`.',
  {
    mode: z
      .enum(modes)
      .register(fieldTexts, {
        meaning:
          '`governance`: nobody deletes a recovery point before its time until an administrator of AWS Backup takes the lock off. `compliance`: after `graceDays` **nobody ever can, AWS and the root user included**, nor change the lock; every recovery point, and its cost, stays to the end of its retention. `none`: whoever may delete recovery points can.',
        allowed: modes.join(', '),
        fix: chooseOneOf(modes),
      })
      .optional(),
    minDays: days(1, MOST_DAYS, {
      meaning:
        'Fewest days for which a recovery point may be kept. Absent: as many as the shortest-lived of `retention`. To be written in compliance mode, where it can never be changed.',
      fix: 'write a number of days, at most that of the recovery points that are kept for the shortest time',
    }),
    maxDays: days(1, MOST_DAYS, {
      meaning:
        'Most days for which a recovery point may be kept. Absent: as many as the longest-lived of `retention`. To be written in compliance mode, where it can never be changed: leave room for a longer retention.',
      fix: 'write a number of days, at least that of the recovery points that are kept for the longest time',
    }),
    graceDays: days(LEAST_GRACE_DAYS, MOST_GRACE_DAYS, {
      meaning:
        'Days after its deployment for which a lock in compliance mode can still be taken back. They are counted by AWS from the moment at which it sets the lock.',
      fix: `write ${LEAST_GRACE_DAYS} or more: AWS allows no shorter time to think again`,
    }),
  },
);

/** How backups are protected from whoever may delete. */
export const backup = group(
  'How backups are protected from mistakes and from whoever got hold of the account.',
  {
    vaultLock: vaultLock.optional(),
    objectLockDays: days(1, MOST_OBJECT_LOCK_DAYS, {
      meaning:
        'Days for which nothing that is written to the backup bucket can be deleted for good, not by the single server either: S3 Object Lock in governance mode. Add it once the environment is deployed. Object Lock **can never be switched off again** for the bucket. Absent: no Object Lock.',
      fix: 'write a number of days, at most retention.pointInTimeDays, or leave the field out',
    }),
    secondAccountVaultArn: z
      .string()
      .regex(vaultArnPattern, 'is not the ARN of a backup vault')
      .register(fieldTexts, {
        meaning:
          'ARN of a vault in **another account** of the same organization, in the same Region, to which every recovery point is copied as well: what survives the loss of this account. The vault, its key and its policy have to be there: [what to prepare](security.md#a-second-account). Absent: copies stay in this account.',
        allowed: 'arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME',
        fix: "copy the ARN from `aws backup list-backup-vaults`, called with the other account's credentials",
      })
      .optional(),
  },
);

function days(least: number, most: number, text: { meaning: string; fix: string }) {
  return z
    .int()
    .min(least)
    .max(most)
    .register(fieldTexts, {
      ...text,
      allowed: `a whole number, ${least} to ${most.toLocaleString('en-US')}`,
    })
    .optional();
}
