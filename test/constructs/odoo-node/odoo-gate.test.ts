import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { writeImage, writeModule } from '../database-job/image.ts';
import { findPostgres, ownDirectory, type PostgresCluster, startPostgres } from '../../support/postgres.ts';
import { findPython } from '../../support/python.ts';

// The gate and the database job as they are shipped, on a real PostgreSQL server. Both Odoos are stand-ins.
const python = findPython(['psycopg2', 'passlib'], ['python3-psycopg2', 'python3-passlib']);
const STAND_IN = fileURLToPath(new URL('./odoo_stand_in.py', import.meta.url));
const JOB = fileURLToPath(new URL('../../../constructs/database-job/files/database_job.py', import.meta.url));
const JOB_ODOO = fileURLToPath(new URL('../database-job/odoo_stand_in.py', import.meta.url));
const PASSWORD = 'pa%(x)s';

const END_SESSIONS_OF_GATES =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'odoo-gate'";

/** What a machine may take that does seven things besides. A test waits several times. */
const PATIENCE_SECONDS = 60;
vi.setConfig({ testTimeout: 3 * PATIENCE_SECONDS * 1000 });

type Behaviour = 'obeys' | 'busy' | 'deaf';
interface Event {
  readonly what: string;
  readonly pid: number;
  readonly seconds: number;
}

let cluster: PostgresCluster;
const processes: ChildProcess[] = [];

beforeAll(async () => {
  cluster = await startPostgres();
  const home = ownDirectory(cluster, 'home');
  mkdirSync(join(home, '.postgresql'));
  copyFileSync(cluster.caBundle, join(home, '.postgresql', 'root.crt'));
  const options = `db_host = localhost\ndb_port = ${cluster.port}\ndb_name = odoo\ndb_user = odoo\ndb_password = ${PASSWORD}\naddons_path = ${addons()}\n`;
  writeFileSync(join(cluster.directory, 'odoo.conf'), `[options]\n${options}db_sslmode = verify-full\n`);
  ownDirectory(cluster, 'filestore');
}, 60_000);
afterAll(() => cluster?.stop());

beforeEach(() => {
  for (const name of ['one', 'two']) rmSync(file(name), { force: true });
  writeImage(addons());
  cluster.sql([
    ...databases().map((name) => `DROP DATABASE ${name} WITH (FORCE)`),
    'DROP ROLE IF EXISTS odoo',
    `CREATE ROLE odoo LOGIN PASSWORD '${PASSWORD}'`,
    `GRANT odoo TO ${cluster.master.user} WITH ADMIN OPTION`,
  ]);
});
afterEach(async () => {
  // Odoo goes with its gate, whatever a failed test left.
  await Promise.all(processes.splice(0).map((process) => end(process, 'SIGTERM')));
});

describe('scheduled jobs', () => {
  it('run side by side, and none while the database job works', async () => {
    for (const name of ['one', 'two']) startGate(name, name === 'one' ? 'busy' : 'obeys');
    await seen('one', 'works');
    await seen('two', 'works');

    const begun = now();
    const job = startJob('slow');
    await output(job, '"standIn"');
    const working = now();
    // The job's Odoo takes two seconds. The lock is free again before the job has ended, so its end is too late.
    const held = working + 1.5;
    expect(await ended(job)).toBe(0);

    for (const name of ['one', 'two']) {
      await until(
        () => events(name).some(({ what, seconds }) => what === 'started' && seconds > working),
        'a restart',
      );
      expect(events(name).filter(({ seconds }) => seconds > working && seconds < held)).toEqual([]);
      expect(events(name).filter(({ what }) => what === 'asked twice')).toEqual([]);
    }
    // The job's patience, not the stand-in's death, let the busy one end by itself.
    expect(times('one', 'ended', begun)).toHaveLength(1);
  });

  it('run again after a database job that was killed', async () => {
    startGate('one');
    await seen('one', 'works');
    const job = startJob('hangs');
    await output(job, '"standIn"');
    const working = now();
    await sleep(1500);
    expect(times('one', 'works', working)).toEqual([]);
    await end(job, 'SIGKILL');
    await until(() => times('one', 'started', working).length === 1, 'a restart');
  });

  it('are killed when they do not end in time, with their workers', async () => {
    startGate('one', 'deaf');
    await seen('one', 'works');
    expect(await ended(startJob())).toBe(0);
    const [asked] = times('one', 'asked');
    const last = times('one', 'works').filter(
      (seconds) => seconds < (times('one', 'started')[1] ?? Infinity),
    );
    expect((last.at(-1) ?? 0) - (asked ?? 0)).toBeLessThan(1);
  });

  it('end at once when the lock is lost with its session, and start again with a new one', async () => {
    startGate('one', 'deaf');
    await seen('one', 'works');
    const lost = now();
    endSessionsOfGates();
    await until(() => times('one', 'started', lost).length === 1, 'a restart');
    // Not even asked: another could hold the lock already.
    expect(times('one', 'asked')).toEqual([]);
    const [first] = events('one');
    expect(times('one', 'works', lost + 1.5, first?.pid)).toEqual([]);
  });

  it('wait for a database that is away, and say so once', async () => {
    const gate = startGate('one');
    await seen('one', 'works');
    const startAgain = stopServer();
    await output(gate, 'the database is away');
    const away = now();
    await sleep(2500);
    // Before, because it returns some time after the server has begun to answer.
    const back = now();
    startAgain();
    expect(events('one').filter(({ seconds }) => seconds > away && seconds < back)).toEqual([]);
    await until(() => times('one', 'started', back).length === 1, 'a restart');
    expect(said(gate).match(/away/g)).toHaveLength(1);
    expect(gate.exitCode).toBeNull();
  });
});

