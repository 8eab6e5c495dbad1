import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { SmallDisk } from './small-disk.ts';

/** User whose processes may run a PostgreSQL server; set only where the tests themselves run as root, which may not. */
export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * A throw-away PostgreSQL server on loopback that resembles RDS where it matters: TLS with a certificate for
 * `localhost`, passwords by SCRAM, and an administrator who is no superuser.
 */
export interface PostgresCluster {
  readonly directory: string;
  readonly host: 'localhost';
  readonly port: number;
  /** Certificate that vouches for the server's. */
  readonly caBundle: string;
  /** May create roles and databases, like the master user of RDS. */
  readonly master: { readonly user: string; readonly password: string };
  readonly identity: Identity;
  /**
   * Runs one statement or several, each in a transaction of its own, as the superuser and without logging them; rows as
   * lines, fields separated by `|`.
   */
  sql(statement: string | readonly string[], database?: string): string;
  /** A session of the superuser that does nothing, but for what it is told first, until it is killed. */
  hold(database: string, applicationName: string, first?: string): ChildProcess;
  /** Everything that the server logged, with every statement that did not come through `sql`. */
  log(): string;
  /** What holds the data, where that was asked for. */
  readonly disk?: SmallDisk;
  /** Ends the server at once, as the loss of its machine does. */
  crash(): void;
  /** Starts the server again where it has given up. */
  revive(): void;
  stop(): void;
}

export interface PostgresOptions {
  /** Mebibytes of the file system that the data gets for itself. @default - it shares that of temporary files */
  readonly disk?: number;
  /** Whether the write-ahead log is on that file system too, as on RDS, so that the server stops where it is full. @default true */
  readonly logOnDisk?: boolean;
  /** Settings of the server beside those that make it resemble RDS. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Mebibytes of a segment of the write-ahead log. @default 16 */
  readonly segmentMiB?: number;
  /** Fills the folder of the data, instead of a new cluster. The server is up when what it has to recover is recovered. */
  readonly restore?: (data: string) => void;
}

const MASTER = { user: 'odoo_master', password: 'master-Secret-1' };

