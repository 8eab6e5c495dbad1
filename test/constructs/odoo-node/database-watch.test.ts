import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { type PostgresCluster, startPostgres } from '../../support/postgres.ts';
import { findPython } from '../../support/python.ts';
import { freePort } from './fake-odoo.ts';

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

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.target, '127.0.0.1');
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
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
    postgres.sql(["CREATE ROLE odoo LOGIN PASSWORD 'pa%(x)s'", 'CREATE DATABASE odoo OWNER odoo']);
  });
  afterAll(() => postgres.stop());

  beforeEach(async () => {
    port = await freePort();
    cable = new Cable(port, postgres.port);
    directory = mkdtempSync(join(tmpdir(), 'watch-'));
    // Where libpq looks for the root certificate when nothing names it.
    mkdirSync(join(directory, '.postgresql'));
    copyFileSync(postgres.caBundle, join(directory, '.postgresql/root.crt'));
    output = '';
  });

  afterEach(async () => {
    if (watcher) {
      // Its last words must not be taken for those of the next one.
      const closed = once(watcher, 'close');
      watcher.kill('SIGKILL');
      await closed;
    }
    cable.cut();
    rmSync(directory, { recursive: true });
  });

  const flag = () => existsSync(join(directory, 'flag'));

  function watch(): void {
    const options = {
      db_host: postgres.host,
      db_port: port,
      db_name: 'odoo',
      db_user: 'odoo',
      db_password: 'pa%(x)s',
      db_sslmode: 'verify-full',
    };
    const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(directory, 'odoo.conf'), `[options]\n${lines.join('')}`);
    watcher = spawn(
      python,
      ['-u', '-c', nodeFile('database_watch.py'), join(directory, 'odoo.conf'), join(directory, 'flag')],
      { env: { PATH: process.env['PATH'], HOME: directory }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [watcher.stdout, watcher.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
  }

  it('raises the flag when the connection closes and lowers it when the database answers again', async () => {
    await cable.mend();
    watch();
    await expect.poll(connections).toBe(1);
    expect(flag()).toBe(false);
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
    await expect.poll(connections).toBe(1);
    const [before] = pids();
    postgres.sql(["ALTER SYSTEM SET TimeZone = 'Asia/Tokyo'", 'SELECT pg_reload_conf()']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(pids()).toEqual([before]);
    expect(output).toBe('');
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

  it('lowers a flag that an earlier watcher left behind', async () => {
    writeFileSync(join(directory, 'flag'), '');
    await cable.mend();
    watch();
    await expect.poll(flag, { timeout: 5000 }).toBe(false);
  });

  it('does not write the password into its log', async () => {
    watch();
    await expect.poll(() => output, { timeout: 5000 }).toContain('maintenance on');
    expect(output).not.toContain('pa%(x)s');
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
