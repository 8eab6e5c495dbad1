import { describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../../config/resolve.ts';
import { files } from '../files.ts';
import { itAccepts, itRefuses, problemsOf } from '../rule-table.ts';

const vault = 'arn:aws:backup:eu-central-1:210987654321:backup-vault:odoo-copies';

function backupOf(tier: keyof typeof files, change: object = {}) {
  const result = resolveEnvironment({ ...files[tier], ...change });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.backup;
}

describe('the lock of the vault', () => {
  it.each(['small', 'medium'] as const)('is none in %s, where nobody asked for it', (tier) => {
    expect(backupOf(tier)).toEqual({ vaultLock: { mode: 'none' } });
  });

  it('is in governance mode in large, as wide as the retention', () => {
    expect(backupOf('large').vaultLock).toEqual({ mode: 'governance', minDays: 7, maxDays: 372 });
    expect(backupOf('large', { retention: { daily: 30, weekly: 0, monthly: 0 } }).vaultLock).toEqual({
      mode: 'governance',
      minDays: 30,
      maxDays: 30,
    });
  });

  it('leaves a week to think again in compliance mode', () => {
    const vaultLock = { mode: 'compliance', minDays: 1, maxDays: 3650 };
    expect(backupOf('large', { backup: { vaultLock } }).vaultLock).toEqual({ ...vaultLock, graceDays: 7 });
  });

  itRefuses([
    {
      when: 'a mode that there is not',
      change: { backup: { vaultLock: { mode: 'complience' } } },
      path: 'backup.vaultLock.mode',
      message: /^is not one of the allowed values$/,
      fix: /did you mean "compliance"/,
    },
    {
      when: 'more days than the shortest-lived recovery points are kept for, with both numbers',
      tier: 'large',
      change: { backup: { vaultLock: { minDays: 8 } } },
      path: 'backup.vaultLock.minDays',
      message: /^is more than the 7 days for which daily recovery points are kept/,
      fix: /retention\.daily/,
    },
    {
      when: 'more days than the weekly recovery points are kept for, when those are the shortest-lived',
      tier: 'large',
      change: { retention: { daily: 30, weekly: 1 }, backup: { vaultLock: { minDays: 8 } } },
      path: 'backup.vaultLock.minDays',
      message: /^is more than the 7 days for which weekly/,
      fix: /retention\.weekly/,
    },
    {
      when: 'fewer days than the longest-lived recovery points are kept for, with both numbers',
      tier: 'large',
      change: { backup: { vaultLock: { maxDays: 371 } } },
      path: 'backup.vaultLock.maxDays',
      message: /^is less than the 372 days for which monthly recovery points are kept/,
      fix: /retention\.monthly/,
    },
    {
      when: 'a longer retention than a lock in compliance mode was made for',
      tier: 'large',
      change: {
        retention: { monthly: 24 },
        backup: { vaultLock: { mode: 'compliance', minDays: 7, maxDays: 372 } },
      },
      path: 'backup.vaultLock.maxDays',
      message: /^is less than the 744 days/,
      fix: /lower retention\.monthly/,
    },
    {
      when: 'compliance mode without its least, which could never be corrected',
      tier: 'large',
      change: { backup: { vaultLock: { mode: 'compliance', maxDays: 3650 } } },
      path: 'backup.vaultLock.minDays',
      message: /^is missing: a lock in compliance mode can never be changed/,
      fix: /for example 1$/,
    },
    {
      when: 'compliance mode without its most',
      tier: 'large',
      change: { backup: { vaultLock: { mode: 'compliance', minDays: 1 } } },
      path: 'backup.vaultLock.maxDays',
      message: /^is missing/,
      fix: /3650/,
    },
    {
      when: 'days to think again where nothing is irrevocable',
      tier: 'large',
      change: { backup: { vaultLock: { graceDays: 7 } } },
      path: 'backup.vaultLock.graceDays',
      message: /^has no use in governance mode/,
      fix: /remove graceDays/,
    },
    {
      when: 'fewer days to think again than AWS allows',
      tier: 'large',
      change: { backup: { vaultLock: { mode: 'compliance', minDays: 1, maxDays: 3650, graceDays: 2 } } },
      path: 'backup.vaultLock.graceDays',
      message: /^must be at least 3$/,
      fix: /AWS allows no shorter time/,
    },
    {
      when: 'numbers of a lock that is not there',
      change: { backup: { vaultLock: { maxDays: 400 } } },
      path: 'backup.vaultLock.maxDays',
      message: /^belongs to a lock, and the vault has none$/,
      fix: /mode: 'governance'/,
    },
  ]);
  itAccepts([
    {
      when: 'a vault without a lock in large',
      tier: 'large',
      change: { backup: { vaultLock: { mode: 'none' } } },
    },
    { when: 'a lock in medium', change: { backup: { vaultLock: { mode: 'governance' } } } },
    {
      when: 'a lock that is exactly as wide as the retention',
      tier: 'large',
      change: { backup: { vaultLock: { minDays: 7, maxDays: 372 } } },
    },
  ]);

  it('blames no number for a retention that is written wrongly', () => {
    const change = { retention: { monthly: 'twelve' }, backup: { vaultLock: { maxDays: 100 } } };
    expect(problemsOf({ ...files.large, ...change }).map(({ path }) => path)).toEqual([
      'prod.retention.monthly',
    ]);
  });
});

describe('Object Lock', () => {
  itRefuses([
    {
      when: 'a longer lock than the bucket keeps versions for, with both numbers',
      tier: 'small',
      change: { backup: { objectLockDays: 8 } },
      path: 'backup.objectLockDays',
      message: /^is more than the 7 days for which the backup bucket keeps/,
      fix: /retention\.pointInTimeDays/,
    },
  ]);
  itAccepts([{ when: 'as many days as that', tier: 'small', change: { backup: { objectLockDays: 7 } } }]);
});

describe('the second account', () => {
  itRefuses([
    {
      when: 'what is no vault',
      change: { backup: { secondAccountVaultArn: 'arn:aws:backup:eu-central-1:210987654321:vault:x' } },
      path: 'backup.secondAccountVaultArn',
      message: /^is not the ARN of a backup vault$/,
      fix: /list-backup-vaults/,
    },
    {
      when: 'another account in another Region, which one copy does not reach',
      change: { backup: { secondAccountVaultArn: vault.replace('eu-central-1', 'eu-west-1') } },
      path: 'backup.secondAccountVaultArn',
      message: /^is a vault in eu-west-1: .* not to both at once$/,
      fix: /make a vault in eu-central-1/,
    },
    {
      when: 'the account that it protects from',
      change: { account: '210987654321', backup: { secondAccountVaultArn: vault } },
      path: 'backup.secondAccountVaultArn',
      message: /^is a vault of the environment's own account 210987654321/,
      fix: /another account of the organization/,
    },
    {
      when: 'the default vault, whose key cannot be shared',
      change: { backup: { secondAccountVaultArn: vault.replace('odoo-copies', 'Default') } },
      path: 'backup.secondAccountVaultArn',
      message: /^is the default vault/,
      fix: /customer managed key/,
    },
  ]);
  itAccepts([
    {
      when: 'a vault of another account in the same Region',
      change: { backup: { secondAccountVaultArn: vault } },
    },
    {
      when: 'it beside a recovery Region, to which the copies are others',
      tier: 'large',
      change: { account: '123456789012', backup: { secondAccountVaultArn: vault } },
    },
  ]);
});
