import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clock, DAY, dayAndClock, momentOf, WEEK } from '../../../config/week-time.ts';
import { proofTime, VOLUME_START_HOURS, volumeTestTime } from '../../../constructs/odoo-server/proof-time.ts';

/** The longest that a proof takes. */
const PROOF_MINUTES = Number(
  /^TimeoutStartSec=(\d+)min$/m.exec(
    readFileSync(
      new URL(
        '../../../constructs/odoo-server/files/systemd/odoo-backup@proof.service.d/proof.conf',
        import.meta.url,
      ),
      'utf8',
    ),
  )?.[1],
);

/** A window of up to four hours, anywhere in the week. */
const weekly = fc
  .tuple(fc.nat(WEEK - 1), fc.integer({ min: 30, max: 240 }))
  .map(([from, minutes]) => `${dayAndClock(from)}-${dayAndClock((from + minutes) % WEEK)}`);
const daily = fc
  .tuple(fc.nat(DAY - 1), fc.integer({ min: 30, max: 240 }))
  .map(([from, minutes]) => `${clock(from)}-${clock((from + minutes) % DAY)}`);

const hourlyMinuteOf = (backup: string): number => (momentOf(backup.split('-')[0] ?? '') + 30) % 60;

/** Minutes from one moment to the next of a period. */
const until = (from: number, to: number, period: number): number => {
  const minutes = (to - from) % period;
  return minutes < 0 ? minutes + period : minutes;
};

describe('the weekly proof', () => {
  it('is on Sunday at eight, after the hourly backup, with the windows that are the default', () => {
    const time = proofTime({ maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' }, 0);
    expect(dayAndClock(time)).toBe('sun:08:10');
  });

  it('makes way for windows at that time', () => {
    const time = proofTime({ maintenance: 'sun:07:30-sun:08:30', backup: '09:45-10:45' }, 15);
    expect(dayAndClock(time)).toBe('sun:11:25');
  });

  it('is over before a window begins and never begins within one, wherever they are', () => {
    fc.assert(
      fc.property(weekly, daily, (maintenance, backup) => {
        const hourly = hourlyMinuteOf(backup);
        const time = proofTime({ maintenance, backup }, hourly);
        expect(dayAndClock(time)).toMatch(/^sun:/);
        for (const [window, period] of [
          [maintenance, WEEK],
          [backup, DAY],
        ] as const) {
          const [from = 0, to = 0] = window.split('-').map(momentOf);
          expect(until(time, from, period), `until ${window} begins`).toBeGreaterThanOrEqual(PROOF_MINUTES);
          expect(until(from, time, period), `not within ${window}`).toBeGreaterThanOrEqual(
            until(from, to, period),
          );
        }
        expect(until(hourly, time % 60, 60), 'after the hourly backup').toBe(10);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the most that windows leave which leave too little', () => {
    // 23 hours of every day: it begins when there are 50 minutes.
    const time = proofTime({ maintenance: 'mon:01:15-mon:02:00', backup: '02:00-01:00' }, 30);
    expect(dayAndClock(time)).toBe('sun:01:40');
  });
});

describe('the weekly restore test of the data volume', () => {
  it('is on Sunday, three hours after the proof, with the windows that are the default', () => {
    const time = volumeTestTime({ maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' }, 0);
    expect(dayAndClock(time)).toBe('sun:11:10');
  });

  it('never meets a proof, of this week or the next, nor a window, wherever they are', () => {
    fc.assert(
      fc.property(weekly, daily, (maintenance, backup) => {
        const hourly = hourlyMinuteOf(backup);
        const time = volumeTestTime({ maintenance, backup }, hourly);
        const proof = proofTime({ maintenance, backup }, hourly);
        // It may begin as late, and takes as long as a proof.
        const over = VOLUME_START_HOURS * 60 + PROOF_MINUTES;
        expect(until(proof, time, WEEK), 'after the proof').toBeGreaterThan(PROOF_MINUTES);
        expect(until(time, proof, WEEK), 'before the next').toBeGreaterThan(over);
        for (const [window, period] of [
          [maintenance, WEEK],
          [backup, DAY],
        ] as const) {
          const [from = 0, to = 0] = window.split('-').map(momentOf);
          expect(until(time, from, period), `until ${window} begins`).toBeGreaterThanOrEqual(over);
          expect(until(from, time, period), `not within ${window}`).toBeGreaterThanOrEqual(
            until(from, to, period),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });
});