export async function startPostgres({
  disk: size,
  logOnDisk = true,
  settings = {},
  segmentMiB = 16,
  restore,
}: PostgresOptions = {}): Promise<PostgresCluster> {
  const bin = findPostgres();
  const identity = unprivileged();
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
  chmodSync(directory, 0o755);
  own(directory, identity);
  const port = await freePort();
  const caBundle = makeCertificates(directory, identity);
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  own(data, identity);
  const disk = size === undefined ? undefined : await SmallDisk.mount(data, size, identity);
  const run = (program: string, ...args: string[]) => {
    if (disk) disk.run(join(bin, program), args);
    else {
      execFileSync(join(bin, program), args, {
        ...identity,
        cwd: directory,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
  };

  if (restore) restore(data);
  else {
    run(
      'initdb',
      '-D',
      data,
      '-U',
      'bootstrap',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--auth-host=scram-sha-256',
      `--wal-segsize=${segmentMiB}`,
      '--no-sync',
      ...(logOnDisk ? [] : [`--waldir=${join(directory, 'wal')}`]),
    );
  }
  const options = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: directory,
    ssl: 'on',
    ssl_cert_file: join(directory, 'server.crt'),
    ssl_key_file: join(directory, 'server.key'),
    // The data is thrown away; statements are logged to see that no secret is among them.
    fsync: 'off',
    log_statement: 'all',
    ...settings,
  };
  const flags = Object.entries(options).map(([name, value]) => `-c "${name}=${value}"`);
  const start = () =>
    run('pg_ctl', '-D', data, '-l', join(directory, 'log'), '-w', '-o', flags.join(' '), 'start');
  start();

  // It takes its socket along, also where it gives up.
  const runs = () => existsSync(join(directory, `.s.PGSQL.${port}`));

  const sql = (statement: string | readonly string[], database = 'postgres') => {
    const commands = [statement].flat().flatMap((command) => ['-c', command]);
    return execFileSync(
      'psql',
      [
        '-h',
        directory,
        '-p',
        String(port),
        '-U',
        'bootstrap',
        '-XAtq',
        '-v',
        'ON_ERROR_STOP=1',
        ...commands,
        database,
      ],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { PATH: process.env['PATH'], PGOPTIONS: '-c log_statement=none -c client_min_messages=warning' },
      },
    ).trim();
  };
  if (!restore) sql(`CREATE ROLE ${MASTER.user} LOGIN CREATEDB CREATEROLE PASSWORD '${MASTER.password}'`);
  const crash = () => run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
  return {
    directory,
    host: 'localhost',
    port,
    caBundle,
    master: MASTER,
    identity,
    sql,
    hold: (database, PGAPPNAME, first = 'SELECT') =>
      spawn(
        'psql',
        [
          '-h',
          directory,
          '-p',
          `${port}`,
          '-U',
          'bootstrap',
          '-Xc',
          first,
          '-c',
          'SELECT pg_sleep(600)',
          database,
        ],
        {
          env: {
            PATH: process.env['PATH'],
            PGAPPNAME,
            // A server that sleeps would not notice that its client is gone.
            PGOPTIONS: '-c client_connection_check_interval=100',
          },
          stdio: 'ignore',
        },
      ),
    log: () => readFileSync(join(directory, 'log'), 'utf8'),
    disk,
    crash,
    revive: () => {
      if (!runs()) start();
    },
    stop: () => {
      if (runs()) crash();
      disk?.unmount();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Folder of the newest PostgreSQL server of this computer; Debian keeps them out of the PATH, one per version. */
export function findPostgres(): string {
  const versions = '/usr/lib/postgresql';
  const debian = listing(versions)
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(versions, version, 'bin'));
  const candidates = [process.env['POSTGRES_BIN'], ...debian, ...(process.env['PATH'] ?? '').split(':')];
  const found = candidates.find((folder) => folder !== undefined && listing(folder).includes('initdb'));
  if (found === undefined) {
    throw new Error(
      'no PostgreSQL server found: install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install' +
        ' postgresql@17) or name the folder of initdb in POSTGRES_BIN',
    );
  }
  return found;
}

/** The user of the tests, or `postgres` (made by Debian's package) or `nobody` where they run as root. */
export function unprivileged(): Identity {
  if (process.getuid?.() !== 0) return {};
  const user = ['postgres', 'nobody'].find((name) => spawnSync('id', [name]).status === 0) ?? 'nobody';
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Gives a file or directory to the user of the server, so that a job running as that user can write to it. */
export function own(path: string, identity: Identity): void {
  if (identity.uid !== undefined && identity.gid !== undefined) chownSync(path, identity.uid, identity.gid);
}

/** Makes a directory below the cluster's that its user owns. */
export function ownDirectory(cluster: PostgresCluster, name: string): string {
  const directory = join(cluster.directory, name);
  mkdirSync(directory);
  own(directory, cluster.identity);
  return directory;
}

/**
 * Makes `server.crt` and `server.key` for these names in the directory, and the authority that vouches for them, whose
 * certificate is returned.
 */
export function makeCertificates(
  directory: string,
  identity: Identity,
  names: readonly string[] = ['localhost'],
): string {
  const file = (name: string) => join(directory, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.crt'),
  );
  openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', file('server.key'), '-out', file('server.csr'));
  writeFileSync(file('names'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`);
  const signing = [
    '-CA',
    file('ca.crt'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-extfile',
    file('names'),
  ];
  openssl('x509', '-req', '-in', file('server.csr'), ...signing, '-days', '2', '-out', file('server.crt'));
  chmodSync(file('server.key'), 0o600);
  own(file('server.key'), identity);
  return file('ca.crt');
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
