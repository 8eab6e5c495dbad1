import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recoveryPointRules } from '../../constructs/backup/recovery-point-rules.ts';
import { databaseReachDays } from '../../config/recovery-points.ts';
import { sizeEnvironment } from '../../config/sizing/size.ts';
import { resolveEnvironment } from '../../config/resolve.ts';
import { protectedFile, type ProtectedFile } from '../support/protected-files.ts';
import { expectComplete } from './rule-table.ts';

const MONTH = 31;

/** For how long each kind of recovery point is kept, reckoned here a second time: what the rules are held against. */
function daysKept({ daily, weekly, monthly }: ProtectedFile['retention']): number[] {
  return [daily, weekly * 7, monthly * MONTH].filter((days) => days > 0);
}

/** What is wrong with a file, by path, as the documentation has it. */
function faultsOf(file: ProtectedFile): string[] {
  const { retention, backup, users, account } = file;
  const { vaultLock = {}, objectLockDays = 0, secondAccountVaultArn } = backup;
  const mode = vaultLock.mode ?? (users >= 100 ? 'governance' : 'none');
  const days = daysKept(retention);
  const arn = secondAccountVaultArn?.split(':') ?? [];
  const faults: Readonly<Record<string, boolean>> = {
    'retention.pointInTimeDays': file.production && retention.pointInTimeDays < 7,
    'backup.vaultLock.minDays':
      mode === 'none'
        ? vaultLock.minDays !== undefined
        : (vaultLock.minDays ?? (mode === 'compliance' ? Infinity : 1)) > Math.min(...days),
    'backup.vaultLock.maxDays':
      mode === 'none'
        ? vaultLock.maxDays !== undefined
        : (vaultLock.maxDays ?? (mode === 'compliance' ? 0 : Infinity)) < Math.max(...days),
    'backup.vaultLock.graceDays': mode !== 'compliance' && vaultLock.graceDays !== undefined,
    'backup.objectLockDays': objectLockDays > retention.pointInTimeDays,
    'backup.secondAccountVaultArn':
      secondAccountVaultArn !== undefined &&
      (arn[3] !== file.region || arn[4] === account || arn.at(-1) === 'Default'),
  };
  return Object.keys(faults).filter((path) => faults[path]);
}

describe('any retention with any lock', () => {
  let accepted = 0;
  let refused = 0;

  it('is refused for every fault and for nothing else, or holds together', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(protectedFile, (file) => {
        const expected = faultsOf(file);
        const result = resolveEnvironment(file);
        if (!result.ok) {
          refused += 1;
          const paths = result.problems.map(({ path }) => path.replace(`${file.name}.`, ''));
          expect([...new Set(paths)].toSorted()).toEqual(expected.toSorted());
          expectComplete(result.problems);
          return;
        }
        accepted += 1;
        expect(expected).toEqual([]);
        const { retention, backup } = result.value;
        const rules = recoveryPointRules(retention);
        expect(rules.map(({ days }) => days)).toEqual(daysKept(retention));
        const { vaultLock } = backup;
        for (const { days } of vaultLock.mode === 'none' ? [] : rules) {
          expect(days).toBeGreaterThanOrEqual('minDays' in vaultLock ? vaultLock.minDays : 0);
          expect(days).toBeLessThanOrEqual('maxDays' in vaultLock ? vaultLock.maxDays : Infinity);
        }
        const reach = databaseReachDays(retention);
        for (const days of [retention.pointInTimeDays, retention.daily, ...daysKept(retention)]) {
          expect(reach).toBeGreaterThanOrEqual(days);
        }
        expect(backup.objectLockDays ?? 0).toBeLessThanOrEqual(retention.pointInTimeDays);
        expect(sizeEnvironment(result.value).ok).toBe(true);
      }),
      { numRuns: 4000 },
    );
    // Neither may starve, or nothing would be proven about it.
    expect(accepted).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
  });
});
