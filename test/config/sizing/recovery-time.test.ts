import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf, planOf } from '../../support/environments.ts';

function recovery(users: number, changes: Partial<Environment> = {}) {
  return planOf(users, changes).server?.recoveryMinutes;
}

describe('the expected recovery of the single server', () => {
  it('takes minutes, and longer when its data has to come back as well', () => {
    expect(recovery(10)).toEqual({ replaced: 9, restored: 26 });
  });

  it('is sooner from an image with the packages on board', () => {
    expect(recovery(10, { server: { zone: 1, goldenImage: '2026-11' } })).toEqual({
      replaced: 6,
      restored: 23,
    });
  });

  it('grows with the data and not with the promise', () => {
    const { storage } = environmentOf(10);
    const larger = recovery(10, { storage: { ...storage, filestoreGiB: 100 } });
    expect(larger?.replaced).toBe(9);
    expect(larger?.restored).toBe(107);
    expect(recovery(10, { objectives: { rtoHours: 8, rpoHours: 1 } })).toEqual(recovery(10));
  });

  it('stays within the four hours that every architecture promises, at ordinary sizes', () => {
    expect(recovery(25)?.restored).toBeLessThan(4 * 60);
  });

  it('has no meaning where there is no such server', () => {
    expect(recovery(40)).toBeUndefined();
  });
});