describe('serving', () => {
  it('goes on while the database is away, and next to a database job', async () => {
    const gate = startGate('one', 'obeys', 'web');
    await seen('one', 'works');
    const startAgain = stopServer();
    await sleep(1500);
    startAgain();
    expect(await ended(startJob())).toBe(0);
    expect(times('one', 'started')).toHaveLength(1);
    expect(times('one', 'asked')).toEqual([]);
    expect(await end(gate, 'SIGTERM')).toBe(0);
    expect(times('one', 'ended')).toHaveLength(1);
  });

  it('is not begun while the database is away, and begun again after an outage has ended Odoo', async () => {
    const gate = startGate('one', 'obeys', 'web');
    await seen('one', 'works');
    const startAgain = stopServer();
    endOdoo('one');
    await output(gate, 'the database is away');
    const away = now();
    await sleep(2500);
    // Before, because it returns some time after the server has begun to answer.
    const back = now();
    startAgain();
    await until(() => times('one', 'started', back).length === 1, 'a restart');
    expect(events('one').filter(({ seconds }) => seconds > away && seconds < back)).toEqual([]);
    expect(gate.exitCode).toBeNull();
  });
});

describe('serving, when a release changes modules', () => {
  beforeEach(async () => {
    expect(await ended(startJob())).toBe(0);
    writeModule(addons(), 'web', { version: '1.4' });
  });

  it('ends before anything is changed, and is begun again only by the image of that release', async () => {
    const old = startGate('one', 'busy', 'web');
    await seen('one', 'works');
    const job = startJob('ok', 'r2');
    await output(job, '"standIn"');
    const changing = now();
    expect(times('one', 'ended')).toHaveLength(1);
    expect(await ended(job)).toBe(0);

    await output(old, 'the database is of another release than this image');
    startGate('two', 'obeys', 'web', 'r2');
    await seen('two', 'works');
    expect(times('one', 'started', changing)).toEqual([]);
    expect(old.exitCode).toBeNull();

    expect(await ended(startJob('ok', 'r1', { kind: 'undo' }))).toBe(0);
    await until(() => times('one', 'started', changing).length === 1, 'the way back');
  });

  it('goes on where the release fails', async () => {
    startGate('one', 'obeys', 'web');
    await seen('one', 'works');
    const begun = now();
    expect(await ended(startJob('fails-halfway', 'r2'))).toBe(1);
    await until(() => times('one', 'started', begun).length === 1, 'a restart');
  });

  it('is neither begun by scheduled jobs of the older image', async () => {
    expect(await ended(startJob('ok', 'r2'))).toBe(0);
    const old = startGate('one');
    await output(old, 'the database is of another release than this image');
    expect(await end(old, 'SIGTERM')).toBe(0);
    expect(existsSync(file('one'))).toBe(false);
  });

  it('goes on when its lock is lost with its session, and takes it again', async () => {
    startGate('one', 'obeys', 'web');
    await seen('one', 'works');
    const [session] = sessionsOfGates();
    endSessionsOfGates();
    await until(() => sessionsOfGates().some((pid) => pid !== session), 'another session');
    await until(() => sharedLocks() === '1', 'the lock');
    expect(times('one', 'asked')).toEqual([]);
  });

  it('ends when somebody else has the lock by then', async () => {
    startGate('one', 'obeys', 'web');
    await seen('one', 'works');
    // In one go: a gate that sees somebody wait before its session is lost would end for that.
    const other = cluster.hold(
      'postgres',
      'other',
      `${END_SESSIONS_OF_GATES}; SELECT pg_advisory_lock(1868853104)`,
    );
    try {
      await until(() => times('one', 'ended').length === 1, 'an end');
    } finally {
      other.kill();
    }
  });
});

