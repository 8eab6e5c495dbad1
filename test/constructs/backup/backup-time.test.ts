import { assert, constantFrom, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import { clock, dayAndClock, DAY, WEEK } from '../../../config/week-time.ts';
import { backupTime } from '../../../constructs/backup/backup-time.ts';

it('is three hours after midnight where nothing is in the way', () => {
  expect(clock(backupTime({ backup: '23:30-00:30', maintenance: 'sun:00:45-sun:01:15' }))).toBe('02:30');
});

it('makes way for maintenance', () => {
  expect(clock(backupTime({ backup: '23:30-00:30', maintenance: 'sun:02:00-sun:04:00' }))).toBe('04:00');
});

it('is not given up where maintenance leaves no time', () => {
  expect(clock(backupTime({ backup: '23:30-00:30', maintenance: 'mon:01:00-mon:22:00' }))).toBe('02:30');
});

it('never meets maintenance or the hour before it, on any day', () => {
  assert(
    property(
      integer({ min: 0, max: DAY - 1 }),
      integer({ min: 30, max: 120 }),
      integer({ min: 0, max: WEEK - 1 }),
      constantFrom(30, 60, 240),
      (backup, backupMinutes, maintenance, minutes) => {
        const time = backupTime({
          backup: `${clock(backup)}-${clock(backup + backupMinutes)}`,
          maintenance: `${dayAndClock(maintenance)}-${dayAndClock((maintenance + minutes) % WEEK)}`,
        });
        const moments = Array.from({ length: 7 * 60 }, (_, n) => (n % 7) * DAY + time + Math.floor(n / 7));
        const quiet = (moment: number) => {
          const sinceMaintenance = (moment - maintenance + WEEK) % WEEK;
          return sinceMaintenance < minutes || WEEK - sinceMaintenance <= 60;
        };
        expect(moments.filter(quiet)).toEqual([]);
        const sinceOwnBackup = (time - backup - backupMinutes + 2 * DAY) % DAY;
        expect(sinceOwnBackup).toBeGreaterThanOrEqual(120);
      },
    ),
    { numRuns: 500 },
  );
});
