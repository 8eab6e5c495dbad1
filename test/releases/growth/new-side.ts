import { existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JobBench, type Run, type RunOptions } from '../../constructs/database-job/job-bench.ts';
import { own, type PostgresOptions } from '../../support/postgres.ts';
import type { BackupHost } from '../../host/backup-host.ts';
import { ObjectStoreServer } from './object-store.ts';

const BACKUPS = ['--backup-bucket=backups', '--region=eu-central-1'];

/** What the database job receives with; see its contract. */
export interface ReceiveRequest {
  readonly dump: string;
  readonly manifest?: string;
  readonly commit: boolean;
  /** How long to wait for files that the mount does not show yet; 0 if not named. */
  readonly patienceSeconds?: number;
}

/** The service that an environment grows into: a database server, the job, and the filestore's bucket as a mount. */
export class NewSide {
  readonly bench: JobBench;
  readonly store: ObjectStoreServer;
  private readonly host: BackupHost;
  private readonly shown = new Set<string>();

  static async start(host: BackupHost, options: PostgresOptions = {}): Promise<NewSide> {
    const [bench, store] = await Promise.all([
      JobBench.start(options),
      ObjectStoreServer.start(join(host.aws, 'objects')),
    ]);
    bench.reset();
    return new NewSide(host, bench, store);
  }

  private constructor(host: BackupHost, bench: JobBench, store: ObjectStoreServer) {
    this.host = host;
    this.bench = bench;
    this.store = store;
  }

  /** Where Odoo has its attachments. */
  get filestore(): string {
    return join(this.bench.filestore, 'odoo');
  }

  /** The mount shows what came into the bucket since. */
  show(): void {
    const bucket = join(this.host.aws, 'objects/filestore');
    if (!existsSync(bucket)) return;
    for (const name of readdirSync(bucket)) {
      const file = /^filestore%2Fodoo%2F(..)%2F([0-9a-f]{40})$/.exec(name);
      if (file === null || this.shown.has(name)) continue;
      const [, directory = '', sha1 = ''] = file;
      for (const path of ['', directory]) this.makeDirectory(join(this.filestore, path));
      linkSync(join(bucket, name), join(this.filestore, directory, sha1));
      this.shown.add(name);
    }
  }

  /** Runs the job with a request to receive, with all in the mount that is in the bucket. */
  receive(request: ReceiveRequest, options: RunOptions = {}): Promise<Run> {
    this.show();
    return this.receiveWithoutMount(request, options);
  }

  receiveWithoutMount(request: ReceiveRequest, options: RunOptions = {}): Promise<Run> {
    return this.bench.run({
      ...options,
      flags: [...BACKUPS, ...(options.flags ?? [])],
      environment: {
        ...this.store.environment,
        JOB_REQUEST: JSON.stringify({ kind: 'receive', patienceSeconds: 0, ...request }),
        ...options.environment,
      },
    });
  }

  /** Runs the job as a deployment does. */
  release(): Promise<Run> {
    return this.bench.run({ environment: this.store.environment, flags: BACKUPS });
  }

  withdraw(): Promise<Run> {
    return this.bench.run({
      environment: { ...this.store.environment, JOB_REQUEST: '{"kind": "withdraw"}' },
      flags: BACKUPS,
    });
  }

  /** As after the preparation of a growth: a database server without Odoo's. */
  reset(): void {
    for (const name of this.databases()) this.bench.cluster.sql(`DROP DATABASE "${name}" WITH (FORCE)`);
    this.bench.reset();
    this.shown.clear();
  }

  databases(): string[] {
    const names = "SELECT datname FROM pg_database WHERE datname LIKE 'odoo%' ORDER BY 1";
    return this.bench.cluster.sql(names).split('\n').filter(Boolean);
  }

  stop(): void {
    this.store.stop();
    this.bench.stop();
  }

  private makeDirectory(path: string): void {
    if (existsSync(path)) return;
    mkdirSync(path);
    own(path, this.bench.cluster.identity);
  }
}
