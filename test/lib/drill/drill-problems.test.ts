import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { drillProblems } from '../../../lib/drill/drill-problems.ts';
import { environmentOf, planOf } from '../../support/environments.ts';

const pathsOf = (users: number, changes: Partial<Environment> = {}) =>
  drillProblems({ environment: environmentOf(users, changes), plan: planOf(users, changes) }).map(
    ({ path }) => path,
  );
const there = { recoveryRegion: 'eu-west-1' };
const { storage } = environmentOf(40);
const efs = { storage: { ...storage, filestore: 'efs' as const } };
const large = { storage: { ...storage, filestoreGiB: 150 } };

describe('a drill', () => {
  it.each([10, 40, 150])('is there for %i users with copies', (users) =>
    expect(pathsOf(users, there)).toEqual([]),
  );

  it('needs copies, a bucket and room, and says all that is missing', () => {
    expect(pathsOf(10, { ...there, ...large })).toEqual(['test.storage']);
    expect(pathsOf(10, large)).toEqual(['test.storage', 'test.recoveryRegion']);
    expect(pathsOf(40, { ...there, ...efs })).toEqual(['test.storage.filestore']);
    expect(pathsOf(40, efs)).toEqual(['test.storage.filestore', 'test.recoveryRegion']);
  });

  it('of the single server has attachments in a bucket whatever the others do', () => {
    expect(pathsOf(10, { ...there, ...efs })).toEqual([]);
  });
});
