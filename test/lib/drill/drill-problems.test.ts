import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { drillProblems } from '../../../lib/drill/drill-problems.ts';
import { environmentOf, planOf } from '../../support/environments.ts';

const pathsOf = (users: number, changes: Partial<Environment> = {}) =>
  drillProblems({ environment: environmentOf(users, changes), plan: planOf(users, changes) }).map(
    ({ path }) => path,
  );
const there = { recoveryRegion: 'eu-west-1' };
const efs = { storage: { ...environmentOf(40).storage, filestore: 'efs' as const } };

describe('a drill', () => {
  it.each([40, 150])('is there for %i users with copies', (users) =>
    expect(pathsOf(users, there)).toEqual([]),
  );

  it('needs copies, a service and a bucket, and says all that is missing', () => {
    expect(pathsOf(10, there)).toEqual(['test.users']);
    expect(pathsOf(10)).toEqual(['test.users', 'test.recoveryRegion']);
    expect(pathsOf(40, { ...there, ...efs })).toEqual(['test.storage.filestore']);
    expect(pathsOf(40, efs)).toEqual(['test.storage.filestore', 'test.recoveryRegion']);
  });
});
