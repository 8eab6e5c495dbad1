import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DATABASE_PASSWORD,
  JobBench,
  type Run,
  type RunOptions,
} from '../../constructs/database-job/job-bench.ts';
import { freePort } from '../../support/free-port.ts';
import { own, ownDirectory } from '../../support/postgres.ts';
import type { VersionedStore } from '../staging/versioned-store.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const GATE = here('../../../constructs/odoo-node/files/odoo_gate.py');
const BUSY_ODOO = here('../growth/busy_odoo.py');
const SCHEMA = here('../growth/odoo-schema.sql');

const PREFIX = 'filestore/odoo/';

/** The database as a Region had it at some moment; never served by that name. */
const KEPT = 'kept';

/**
 * One Region of an environment: its database server with the real job, its buckets, and a web node, whose gate is the real one.
 * Users work in its Odoo for as long as that runs.
 */
export class Side {
  readonly bench: JobBench;
  readonly files: string;
  readonly backups: string;
  private readonly store: VersionedStore;
  private readonly port: number;
  private node?: ChildProcess;

  static async start(name: string, store: VersionedStore): Promise<Side> {
    const [bench, port] = await Promise.all([JobBench.start(), freePort()]);
    return new Side(name, bench, store, port);
  }

  private constructor(name: string, bench: JobBench, store: VersionedStore, port: number) {
    this.bench = bench;
    this.store = store;
    this.port = port;
    this.files = `${name}-files`;
    this.backups = `${name}-backups`;
    this.clear();
  }

  get filestore(): string {
    return join(this.bench.filestore, 'odoo');
  }

  /** What users were told is saved: id of the order, id of its attachment, name of the file. */
  get confirmed(): readonly string[] {
    const journal = this.file('journal');
    if (!existsSync(journal)) return [];
    return readFileSync(journal, 'utf8').trim().split('\n').filter(Boolean);
  }

  /** Of these, those that the database here does not have. */
  missing(confirmed: readonly string[]): readonly string[] {
    const orders = new Set(
      this.sql("SELECT id || ' ' || attachment_id || ' ' || note FROM sale_order").split('\n'),
    );
    return confirmed.filter((line) => !orders.has(line));
  }

  sql(statement: string, database = 'odoo'): string {
    return this.bench.cluster.sql(statement, database);
  }

  databases(): readonly string[] {
    return this.bench.databases();
  }

  /** An Odoo of this release, deployed for the first time. */
  async deploy(): Promise<void> {
    this.makeDatabase();
    this.sql(readFileSync(SCHEMA, 'utf8'));
    await this.release();
  }

  /** Brought back from what RDS and S3 have copied of another side: its database with what stands beside it, its objects. */
  async bringBack(other: Side): Promise<void> {
    const dump = this.file('copy.dump');
    const connection = ({ bench: { cluster } }: Side) => [
      `--host=${cluster.directory}`,
      `--port=${cluster.port}`,
      '--username=bootstrap',
    ];
    execFileSync('pg_dump', [...connection(other), '--format=custom', `--file=${dump}`, 'odoo']);
    this.makeDatabase();
    execFileSync('pg_restore', [...connection(this), '--dbname=odoo', dump]);
    this.comment('odoo', other.beside());
    for (const [key, version] of this.store.current(other.files)) this.store.put(this.files, key, version);
    this.mount();
    await this.release();
  }

  /** What stands beside the database that is served. */
  beside(): string {
    return this.bench.cluster.sql(
      "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'odoo'",
    );
  }

  /** Keeps the database and the objects as they are, to go back to. */
  keep(): () => void {
    const beside = this.beside();
    this.export();
    const objects = [...this.store.current(this.files)];
    const journal = this.confirmed;
    this.bench.cluster.sql(`CREATE DATABASE ${KEPT} OWNER odoo TEMPLATE odoo`);
    return () => {
      for (const name of this.databases()) this.bench.cluster.sql(`DROP DATABASE "${name}" WITH (FORCE)`);
      this.bench.cluster.sql(`CREATE DATABASE odoo OWNER odoo TEMPLATE ${KEPT}`);
      this.comment('odoo', beside);
      rmSync(this.bench.filestore, { recursive: true, force: true });
      ownDirectory(this.bench.cluster, 'filestore');
      for (const bucket of [this.files, this.backups]) this.store.make(bucket);
      for (const [key, version] of objects) this.store.put(this.files, key, version);
      this.mount();
      this.write('journal', journal.map((line) => `${line}\n`).join(''));
    };
  }

