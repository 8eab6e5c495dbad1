import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { freePort } from '../../support/free-port.ts';
import { type PostgresCluster, startPostgres } from '../../support/postgres.ts';
import { findPython } from '../../support/python.ts';

const PASSWORD = 'pa%(x)s';

/** The way to the database, which can be cut and mended while the server stays up. */
class Cable {
  private server?: Server;
  private readonly sockets = new Set<Socket>();

  private readonly port: number;
  private readonly target: number;

  constructor(port: number, target: number) {
    this.port = port;
    this.target = target;
  }

  mend(): Promise<void> {
    return this.listen((near) => near.pipe(this.keep(connect(this.target, '127.0.0.1'))).pipe(near));
  }

  /** Takes connections and never says a word, like an address whose host has died. */
  silence(): Promise<void> {
    return this.listen(() => {});
  }

  /** Further connections go elsewhere; those that are open stay as they are. */
  private async listen(serve: (near: Socket) => void): Promise<void> {
    this.server?.close();
    const server = createServer((near) => serve(this.keep(near)));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    return socket.on('error', () => socket.destroy());
  }

  cut(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}

describe('the database watcher', () => {
  const python = findPython(['psycopg2'], ['python3-psycopg2']);
  let postgres: PostgresCluster;
  let cable: Cable;
  let port = 0;
  let directory = '';
  let watcher: ChildProcess | undefined;
  let output = '';

  beforeAll(async () => {
    postgres = await startPostgres();
    postgres.sql([`CREATE ROLE odoo LOGIN PASSWORD '${PASSWORD}'`, 'CREATE DATABASE odoo OWNER odoo']);
  });
  afterAll(() => postgres.stop());

  beforeEach(async () => {
    port = await freePort();
    cable = new Cable(port, postgres.port);
    directory = mkdtempSync(join(tmpdir(), 'watch-'));
    // Where libpq looks for the root certificate when nothing names it.
    mkdirSync(join(directory, '.postgresql'));
    copyFileSync(postgres.caBundle, join(directory, '.postgresql/root.crt'));
    configure(PASSWORD);
    output = '';
  });

  afterEach(async () => {
    if (watcher?.exitCode === null && watcher.signalCode === null) {
      // Its last words must not be taken for those of the next one.
      const closed = once(watcher, 'close');
      watcher.kill('SIGKILL');
      await closed;
    }
    cable.cut();
    rmSync(directory, { recursive: true });
  });

  const flag = () => existsSync(join(directory, 'flag'));

  const flagFiles = () => readdirSync(directory).filter((name) => name.startsWith('flag'));

  function configure(password: string): void {
    const options = {
      db_host: postgres.host,
      db_port: port,
      db_name: 'odoo',
      db_user: 'odoo',
      db_password: password,
      db_sslmode: 'verify-full',
    };
    const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(directory, 'odoo.conf'), `[options]\n${lines.join('')}`);
  }

  function watch(...release: string[]): void {
    const files = [join(directory, 'odoo.conf'), join(directory, 'flag')];
    watcher = spawn(python, ['-u', '-c', nodeFile('database_watch.py'), ...files, ...release], {
      env: { PATH: process.env['PATH'], HOME: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [watcher.stdout, watcher.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
  }

  it('raises the flag when the connection closes and lowers it when the database answers again', async () => {
    await cable.mend();
    watch();
    await expect.poll(connections).toBe(1);
    // On a busy machine the first attempt may have taken longer than it is waited for.
    await expect.poll(flag).toBe(false);
    cable.cut();
    await expect.poll(flag, { timeout: 2000 }).toBe(true);
    await cable.mend();
    // The flag goes first, the line about it after.
    await expect.poll(() => output).toContain('maintenance off: the database answers');
    expect(flag()).toBe(false);
    expect(output).toContain('maintenance on:');
  });

  it('is not alarmed by a message that does not end the connection', async () => {
    await cable.mend();
    watch();
    await expect.poll(() => connections() === 1 && !flag()).toBe(true);
    const [before] = pids();
    const saidBefore = output;
    postgres.sql(["ALTER SYSTEM SET TimeZone = 'Asia/Tokyo'", 'SELECT pg_reload_conf()']);
    await sleep(500);
    expect(pids()).toEqual([before]);
    expect(output).toBe(saidBefore);
  });

  it('raises it when an administrator ends its connection', async () => {
    await cable.mend();
    watch();
    await expect.poll(connections).toBe(1);
    postgres.sql(`SELECT pg_terminate_backend(${pids()[0]})`);
    await expect.poll(() => output).toContain('maintenance on:');
    await expect.poll(flag).toBe(false);
  });

  it('raises it when there is no database at the start', async () => {
    watch();
    await expect.poll(flag, { timeout: 5000 }).toBe(true);
    await cable.mend();
    await expect.poll(flag, { timeout: 5000 }).toBe(false);
  });

  it('raises it when the address of the database takes connections and stays silent', async () => {
    await cable.silence();
    watch();
    await expect.poll(flag, { timeout: 2000 }).toBe(true);
    expect(output).toContain('no answer within 0.5 seconds');
  });

  it('does not wait for an attempt at a dead address before it makes the next', async () => {
    await cable.silence();
    watch();
    await expect.poll(flag).toBe(true);
    await cable.mend();
    // An attempt gives up after three seconds.
    await expect.poll(flag, { timeout: 2000 }).toBe(false);
  });

  it('keeps one connection, however many attempts were under way', async () => {
    await cable.silence();
    watch();
    await expect.poll(flag).toBe(true);
    await cable.mend();
    await expect.poll(flag).toBe(false);
    await sleep(1000);
    await expect.poll(connections).toBe(1);
  });

  it('lowers a flag that an earlier watcher left behind', async () => {
    writeFileSync(join(directory, 'flag'), '');
    await cable.mend();
    watch();
    await expect.poll(flag, { timeout: 5000 }).toBe(false);
  });

  it('keeps a flag that an earlier watcher left behind until it knows better, and says why', async () => {
    writeFileSync(join(directory, 'flag'), '');
    await cable.silence();
    watch();
    const seen = new Set<boolean>();
    while (!output.includes('maintenance on: no answer')) {
      seen.add(flag());
      await sleep(5);
    }
    expect([...seen]).toEqual([true]);
  });

  it('keeps it while the database takes no writes, as a standby does', async () => {
    postgres.sql('ALTER ROLE odoo SET default_transaction_read_only = on');
    try {
      await cable.mend();
      watch();
      await expect.poll(() => output).toContain('session is read-only');
      await sleep(1000);
      expect(flag()).toBe(true);
    } finally {
      postgres.sql('ALTER ROLE odoo RESET default_transaction_read_only');
    }
    await expect.poll(flag).toBe(false);
  });

  describe('when the database job changes modules', () => {
    beforeEach(async () => {
      postgres.sql(`COMMENT ON DATABASE odoo IS '{"releases": [["r1"]]}'`);
      await cable.mend();
      watch('r1');
      await expect.poll(connections).toBe(1);
    });
    afterEach(() => postgres.sql('COMMENT ON DATABASE odoo IS NULL'));

    it('raises it while the job holds the services back, and lowers it afterwards', async () => {
      const job = postgres.hold('postgres', 'job', 'SELECT pg_advisory_lock(1868853104)');
      await expect.poll(flag).toBe(true);
      expect(output).toContain('maintenance on: the database job changes modules');
      job.kill();
      await expect.poll(flag).toBe(false);
    });

    it('raises it as soon as the job waits for nodes that still serve', async () => {
      const node = postgres.hold('postgres', 'node', 'SELECT pg_advisory_lock_shared(1868853104)');
      await sleep(1500);
      expect(flag()).toBe(false);
      const job = postgres.hold('postgres', 'job', 'SELECT pg_advisory_lock(1868853104)');
      await expect.poll(flag).toBe(true);
      for (const session of [job, node]) session.kill();
      await expect.poll(flag).toBe(false);
    });

    it('keeps it on a node whose image is older than the database by then', async () => {
      postgres.sql(`COMMENT ON DATABASE odoo IS '{"releases": [["r1"], ["r2"]]}'`);
      await expect.poll(flag).toBe(true);
      expect(output).toContain('maintenance on: the database is of another release than this image');
      postgres.sql(`COMMENT ON DATABASE odoo IS '{"releases": [["r1"], ["r2", "r1"]]}'`);
      await expect.poll(flag).toBe(false);
    });

    it('does not mind the words of somebody else beside the database', async () => {
      for (const comment of ['our ERP', '[]', '{"releases": 7}']) {
        postgres.sql(`COMMENT ON DATABASE odoo IS '${comment}'`);
        await sleep(1200);
        expect(flag()).toBe(false);
      }
      expect(watcher?.exitCode).toBeNull();
    });
  });

  it('is not closed for doing nothing', async () => {
    postgres.sql("ALTER ROLE odoo SET idle_session_timeout = '200ms'");
    try {
      await cable.mend();
      watch();
      await expect.poll(connections).toBe(1);
      await sleep(800);
      expect(output).toBe('');
    } finally {
      postgres.sql('ALTER ROLE odoo RESET idle_session_timeout');
    }
  });

  it('keeps it while the password is wrong, says so once, and takes the right one without a restart', async () => {
    configure('outdated');
    await cable.mend();
    watch();
    await expect.poll(() => output).toContain('password authentication failed');
    await sleep(1500);
    expect(flag()).toBe(true);
    expect(output.match(/password authentication failed/g)).toHaveLength(1);
    configure(PASSWORD);
    await expect.poll(flag).toBe(false);
  });

  it('ends at once when it is asked to, and leaves the flag as it is', async () => {
    await cable.silence();
    watch();
    await expect.poll(flag).toBe(true);
    const asked = performance.now();
    watcher?.kill('SIGTERM');
    await once(watcher ?? process, 'close');
    expect(performance.now() - asked).toBeLessThan(500);
    expect(flag()).toBe(true);
  });

  it('ends with the reason when its configuration cannot be read, for its supervisor to start it again', async () => {
    rmSync(join(directory, 'odoo.conf'));
    watch();
    const [code] = await once(watcher ?? process, 'close');
    expect(code).toBe(1);
    expect(output).toContain('odoo.conf');
  });

  it('needs no room on the disk to raise the flag', async () => {
    await cable.mend();
    watch();
    await expect.poll(connections).toBe(1);
    expect(flagFiles()).toEqual(['flag.lowered']);
    cable.cut();
    await expect.poll(flagFiles).toEqual(['flag']);
  });

  it('does not write the password into its log', async () => {
    watch();
    await expect.poll(() => output, { timeout: 5000 }).toContain('maintenance on');
    expect(output).not.toContain(PASSWORD);
  });

  function connections(): number {
    return pids().length;
  }

  /** Server processes of the watcher, over TLS. */
  function pids(): string[] {
    const query =
      "SELECT pid FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE ssl AND application_name = 'odoo-database-watch'";
    return postgres.sql(query).split('\n').filter(Boolean);
  }
});
