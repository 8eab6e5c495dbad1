import { describe, expect, it } from 'vitest';
import { recommendedUsers } from '../../../constructs/health-report/report.lambda/users.ts';

/** A month of business hours: 22 days of ten hours, each five minutes, as busy as said; the given shares of them busier. */
function month(usual: number, peaks: readonly (readonly [count: number, share: number])[] = []): number[] {
  const values = Array.from({ length: 22 * 10 * 12 }, () => usual);
  let next = 0;
  for (const [count, share] of peaks) {
    values.fill(share, next, next + count);
    next += count;
  }
  return values;
}

describe('the recommended number of users', () => {
  it('is that of the file where what is fullest is about as busy as planned', () => {
    // 40 values are 1.5 %: the peak.
    expect(recommendedUsers(100, { webCpu: month(0.3, [[40, 0.5]]), databaseCpu: month(0.2) })).toEqual({
      verdict: 'fits',
      bottleneck: 'CPU of the web nodes',
      peak: 0.5,
      target: 0.6,
      carries: 120,
      recommended: 100,
      between: [50, 84],
    });
  });

  it('is as much higher as the peak is above what was planned for, whatever else is idle', () => {
    expect(
      recommendedUsers(100, {
        webCpu: month(0.1),
        databaseCpu: month(0.5, [[40, 0.9]]),
        workers: month(0.2),
      }),
    ).toMatchObject({ verdict: 'too-low', bottleneck: 'CPU of the database', carries: 66, recommended: 150 });
  });

  it('counts workers against what they may be busy when tested, which is more than CPU may', () => {
    const same = month(0.7);
    expect(recommendedUsers(100, { workers: same })).toMatchObject({ verdict: 'fits', target: 0.75 });
    expect(recommendedUsers(100, { webCpu: same })).toMatchObject({ verdict: 'too-low', target: 0.6 });
  });

  it('is lower where not half of what was planned for is ever used, and never nobody', () => {
    expect(recommendedUsers(100, { serverCpu: month(0.15) })).toMatchObject({
      verdict: 'too-high',
      carries: 400,
      recommended: 25,
    });
    expect(recommendedUsers(1, { serverCpu: month(0.01) })).toMatchObject({ recommended: 1 });
    expect(recommendedUsers(100, { serverCpu: month(0.3) })).toMatchObject({ verdict: 'fits' });
  });

  it('does not follow two busy hours of a month, and names them in its range', () => {
    expect(recommendedUsers(100, { webCpu: month(0.3, [[20, 1]]) })).toMatchObject({
      verdict: 'fits',
      between: [50, 167],
    });
  });

  it('is not known after less than a week, nor of what did nothing', () => {
    expect(recommendedUsers(100, { webCpu: month(0.9).slice(0, 479) }).verdict).toBe('unknown');
    expect(recommendedUsers(100, { webCpu: month(0.9).slice(0, 480) }).verdict).toBe('too-low');
    expect(recommendedUsers(100, {}).verdict).toBe('unknown');
    expect(recommendedUsers(100, { webCpu: month(0) }).verdict).toBe('unknown');
  });
});
