import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';
import { findPostgres, type Identity, makeCertificates, own, unprivileged } from '../../support/postgres.ts';
import { asRoot, asUser, type FarHost, isAlive } from './far-host.ts';

const execute = promisify(execFile);

/** Data directory of a server that was never started. Made once for all tests of a file, because that takes seconds. */
let empty: Promise<string> | undefined;

/** Begins the name of every server's directory; the process that made it comes next. */
const PREFIX = 'odoo-aws-database-';

/** Name under which whichever server is in service is reached, as the endpoint of RDS. */
export const ENDPOINT = 'database.internal';

export const ODOO_PASSWORD = 'pa%(x)s';

/**
 * A PostgreSQL server whose outages are made at will. It has the database `odoo` with a table of attachments, and TLS with
 * a certificate for `localhost` and {@link ENDPOINT}.
 */
export class DatabaseServer {
  readonly port: number;
  /** Certificate that vouches for the server's. */
  readonly caBundle: string;
  private readonly directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  private readonly identity = unprivileged();
  private readonly host: FarHost | undefined;

  private constructor(port: number, host: FarHost | undefined, primary?: DatabaseServer) {
    this.port = port;
    this.host = host;
    chmodSync(this.directory, 0o755);
    own(this.directory, this.identity);
    this.caBundle =
      primary?.caBundle ?? makeCertificates(this.directory, this.identity, ['localhost', ENDPOINT]);
  }

  /** Starts a server on loopback, or on a host of its own. */
  static async start(host?: FarHost): Promise<DatabaseServer> {
    sweep();
    const server = new DatabaseServer(await freePort(), host);
    empty ??= makeEmpty(server.identity);
    await execute('cp', ['-R', await empty, server.data], server.identity);
    server.configure({
      port: server.port,
      listen_addresses: host ? '*' : '127.0.0.1',
      ssl: 'on',
      ssl_cert_file: join(server.directory, 'server.crt'),
      ssl_key_file: join(server.directory, 'server.key'),
      fsync: 'off',
      unix_socket_directories: server.directory,
      // A connection is a process, and these machines are small.
      max_connections: 60,
    });
    await server.start();
    server.sql(`CREATE ROLE odoo LOGIN PASSWORD '${ODOO_PASSWORD}'`);
    server.sql('CREATE DATABASE odoo OWNER odoo');
    server.sql('SET ROLE odoo; CREATE TABLE attachment (id serial PRIMARY KEY, checksum text)', 'odoo');
    return server;
  }

  /**
   * Starts a standby that follows this server: same port and certificate, on another host. What it streams comes through
   * a socket of the file system, which is cut off with nothing.
   */
  async standby(host: FarHost): Promise<DatabaseServer> {
    const standby = new DatabaseServer(this.port, host, this);
    const from = ['-h', this.directory, '-p', String(this.port), '-U', 'bootstrap'];
    const how = ['-R', '-X', 'stream', '-c', 'fast', '--no-sync'];
    await standby.run('pg_basebackup', ...from, ...how, '-D', standby.data);
    standby.configure({ unix_socket_directories: standby.directory });
    await standby.start();
    return standby;
  }

  /** Starts it and resolves when it takes connections; with options of the server for this one start. */
  async start(options = ''): Promise<void> {
    const log = join(this.directory, 'log');
    const quietly = `${options} -c log_min_messages=warning`;
    const command = ['-D', this.data, '-l', log, '-w', '-o', quietly, 'start'];
    if (!this.host) return this.run('pg_ctl', ...command);
    const pgCtl = asUser([join(findPostgres(), 'pg_ctl'), ...command], this.identity);
    const [program, ...args] = asRoot(this.host.enter(pgCtl));
    await execute(program, args, { cwd: this.directory });
  }

  /** Stops it and resolves when it has ended. */
  stop(mode: 'fast' | 'immediate'): Promise<void> {
    return this.run('pg_ctl', '-D', this.data, '-m', mode, '-w', 'stop');
  }

  /** Kills the server's first process, which can then tell nobody. */
  kill(): void {
    process.kill(this.pid, 'SIGKILL');
  }

  /** Kills the process of one connection, as the kernel does when memory runs out: the server starts over. */
  killOneConnection(): void {
    const pid = this.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'odoo' LIMIT 1");
    process.kill(Number(pid), 'SIGKILL');
  }

  promote(): Promise<void> {
    return this.run('pg_ctl', '-D', this.data, '-w', 'promote');
  }

  get running(): boolean {
    try {
      process.kill(this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether it takes connections. */
  get answers(): boolean {
    try {
      return this.sql('SELECT 1') === '1';
    } catch {
      return false;
    }
  }

  /** Runs a statement as the superuser, through a socket of the file system; rows as lines. */
  sql(statement: string, database = 'postgres'): string {
    const args = [
      '-h',
      this.directory,
      '-p',
      String(this.port),
      '-U',
      'bootstrap',
      '-XAtq',
      '-c',
      statement,
      database,
    ];
    return execFileSync('psql', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  async destroy(): Promise<void> {
    if (this.running) await this.stop('immediate');
    rmSync(this.directory, { recursive: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  private get pid(): number {
    return Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }

  private configure(options: Readonly<Record<string, string | number>>): void {
    const lines = Object.entries(options).map(([name, value]) => `${name} = '${value}'\n`);
    writeFileSync(join(this.data, 'postgresql.conf'), lines.join(''), { flag: 'a' });
  }

  private async run(program: string, ...args: readonly string[]): Promise<void> {
    await execute(join(findPostgres(), program), args, { ...this.identity, cwd: this.directory });
  }
}

/** Ends and removes what processes have left that are no more: a server outlives tests that are killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(PREFIX))) {
    if (isAlive(Number(name.slice(PREFIX.length).split('-')[0]))) continue;
    const directory = join(tmpdir(), name);
    const lock = join(directory, 'data/postmaster.pid');
    const pid = existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : 0;
    // The id may be somebody else's by now.
    const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    if (stdout.includes(directory)) process.kill(pid, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Removes what all servers of a file have in common. */
export async function removeCommonFiles(): Promise<void> {
  if (empty !== undefined) rmSync(dirname(await empty), { recursive: true });
  empty = undefined;
}

async function makeEmpty(identity: Identity): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  own(directory, identity);
  const data = join(directory, 'data');
  const how = ['-U', 'bootstrap', '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '--no-sync'];
  await execute(join(findPostgres(), 'initdb'), [...how, '-D', data], { ...identity, cwd: directory });
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'local all,replication all trust\nhostssl all all all scram-sha-256\n',
  );
  return data;
}
