import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReleaseBench } from './release-bench.ts';

// Modules by phases, as the environment file names them, on a real PostgreSQL server; Odoo itself is a stand-in.
const PHASES = [
  { name: 'foundation', modules: ['acme', 'purchase'] },
  { name: 'inventory', modules: ['stock'] },
  { name: 'production', modules: ['mrp'] },
];

let bench: ReleaseBench;

beforeAll(async () => {
  bench = await ReleaseBench.start();
});
afterAll(() => bench?.stop());
beforeEach(async () => {
  await bench.reset();
  for (const { modules } of PHASES) {
    for (const name of modules.filter((name) => name !== 'acme')) bench.job.module(name);
  }
});

/** Deploys with these fields of the environment file. */
const deploy = (phase: string, phases: readonly object[] = PHASES, modules: readonly string[] = []) =>
  bench.run({ settings: { modules, phases, phase } });

const installed = () =>
  bench
    .sql("SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY name")
    .split('\n')
    .filter((name) => !['base', 'web'].includes(name));

/** As an administrator does under Apps. */
const installInOdoo = (name: string) =>
  bench.sql(
    `INSERT INTO ir_module_module (name, state, latest_version) VALUES ('${name}', 'installed', '19.0.1.0')
     ON CONFLICT (name) DO UPDATE SET state = 'installed', latest_version = '19.0.1.0'`,
  );

/** What the job refuses, with what to do, and without having changed or started anything. */
async function refused(run: ReturnType<typeof deploy>, ...messages: readonly string[]): Promise<void> {
  const before = bench.content();
  const { code, report, standIn } = await run;
  for (const message of messages) expect(report?.error).toContain(message);
  expect(code).toBe(1);
  expect(standIn).toBeUndefined();
  expect(bench.content()).toEqual(before);
}

describe('phases', () => {
  it('are installed one after the other', async () => {
    for (const [phase, modules] of [
      ['foundation', ['acme', 'purchase']],
      ['inventory', ['acme', 'purchase', 'stock']],
      ['production', ['acme', 'mrp', 'purchase', 'stock']],
    ] as const) {
      expect((await deploy(phase)).code).toBe(0);
      expect(installed()).toEqual(modules);
    }
    expect((await deploy('production')).report?.changed).toEqual([]);
  });

  it('are installed all at once in a new database, which nobody has worked in', async () => {
    bench.sql('DROP DATABASE odoo', 'postgres');
    expect((await deploy('production')).report?.created).toEqual(['database odoo']);
    expect(installed()).toEqual(['acme', 'mrp', 'purchase', 'stock']);
  });

  it('may get further modules after they were reached', async () => {
    await deploy('foundation');
    const [foundation, ...others] = PHASES;
    const more = [{ ...foundation, modules: ['acme', 'purchase', 'sale'] }, ...others];
    expect((await deploy('foundation', more)).report?.changed).toEqual(['modules: install sale']);
  });

  it('may follow a module that was always there', async () => {
    await deploy('foundation');
    const [foundation, ...others] = PHASES;
    const moved = [{ ...foundation, modules: ['purchase'] }, ...others];
    expect((await deploy('foundation', moved, ['acme'])).report).toMatchObject({
      outcome: 'succeeded',
      changed: [],
    });
  });
});

describe('refused, with what to do', () => {
  it('a phase that is skipped', async () => {
    await deploy('foundation');
    await refused(deploy('production'), 'would skip inventory', "write phase: 'inventory' first");
  });

  it('the first of which nothing is there', () =>
    refused(deploy('inventory'), 'would skip foundation', "write phase: 'foundation' first"));

  it('not one whose modules somebody has installed in Odoo', async () => {
    await deploy('foundation');
    installInOdoo('stock');
    expect((await deploy('production')).code).toBe(0);
    expect(installed()).toContain('mrp');
  });

  it('nor a deployment of the phase before that one', async () => {
    await deploy('foundation');
    installInOdoo('stock');
    expect((await deploy('foundation')).code).toBe(0);
  });

  it('a phase to go back to', async () => {
    await deploy('foundation');
    await deploy('inventory');
    await refused(deploy('foundation'), 'phase inventory was reached', "write phase: 'inventory'");
  });

  it('another name or place of a phase that was reached', async () => {
    await deploy('foundation');
    await deploy('inventory');
    const [foundation, inventory, production] = PHASES;
    await refused(
      deploy(
        'production',
        [foundation, { ...inventory, name: 'warehouse' }, production].flatMap((p) => p ?? []),
      ),
      'phases foundation, inventory were reached in this order, the environment file has foundation, warehouse, production',
    );
    await refused(deploy('production', PHASES.toReversed()), 'keep their names and places');
  });

  it('everything that is wrong, at once', async () => {
    await deploy('foundation');
    await refused(
      deploy('production', [{ name: 'foundation', modules: ['acme'] }, ...PHASES.slice(1)]),
      'modules purchase were installed',
      'would skip inventory',
    );
  });

  it('a module under another name', async () => {
    await deploy('foundation');
    bench.job.module('procurement');
    await refused(
      deploy('foundation', [{ name: 'foundation', modules: ['acme', 'procurement'] }]),
      'modules purchase were installed by the environment file, which does not name them any more',
      'a renamed module needs a migration',
    );
  });

  it('not when it was uninstalled in Odoo before', async () => {
    await deploy('foundation');
    bench.sql("UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'purchase'");
    expect((await deploy('foundation', [{ name: 'foundation', modules: ['acme'] }])).code).toBe(0);
  });

  it('a module that the image lacks', async () => {
    bench.job.removeModule('purchase');
    await refused(deploy('foundation'), 'the image lacks the modules purchase', 'addons/modules');
  });

  it('a module that the image lacks, before a first initialization', async () => {
    bench.sql('DROP DATABASE odoo', 'postgres');
    bench.job.removeModule('purchase');
    const { report, standIn } = await deploy('foundation');
    expect(report?.error).toContain('the image lacks the modules purchase');
    expect(standIn).toBeUndefined();
    expect(bench.databases()).toEqual([]);
  });

  it('an image without a module that is installed', async () => {
    await deploy('foundation');
    bench.job.removeModule('purchase');
    await refused(
      deploy('foundation'),
      'the image lacks modules that are installed in the database: purchase',
    );
  });
});