  /** Runs the job with a request, as the state machine does. */
  job(request: object, options: RunOptions = {}): Promise<Run> {
    return this.bench.run({
      ...options,
      request,
      flags: [
        `--backup-bucket=${this.backups}`,
        '--region=eu-central-1',
        '--service-seconds=30',
        ...(options.flags ?? []),
      ],
      environment: { ...this.store.environment, ...options.environment },
    });
  }

  /** The mount shows what is in the bucket. */
  mount(): void {
    for (const [key, { content = '' }] of this.store.current(this.files)) {
      const file = join(this.filestore, key.slice(PREFIX.length));
      if (existsSync(file)) continue;
      for (const folder of [this.filestore, dirname(file)]) {
        mkdirSync(folder, { recursive: true });
        own(folder, this.bench.cluster.identity);
      }
      writeFileSync(file, content);
    }
  }

  /** S3 Files puts into the bucket what was written through the mount. */
  export(): void {
    if (!existsSync(this.filestore)) return;
    const present = this.store.current(this.files);
    for (const name of readdirSync(this.filestore, { recursive: true, encoding: 'utf8' })) {
      const file = join(this.filestore, name);
      const key = `${PREFIX}${name}`;
      if (present.has(key) || !statSync(file).isFile()) continue;
      this.store.put(this.files, key, { content: readFileSync(file, 'utf8') });
    }
  }

  /** An attachment that is gone for good. */
  lose(name: string): void {
    rmSync(join(this.filestore, name));
    this.store.forget(this.files, `${PREFIX}${name}`);
  }

  /** A web node, as ECS starts it; whether it serves is up to its gate. */
  startNode(release = 'r1'): void {
    const { cluster, python } = this.bench;
    const odoo = [python, BUSY_ODOO, String(this.port), this.filestore, this.file('journal')];
    this.node = spawn(python, ['-u', GATE, 'web', this.file('odoo.conf'), release, ...odoo], {
      ...cluster.identity,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        PGHOST: 'localhost',
        PGPORT: String(cluster.port),
        PGPASSWORD: DATABASE_PASSWORD,
        PGSSLROOTCERT: cluster.caBundle,
      },
    });
  }

  async stopNode(): Promise<void> {
    const { node } = this;
    this.node = undefined;
    if (node === undefined || node.exitCode !== null || node.signalCode !== null) return;
    const ended = once(node, 'exit');
    node.kill('SIGTERM');
    await ended;
  }

  async answers(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/web/health`)).status === 200;
    } catch {
      return false;
    }
  }

  /** Somebody who writes past Odoo, again and again, as the server's superuser, until it is told to end. */
  startWriter(): ChildProcess {
    const { cluster } = this.bench;
    const psql = `psql -h ${cluster.directory} -p ${cluster.port} -U bootstrap -Xqc "INSERT INTO bus_bus (message) VALUES ('past Odoo')" odoo`;
    return spawn('sh', ['-c', `while :; do ${psql}; done`], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] },
    });
  }

  /** Users have got some more work done. */
  async work(pieces = 5): Promise<void> {
    const enough = this.confirmed.length + pieces;
    for (let look = 0; this.confirmed.length < enough; look++) {
      if (look === 600) throw new Error('nobody works here');
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    await this.stopNode();
    this.bench.stop();
  }

  private clear(): void {
    this.bench.reset();
    for (const bucket of [this.files, this.backups]) this.store.make(bucket);
    mkdirSync(this.filestore);
    own(this.filestore, this.bench.cluster.identity);
    this.write('journal', '');
  }

  private makeDatabase(): void {
    const { cluster } = this.bench;
    cluster.sql([
      `CREATE ROLE odoo LOGIN PASSWORD '${DATABASE_PASSWORD}'`,
      `GRANT odoo TO ${cluster.master.user} WITH ADMIN OPTION`,
      "CREATE DATABASE odoo OWNER odoo TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'",
    ]);
  }

  /** What every deployment does first. */
  private async release(): Promise<void> {
    const { code, output } = await this.job({ kind: 'release' });
    if (code !== 0) throw new Error(output);
  }

  private comment(database: string, text: string): void {
    this.bench.cluster.sql(`COMMENT ON DATABASE ${database} IS '${text}'`);
  }

  private file(name: string): string {
    return join(this.bench.cluster.directory, name);
  }

  private write(name: string, text: string): void {
    writeFileSync(this.file(name), text);
    own(this.file(name), this.bench.cluster.identity);
  }
}