describe('the gate', () => {
  it('ends with its Odoo when it is told to', async () => {
    const gate = startGate('one', 'busy');
    await seen('one', 'works');
    expect(await end(gate, 'SIGTERM')).toBe(0);
    const over = now();
    expect(times('one', 'ended')).toHaveLength(1);
    await sleep(200);
    expect(times('one', 'works', over)).toEqual([]);
  });

  it.each(['away', 'busy with the job'])('ends at once while the database is %s', async (why) => {
    const job = why === 'away' ? undefined : startJob('hangs');
    if (job) await output(job, '"standIn"');
    else cluster.sql('ALTER ROLE odoo NOLOGIN');
    const gate = startGate('one');
    await output(gate, job ? 'waiting for the database job' : 'the database is away');
    const asked = now();
    expect(await end(gate, 'SIGTERM')).toBe(0);
    expect(now() - asked).toBeLessThan(2);
    expect(existsSync(file('one'))).toBe(false);
  });

  it.each(['web', 'cron'])(
    'ends with the code of an Odoo (%s) that ends although the database is there, and leaves no worker',
    async (role) => {
      const gate = startGate('one', 'obeys', role);
      await seen('one', 'works');
      endOdoo('one');
      expect(await ended(gate)).toBe(7);
      const over = now();
      await sleep(200);
      expect(times('one', 'works', over)).toEqual([]);
    },
  );

  it('notices within seconds that a server no longer answers, and starts nothing there', async () => {
    const gate = startGate('one', 'deaf');
    await seen('one', 'works');
    const [backend] = sessionsOfGates();
    execFileSync('kill', ['-STOP', String(backend)]);
    try {
      await output(gate, 'no answer within 2 s');
    } finally {
      execFileSync('kill', ['-CONT', String(backend)]);
    }
  });

  it('takes the locks that the database job takes', () => {
    const job = readFileSync(JOB, 'utf8') + readFileSync(join(dirname(JOB), 'serving.py'), 'utf8');
    expect(keys(nodeFile('odoo_gate.py'))).toEqual(keys(job));
    expect(keys(job)).toHaveLength(2);
    // SQL knows no hexadecimal numbers.
    const service = Number(/^SERVICE_KEY = (\w+)$/m.exec(job)?.[1]);
    expect(nodeFile('database_watch.py')).toContain(`objid = ${service} `);
  });
});

const outputs = new WeakMap<ChildProcess, string>();

function startGate(
  name: string,
  behaviour: Behaviour = 'obeys',
  role = 'cron',
  release = 'r1',
): ChildProcess {
  const program = faster({
    POLL_SECONDS: 0.2,
    ANSWER_SECONDS: 2,
    STOP_SECONDS: behaviour === 'deaf' ? 0.5 : 90,
  });
  const command = [
    role,
    join(cluster.directory, 'odoo.conf'),
    release,
    python,
    '-B',
    STAND_IN,
    file(name),
    behaviour,
  ];
  return start(['-u', '-c', program, ...command], { HOME: join(cluster.directory, 'home') });
}

/** The gate with less patience. */
function faster(constants: Readonly<Record<string, number>>): string {
  return Object.entries(constants).reduce((program, [name, value]) => {
    const assignment = new RegExp(`^${name} = .*$`, 'm');
    if (!assignment.test(program)) throw new Error(`the gate has no constant ${name}`);
    return program.replace(assignment, `${name} = ${value}`);
  }, nodeFile('odoo_gate.py'));
}

