import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addLogAlarms, stackWith } from '../constructs/monitoring/alarm-stacks.ts';
import { filtersOf, valuesOf } from '../constructs/monitoring/log-filters.ts';
import { type PostgresCluster, startPostgres } from '../support/postgres.ts';
import { findPython } from '../support/python.ts';

const PROGRAM = fileURLToPath(new URL('../../constructs/odoo-node/files/vital_signs.py', import.meta.url));
const python = findPython(['psycopg2'], ['python3-psycopg2']);
const filters = filtersOf(stackWith((stack, topic) => addLogAlarms(stack, topic, 'server')));

/** Columns of Odoo 18.0 and 19.0 that are asked for; times are without zone and in UTC. */
const SCHEMA = [
  'CREATE TABLE ir_cron (id int PRIMARY KEY, cron_name text, active boolean, nextcall timestamp NOT NULL)',
  'CREATE TABLE ir_cron_trigger (cron_id int, call_at timestamp NOT NULL)',
  'CREATE TABLE ir_cron_progress (cron_id int, create_date timestamp)',
  'ALTER TABLE ir_cron OWNER TO odoo',
  'ALTER TABLE ir_cron_trigger OWNER TO odoo',
  'ALTER TABLE ir_cron_progress OWNER TO odoo',
];

/** `limit_time_real_cron` of these tests. */
const LONGEST_JOB = 3600;

interface VitalSigns {
  readonly [name: string]: unknown;
  readonly cronLagSeconds?: number;
  readonly problem?: string;
}

let cluster: PostgresCluster;
const held: ChildProcess[] = [];

beforeAll(async () => {
  cluster = await startPostgres({ settings: { max_connections: 30 } });
  cluster.sql([
    "CREATE ROLE odoo LOGIN PASSWORD 'odoo-Secret%1'",
    'CREATE DATABASE odoo OWNER odoo',
    'CREATE DATABASE empty OWNER odoo',
  ]);
  cluster.sql(SCHEMA, 'odoo');
});
afterEach(async () => {
  const sessions = held.splice(0);
  for (const session of sessions) session.kill();
  const count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'somebody'";
  await expect.poll(() => cluster.sql(count)).toBe('0');
  cluster.sql(['TRUNCATE ir_cron', 'TRUNCATE ir_cron_trigger', 'TRUNCATE ir_cron_progress'], 'odoo');
});
afterAll(() => cluster.stop());

