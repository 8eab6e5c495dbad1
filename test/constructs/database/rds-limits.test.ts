import { describe, expect, it } from 'vitest';
import type { DatabasePlan } from '../../../config/sizing/plan.ts';
import { problemsOf } from '../../../constructs/database/rds-limits.ts';
import { planOf } from '../../support/environments.ts';

const plan: DatabasePlan = {
  kind: 'rds',
  class: 'db.m7g.large',
  vcpu: 2,
  memoryMiB: 8192,
  storageGiB: 100,
  storageMaxGiB: 200,
  multiAz: false,
  parameters: {},
  maxConnections: 200,
  connectionsNeeded: 100,
};

describe('what RDS would refuse or not start with', () => {
  it.each<[string, Partial<DatabasePlan>, string | undefined]>([
    [
      'gp3 below 400 GiB with its own IOPS',
      { iops: 6000 },
      'IOPS and throughput cannot be chosen for 100 GiB',
    ],
    ['gp3 below 400 GiB with its own throughput', { throughputMiBps: 300 }, 'cannot be chosen for 100 GiB'],
    ['gp3 of 400 GiB with IOPS', { storageGiB: 400, storageMaxGiB: 504, iops: 14000 }, undefined],
    ['a limit of growth at 10 %', { storageMaxGiB: 110 }, undefined],
    [
      'a limit of growth below 10 %',
      { storageMaxGiB: 109 },
      'grow to 110 GiB at least, got a limit of 109 GiB',
    ],
    [
      'a limit of growth below 26 % with IOPS',
      { storageGiB: 400, storageMaxGiB: 503, iops: 14000 },
      'grow to 504 GiB at least, got a limit of 503 GiB',
    ],
    ['shared_buffers at 25 %', { parameters: { shared_buffers: '262144' } }, undefined],
    ['shared_buffers at 40 %', { parameters: { shared_buffers: '419430' } }, undefined],
    [
      'shared_buffers of the class above',
      { parameters: { shared_buffers: '524288' } },
      'shared_buffers of 4096 MiB may keep db.m7g.large from starting: at most 3277 MiB',
    ],
    [
      'shared_buffers as a formula',
      { parameters: { shared_buffers: '{DBInstanceClassMemory/32768}' } },
      undefined,
    ],
    ['as many connections as RDS would give', { parameters: { max_connections: '901' } }, undefined],
    [
      'one connection more',
      { parameters: { max_connections: '902' } },
      'max_connections of 902 may keep db.m7g.large from starting: at most 901 with 8192 MiB',
    ],
  ])('%s', (_name, changes, problem) => {
    const problems = problemsOf({ ...plan, ...changes });
    expect(problems).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
  });

  it('is nothing in any plan of the sizing engine', () => {
    const counts = [26, 40, 60, 99, 100, 150, 400, 1000];
    const plans = counts.flatMap((users) => [
      planOf(users).database,
      planOf(users, { sizing: 'measured' }).database,
      planOf(users, { production: true, availability: 'multi-az' }).database,
    ]);
    expect(plans.flatMap(problemsOf)).toEqual([]);
  });
});