/** Stops PostgreSQL in order; what is returned starts it again as it was. */
function stopServer(): () => void {
  const data = join(cluster.directory, 'data');
  const server = (...words: string[]) =>
    execFileSync(join(findPostgres(), 'pg_ctl'), ['-D', data, '-w', ...words], {
      ...cluster.identity,
      cwd: cluster.directory,
      stdio: 'ignore',
    });
  const command = readFileSync(join(data, 'postmaster.opts'), 'utf8').trim();
  server('-m', 'fast', 'stop');
  return () =>
    server('-l', join(cluster.directory, 'log'), '-o', command.slice(command.indexOf(' ')), 'start');
}

/** Makes the newest Odoo of a gate end by itself. */
function endOdoo(name: string): void {
  const pid = events(name).findLast(({ what }) => what === 'started')?.pid;
  if (pid === undefined) throw new Error(`no Odoo of gate ${name} has started`);
  process.kill(pid, 'SIGUSR1');
}

function startJob(
  odoo = 'ok',
  release = 'r1',
  request: object = { kind: 'release', snapshot: 'snapshot-1' },
): ChildProcess {
  const flags = [
    '--host=localhost',
    `--port=${cluster.port}`,
    `--ca-bundle=${cluster.caBundle}`,
    `--odoo-config=${join(cluster.directory, 'odoo.conf')}`,
    '--odoo-version=19.0',
    `--release=${release}`,
    `--filestore=${join(cluster.directory, 'filestore')}`,
    '--odoo',
    python,
    JOB_ODOO,
    odoo,
  ];
  return start(['-B', JOB, ...flags], {
    JOB_REQUEST: JSON.stringify(request),
    MASTER_USER: cluster.master.user,
    MASTER_PASSWORD: cluster.master.password,
    DATABASE_PASSWORD: PASSWORD,
    ADMIN_PASSWORD: 'admin-Secret-3',
  });
}

function start(words: readonly string[], environment: Record<string, string>): ChildProcess {
  const child = spawn(python, words, {
    ...cluster.identity,
    cwd: cluster.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => outputs.set(child, said(child) + chunk.toString()));
  }
  processes.push(child);
  return child;
}

function databases(): readonly string[] {
  return lines("SELECT datname FROM pg_database WHERE datname LIKE 'odoo%'");
}

function lines(query: string): readonly string[] {
  return cluster
    .sql(query)
    .split('\n')
    .filter((line) => line !== '');
}

function sessionsOfGates(): readonly string[] {
  return lines("SELECT pid FROM pg_stat_activity WHERE application_name = 'odoo-gate'");
}

function endSessionsOfGates(): void {
  cluster.sql(END_SESSIONS_OF_GATES);
}

function sharedLocks(): string {
  return cluster.sql(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted",
  );
}

function said(child: ChildProcess): string {
  return outputs.get(child) ?? '';
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null) child.kill(signal);
  return ended(child);
}

const output = (child: ChildProcess, text: string) => until(() => said(child).includes(text), text);
const seen = (name: string, what: string) => until(() => times(name, what).length > 0, what);

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = now() + PATIENCE_SECONDS;
  while (!condition()) {
    if (now() > deadline) throw new Error(`waited ${PATIENCE_SECONDS} s for: ${what}`);
    await sleep(50);
  }
}

const keys = (program: string) => program.match(/^(LOCK|SERVICE)_KEY = \w+$/gm);
const addons = () => join(cluster.directory, 'addons');
const file = (name: string) => join(cluster.directory, 'home', name);
const now = () => Date.now() / 1000;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function events(name: string): Event[] {
  if (!existsSync(file(name))) return [];
  const lines = readFileSync(file(name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const {
      what = '',
      pid,
      seconds,
    } = /^(?<what>.*) (?<pid>\d+) (?<seconds>[\d.]+)$/.exec(line)?.groups ?? {};
    return { what, pid: Number(pid), seconds: Number(seconds) };
  });
}

/** When the Odoo of a gate said something, from a moment on. */
function times(name: string, what: string, from = 0, pid?: number): number[] {
  return events(name)
    .filter(
      (event) => event.what === what && event.seconds > from && (pid === undefined || event.pid === pid),
    )
    .map(({ seconds }) => seconds);
}