/** A session of somebody else, once it has done this. */
async function session(statement: string, database = 'odoo'): Promise<void> {
  held.push(cluster.hold(database, 'somebody', statement));
  const asleep = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'somebody'`;
  await expect.poll(() => cluster.sql(asleep)).toBe(String(held.length));
}

/** The first line of the program. */
async function line(changes: Readonly<Record<string, string | number>> = {}): Promise<string> {
  const options = {
    db_host: cluster.host,
    db_port: cluster.port,
    db_name: 'odoo',
    db_user: 'odoo',
    db_password: 'odoo-Secret%1',
    db_sslmode: 'require',
    limit_time_real_cron: LONGEST_JOB,
    ...changes,
  };
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  const configuration = join(cluster.directory, 'vital-signs.conf');
  writeFileSync(configuration, ['[options]', ...lines].join('\n'));
  const program = spawn(python, ['-B', '-u', PROGRAM, configuration], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const chunk of program.stdout) return String(chunk).trimEnd();
    throw new Error('the program ended');
  } finally {
    program.kill();
  }
}

async function ask(changes: Readonly<Record<string, string | number>> = {}): Promise<VitalSigns> {
  const signs: VitalSigns = JSON.parse(await line(changes));
  return signs;
}

/** A job of Odoo that is due for so many seconds. */
function job(id: number, dueSeconds: number, active = true): void {
  const due = `(now() AT TIME ZONE 'UTC') - interval '${dueSeconds} s'`;
  cluster.sql(`INSERT INTO ir_cron VALUES (${id}, 'Job ${id}', ${active}, ${due})`, 'odoo');
}

function note(table: 'ir_cron_progress' | 'ir_cron_trigger', id: number, secondsAgo: number): void {
  const moment = `(now() AT TIME ZONE 'UTC') - interval '${secondsAgo} s'`;
  cluster.sql(`INSERT INTO ${table} VALUES (${id}, ${moment})`, 'odoo');
}

describe('the vital signs', () => {
  it('are one line from which every metric of the vital signs is taken', async () => {
    job(1, 600);
    const text = await line();
    expect(valuesOf(filters, text)).toEqual({
      VitalSigns: 1,
      CronLag: expect.closeTo(600, -2),
      LongestLockWait: 0,
      DatabaseConnections: expect.any(Number),
    });
    expect(JSON.parse(text)).toMatchObject({
      source: 'vital signs',
      maxConnections: 30,
      overdueJob: 'Job 1',
    });
  });

  it('tell of the job that has waited longest', async () => {
    job(1, 60);
    job(2, 7200);
    job(3, 600);
    const { cronLagSeconds, overdueJob } = await ask();
    expect(cronLagSeconds).toBeCloseTo(7200, -2);
    expect(overdueJob).toBe('Job 2');
  });

  it.each<[string, () => void, number]>([
    ['nothing is due', () => job(1, -600), 0],
    ['a job is switched off', () => job(1, 7200, false), 0],
    [
      'a job is asked for before its time',
      () => {
        job(1, -86_400);
        note('ir_cron_trigger', 1, 1800);
      },
      1800,
    ],
    [
      'a job is asked for later',
      () => {
        job(1, -86_400);
        note('ir_cron_trigger', 1, -1800);
      },
      0,
    ],
    [
      'a job runs since it was due',
      () => {
        job(1, 1800);
        note('ir_cron_progress', 1, 1790);
      },
      0,
    ],
    [
      'a job ran the time before',
      () => {
        job(1, 1800);
        note('ir_cron_progress', 1, 5400);
      },
      1800,
    ],
    [
      'a job runs for longer than Odoo lets any run',
      () => {
        job(1, 7210);
        note('ir_cron_progress', 1, 7200);
      },
      3600,
    ],
  ])('know what is late: %s', async (_what, prepare, seconds) => {
    prepare();
    const { cronLagSeconds, problem } = await ask();
    expect(problem).toBeUndefined();
    expect(Math.abs((cronLagSeconds ?? Number.NaN) - seconds)).toBeLessThan(30);
  });

  it('count connections, and sessions of others in the database of Odoo', async () => {
    const before = await ask();
    await session('SELECT');
    const after = await ask();
    expect(Number(after['connections'])).toBe(Number(before['connections']) + 1);
    expect(after['otherSessions']).toBe(1);
  });

  it('see who waits for a lock, whoever it is, but not who waits for a release', async () => {
    cluster.sql('CREATE TABLE IF NOT EXISTS locked (id int)', 'odoo');
    await session('BEGIN; LOCK locked; SELECT pg_sleep(600)');
    await session('BEGIN; LOCK locked');
    await session('SELECT pg_advisory_lock(1)');
    await session('SELECT pg_advisory_lock(1)');
    await expect.poll(() => cluster.sql('SELECT count(*) FROM pg_locks WHERE NOT granted')).toBe('2');
    const signs = await ask();
    expect(signs['waitingSessions']).toBe(1);
    expect(Number(signs['longestLockWaitSeconds'])).toBeGreaterThan(0);
  });

  it('say nothing of jobs, and open no session in the database, while the database job changes it', async () => {
    job(1, 7200);
    await session('SELECT pg_advisory_lock(1868853104)', 'postgres');
    const text = await line();
    expect(JSON.parse(text)).toMatchObject({ changing: true });
    expect(Object.keys(valuesOf(filters, text)).toSorted()).toEqual([
      'DatabaseConnections',
      'LongestLockWait',
      'VitalSigns',
    ]);
  });

  it.each([
    ['of a database without Odoo', { db_name: 'empty' }, /relation "ir_cron" does not exist/],
    ['of one that is not there', { db_name: 'nothing' }, /database "nothing" does not exist/],
    ['of a wrong password', { db_password: 'wrong' }, /password authentication failed/],
    ['of a limit that is no number', { limit_time_real_cron: 'long' }, /invalid literal/],
  ])('name the problem %s, and are not counted as an answer', async (_what, changes, problem) => {
    const text = await line(changes);
    expect(JSON.parse(text).problem).toMatch(problem);
    expect(valuesOf(filters, text)).not.toHaveProperty('VitalSigns');
    expect(valuesOf(filters, text)).not.toHaveProperty('CronLag');
  });

  it('may not write, take long, or be unknown in what PostgreSQL shows of its sessions', async () => {
    await ask();
    const statements = cluster.log();
    expect(statements).not.toMatch(/odoo-Secret/);
    const settings = `import sys; sys.path.insert(0, ${JSON.stringify(join(PROGRAM, '..'))})
import vital_signs
options = vital_signs.options_of(sys.argv[1])
with vital_signs.Session(options, "odoo") as cursor:
    for name in ("transaction_read_only", "statement_timeout", "application_name"):
        cursor.execute("SHOW " + name)
        print(cursor.fetchone()[0])
`;
    const program = spawn(python, ['-B', '-c', settings, join(cluster.directory, 'vital-signs.conf')]);
    let output = '';
    for await (const chunk of program.stdout) output += String(chunk);
    expect(output.split('\n')).toEqual(['on', '5s', 'odoo-vital-signs', '']);
  });
});
