import { describe, expect, it } from 'vitest';
import { leastPostgresMemoryMiB, postgresMemory } from '../../../config/sizing/postgres-memory.ts';
import { planOf, production } from '../../support/environments.ts';
import postgres17 from './postgres-17-settings.json' with { type: 'json' };

const settings = new Map(postgres17.settings.map((setting) => [setting.name, setting]));
const MIB = 1024 * 1024;

const units: Readonly<Record<string, number>> = { B: 1, kB: 1024, '8kB': 8192, MB: MIB, GB: 1024 * MIB };
const times: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };

/** A value as PostgreSQL reads it, in the unit of pg_settings: `16MB` of wal_buffers is 2048 pages. */
function inEngineUnit(name: string, value: string): number {
  const [, digits = '', suffix = ''] = /^(-?[\d.]+)([a-zA-Z]*)$/.exec(value) ?? [];
  const unit = settings.get(name)?.unit ?? '';
  const table = suffix in times ? times : units;
  return suffix === '' ? Number(digits) : (Number(digits) * (table[suffix] ?? NaN)) / (table[unit] ?? NaN);
}

/** What RDS makes of a formula on a class of so many bytes; its division drops the remainder. */
function evaluate(formula: string, classMemoryBytes: number): string {
  const [, factor = '1', divisor = ''] = /^\{DBInstanceClassMemory(?:\*(\d+))?\/(\d+)\}$/.exec(formula) ?? [];
  return divisor === '' ? formula : `${Math.floor((classMemoryBytes * Number(factor)) / Number(divisor))}`;
}

function expectAccepted(name: string, value: string): void {
  const setting = settings.get(name);
  expect(setting, `${name} is a setting of PostgreSQL 17`).toBeDefined();
  if (setting?.vartype === 'integer' || setting?.vartype === 'real') {
    const number = inEngineUnit(name, value);
    expect(number, `${name} = ${value}`).toBeGreaterThanOrEqual(Number(setting.min));
    expect(number, `${name} = ${value}`).toBeLessThanOrEqual(Number(setting.max));
  }
}

describe('PostgreSQL on the single server', () => {
  it.each([
    [1, {}],
    [10, {}],
    [25, {}],
    [25, { ...production, availability: 'single-az' as const }],
  ])('of %i users gets values that PostgreSQL accepts, units written out', (users, changes) => {
    const { parameters } = planOf(users, changes).database;
    for (const [name, value] of Object.entries(parameters)) {
      expectAccepted(name, value);
      const takesBytes = ['kB', '8kB', 'MB'].includes(settings.get(name)?.unit ?? '');
      expect(value, name).toMatch(takesBytes ? /^\d+(MB|GB)$/ : /^[a-z\d._]+$/);
    }
    expect(parameters).toMatchObject({ jit: 'off', track_io_timing: 'on', log_lock_waits: 'on' });
  });

  it("gets a quarter and three quarters of PostgreSQL's share of memory", () => {
    const { memoryMiB, parameters } = planOf(25).database;
    expect(parameters['shared_buffers']).toBe(`${Math.floor(memoryMiB / 4)}MB`);
    expect(parameters['effective_cache_size']).toBe(`${Math.floor((memoryMiB * 3) / 4)}MB`);
  });

  it('gets 16 MB of work_mem from 8 GiB of server memory on', () => {
    expect(planOf(25).server?.memoryMiB).toBe(8192);
    expect(inEngineUnit('work_mem', planOf(25).database.parameters['work_mem'] ?? '')).toBeGreaterThanOrEqual(
      16_384,
    );
    expect(planOf(1).database.parameters['work_mem']).toBe('4MB');
  });
});

describe('PostgreSQL on RDS', () => {
  const counts = [26, 99, 100, 420, 1000, 5000];
  const ofRdsAlone = new Set(['rds.force_ssl']);

  it.each(counts)('for %i users gets values that PostgreSQL accepts, in its own units', (users) => {
    for (const changes of [{}, production, { sizing: 'measured' as const }]) {
      const { memoryMiB, parameters } = planOf(users, changes).database;
      for (const [name, value] of Object.entries(parameters).filter(([name]) => !ofRdsAlone.has(name))) {
        const type = settings.get(name)?.vartype;
        const evaluated = evaluate(value, memoryMiB * MIB);
        expectAccepted(name, evaluated);
        expect(evaluated, `${name}: RDS takes no units`).toMatch(
          type === 'string' ? /^[a-z_,]+$/ : /^[\d.]+$/,
        );
        if (type === 'bool') {
          expect(['0', '1'], name).toContain(value);
        }
      }
    }
  });

  it('lets its cache follow the class, so that a smaller one still starts', () => {
    const { memoryMiB, parameters } = planOf(150).database;
    const bytes = memoryMiB * MIB;
    expect(Number(evaluate(parameters['shared_buffers'] ?? '', bytes)) * 8192).toBe(bytes / 4);
    expect(Number(evaluate(parameters['effective_cache_size'] ?? '', bytes)) * 8192).toBe((bytes * 3) / 4);
  });

  it('writes 16 MB of WAL buffers as pages and work_mem as kB', () => {
    const { parameters } = planOf(150).database;
    expect(Number(parameters['wal_buffers']) * 8192).toBe(16 * MIB);
    expect(Number(parameters['work_mem']) * 1024).toBe(64 * MIB);
  });

  it('always has 16 MB of work_mem or more', () => {
    for (const users of counts) {
      for (const sizing of ['reference', 'measured'] as const) {
        const { parameters } = planOf(users, { ...production, sizing }).database;
        expect(Number(parameters['work_mem']), `${users} users, ${sizing}`).toBeGreaterThanOrEqual(16 * 1024);
      }
    }
  });

  it('cannot exhaust its memory with every connection and all maintenance at work', () => {
    for (const users of counts) {
      for (const sizing of ['reference', 'measured'] as const) {
        const { memoryMiB, maxConnections, parameters } = planOf(users, { sizing }).database;
        const mib = (name: string): number => Number(parameters[name]) / 1024;
        const used =
          memoryMiB / 4 +
          maxConnections * (mib('work_mem') + 2) +
          mib('maintenance_work_mem') +
          Number(parameters['autovacuum_max_workers']) * mib('autovacuum_work_mem');
        expect(used, `${users} users, ${sizing}`).toBeLessThanOrEqual(memoryMiB);
      }
    }
  });

  it('forces TLS and cuts no statement short', () => {
    const { parameters } = planOf(150).database;
    expect(parameters['rds.force_ssl']).toBe('1');
    expect(parameters).not.toHaveProperty('statement_timeout');
  });

  it('repeats max_connections exactly', () => {
    for (const users of [10, ...counts]) {
      const { maxConnections, parameters } = planOf(users).database;
      expect(parameters['max_connections']).toBe(`${maxConnections}`);
    }
  });
});

describe('memory for PostgreSQL', () => {
  it('is refused when the connections do not fit', () => {
    expect(postgresMemory(1024, 5000)).toBeUndefined();
  });

  it.each([
    [200, 4],
    [200, 16],
    [1000, 16],
    [5000, 16],
    [5000, 64],
  ])('is found to be just enough for %i connections with %i MiB of work_mem', (connections, workMemMiB) => {
    const least = leastPostgresMemoryMiB(connections, workMemMiB);
    expect(postgresMemory(least, connections)?.workMemMiB).toBeGreaterThanOrEqual(workMemMiB);
    expect(postgresMemory(least - 8, connections)?.workMemMiB ?? 0).toBeLessThan(workMemMiB);
  });
});
