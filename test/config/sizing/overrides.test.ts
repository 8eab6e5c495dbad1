import { describe, expect, it } from 'vitest';
import type { Environment, Overrides } from '../../../config/environment.ts';
import type { Problem } from '../../../config/problem.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

function problemsOf(
  users: number,
  overrides: Overrides,
  changes: Partial<Environment> = {},
): readonly Problem[] {
  const result = sizeEnvironment(environmentOf(users, { ...changes, overrides }));
  return result.ok ? [] : result.problems;
}

describe('an override', () => {
  it('replaces the value, and what follows from it', () => {
    const plan = planOf(150, {
      ...production,
      overrides: { app: { vcpu: 8 }, database: { class: 'db.r7g.4xlarge' } },
    });
    expect(plan.app).toMatchObject({ vcpu: 8, memoryMiB: 32_768, workers: 12, nodesMin: 2, nodesMax: 3 });
    expect(plan.database).toMatchObject({ class: 'db.r7g.4xlarge', vcpu: 16, memoryMiB: 131_072 });
  });

  it('says in its reason what it replaced', () => {
    const { reasons } = planOf(150, { overrides: { app: { nodesMax: 6 } } });
    expect(reasons.find(({ path }) => path === 'app.nodesMax')).toMatchObject({
      value: 6,
      because: 'set by overrides.app.nodesMax; the sizing engine would have chosen 4',
      source: 'the environment file',
    });
  });

  it('of a PostgreSQL parameter is taken as it is, known to the engine or not', () => {
    const { parameters } = planOf(150, {
      overrides: { database: { parameters: { work_mem: '20480', 'rds.log_retention_period': '4320' } } },
    }).database;
    expect(parameters).toMatchObject({ work_mem: '20480', 'rds.log_retention_period': '4320' });
  });

  it('of the instance type sizes the single server', () => {
    expect(planOf(10, { overrides: { instanceType: 'm7g.2xlarge' } }).server).toMatchObject({
      instanceType: 'm7g.2xlarge',
      vcpu: 8,
      memoryMiB: 32_768,
    });
  });

  it.each<[string, number, Overrides, Partial<Environment>, string, RegExp]>([
    [
      'too many workers for the vCPU',
      150,
      { app: { workers: 10 } },
      {},
      'app.workers',
      /10 workers on a node of 4 vCPU break Odoo's rule/,
    ],
    [
      'a size that Fargate lacks',
      150,
      { app: { vcpu: 4, memoryMiB: 4096 } },
      {},
      'app.memoryMiB',
      /no task of 4 vCPU and 4096 MiB/,
    ],
    ['vCPU that Fargate lacks', 150, { app: { vcpu: 6 } }, {}, 'app.vcpu', /no task of 6 vCPU/],
    [
      'memory that the workers exceed',
      150,
      { app: { vcpu: 1, memoryMiB: 2048, workers: 8 } },
      { sizing: 'measured' },
      'app.memoryMiB',
      /8 workers .* do not fit into 2048 MiB/,
    ],
    [
      'too few nodes for the users',
      150,
      { app: { nodesMax: 2 } },
      {},
      'app',
      /too few workers for 150 users/,
    ],
    [
      'fewer nodes at most than at least',
      40,
      { app: { nodesMin: 3, nodesMax: 2 } },
      {},
      'app.nodesMax',
      /below the least, 3/,
    ],
    [
      'one node over several zones',
      40,
      { app: { nodesMin: 1 } },
      production,
      'app.nodesMin',
      /fewer nodes than multi-az/,
    ],
    [
      'an application below the reference size',
      150,
      { app: { memoryMiB: 8192 } },
      {},
      'app',
      /below the reference size/,
    ],
    ['no cron worker', 150, { app: { cronWorkers: 0 } }, {}, 'app.cronWorkers', /no scheduled job ever runs/],
    [
      'more cron workers than a machine runs',
      150,
      { app: { cronWorkers: 40 } },
      {},
      'app.cronWorkers',
      /no single machine runs 40/,
    ],
    [
      'too few connections',
      150,
      { database: { maxConnections: 250 } },
      {},
      'database.maxConnections',
      /Odoo needs 321 connections/,
    ],
    [
      'more connections than memory',
      40,
      { database: { class: 'db.m7g.large', maxConnections: 3000 } },
      {},
      'database.maxConnections',
      /do not fit into/,
    ],
    [
      'more nodes than connections',
      150,
      { app: { nodesMax: 90 } },
      {},
      'app',
      /one PostgreSQL writer takes 5000/,
    ],
    [
      'a database below the reference size',
      150,
      { database: { class: 'db.m7g.2xlarge' } },
      {},
      'database.class',
      /8 vCPU and 32768 MiB, below/,
    ],
    [
      'a database below one Odoo node',
      700,
      { database: { class: 'db.t4g.medium' }, app: { memoryMiB: 16_384 } },
      { sizing: 'measured' },
      'database.class',
      /below the reference size or the memory/,
    ],
    [
      'an unknown database class',
      40,
      { database: { class: 'db.x9.large' } },
      {},
      'database.class',
      /not stored/,
    ],
    [
      'storage below the reference size',
      150,
      { database: { storageGiB: 100 } },
      {},
      'database.storageGiB',
      /cannot shrink/,
    ],
    [
      'storage below what is deployed',
      150,
      { database: { storageGiB: 600 } },
      { storage: { growthPerYear: 0, filestoreGiB: 1, floorGiB: 700, filestore: 's3-files' } },
      'database.storageGiB',
      /cannot shrink/,
    ],
    [
      'a server that is too small',
      25,
      { instanceType: 't4g.small' },
      {},
      'instanceType',
      /too little for Odoo/,
    ],
    ['an unknown instance type', 10, { instanceType: 'z1.huge' }, {}, 'instanceType', /not stored for arm64/],
    [
      'an instance type of the other architecture',
      10,
      { instanceType: 't3.large' },
      {},
      'instanceType',
      /not stored for arm64/,
    ],
    [
      'fewer workers on the server than users need',
      25,
      { app: { workers: 2 } },
      {},
      'app.workers',
      /too few workers/,
    ],
    [
      'a data volume below what is deployed',
      10,
      { database: { storageGiB: 30 } },
      { storage: { growthPerYear: 0, filestoreGiB: 1, floorGiB: 40, filestore: 's3-files' } },
      'database.storageGiB',
      /cannot shrink/,
    ],
    [
      'no way out of the private subnets',
      40,
      { natGateways: 0 },
      {},
      'natGateways',
      /reach neither the image registry/,
    ],
    ['more NAT gateways than zones', 150, { natGateways: 4 }, {}, 'natGateways', /more NAT gateways/],
  ])('is refused with %s', (_, users, overrides, changes, path, message) => {
    const problems = problemsOf(users, overrides, changes);
    const problem = problems.find((candidate) => candidate.path === `test.overrides.${path}`);
    expect(problem?.message, JSON.stringify(problems)).toMatch(message);
    for (const { message, allowed, fix } of problems) {
      expect(message).toMatch(/^[^.]*[^.]$|\d\.\d|db\.|t4g\./);
      expect(allowed).not.toBe('');
      expect(fix).not.toBe('');
    }
  });

  it('may go below the reference size when sizing by measurement', () => {
    expect(
      problemsOf(150, { database: { class: 'db.m7g.large', storageGiB: 40 } }, { sizing: 'measured' }),
    ).toEqual([]);
  });

  it('is reported together with all others that are wrong', () => {
    const problems = problemsOf(150, { app: { workers: 99 }, database: { storageGiB: 1 }, natGateways: 9 });
    expect(problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'test.overrides.app.workers',
        'test.overrides.database.storageGiB',
        'test.overrides.natGateways',
      ]),
    );
  });

  it('that only the other sizing mode refuses leaves the comparison out, with the reason', () => {
    const { alternative } = planOf(150, { sizing: 'measured', overrides: { database: { storageGiB: 40 } } });
    expect(alternative).toEqual({
      sizing: 'reference',
      unavailable: expect.stringContaining('cannot shrink'),
    });
  });
});
