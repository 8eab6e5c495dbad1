import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JobBench, type Run, type RunOptions } from '../../constructs/database-job/job-bench.ts';
import { own, ownDirectory, type PostgresOptions } from '../../support/postgres.ts';
import { attachment, attachmentRows, companyAtWork, type Attachment } from './production-data.ts';

const STAND_IN = fileURLToPath(new URL('./neutralize_stand_in.py', import.meta.url));

/** Modules that the image of staging has in Odoo's own package, with their versions. */
const MODULES = { base: '1.3', web: '1.3', mail: '1.0', payment: '1.0' };

export interface ReceiveOptions extends RunOptions {
  /** Behaviour of the stand-in for `odoo neutralize`. */
  readonly neutralize?: string;
}

/** Two PostgreSQL servers with an Odoo each, and the real job on the one of staging. */
export class TwoEnvironments {
  readonly production: JobBench;
  readonly staging: JobBench;
  private readonly caBundle: string;
  private readonly modules: string;

  /** @param rows - customers of production. */
  static async start(
    rows: number,
    attachments: readonly Attachment[],
    staging: PostgresOptions = {},
  ): Promise<TwoEnvironments> {
    const production = await JobBench.start();
    const environments = new TwoEnvironments(production, await JobBench.start(staging));
    await environments.fill(rows);
    environments.setAttachments(attachments);
    return environments;
  }

  private constructor(production: JobBench, staging: JobBench) {
    this.production = production;
    this.staging = staging;
    // As the bundle of RDS, which vouches for every instance.
    this.caBundle = this.write(
      'both.crt',
      [production, staging].map(({ cluster }) => readFileSync(cluster.caBundle, 'utf8')).join(''),
    );
    this.modules = join(staging.cluster.directory, 'python');
    for (const [name, version] of Object.entries(MODULES)) {
      this.addModule(join(this.modules, 'odoo', 'addons'), name, true, version);
    }
    this.write('python/odoo/__init__.py', '');
  }

  stop(): void {
    this.production.stop();
    this.staging.stop();
  }

  /** Both freshly initialized; production at work. */
  private async fill(rows: number): Promise<void> {
    this.production.reset();
    this.staging.reset();
    await this.production.run();
    await this.staging.run();
    this.staging.cluster.sql(
      "INSERT INTO ir_config_parameter (key, value) VALUES ('mine', 'old staging')",
      'odoo',
    );
    this.staging.cluster.sql('ALTER DATABASE odoo RENAME TO old_staging');
    this.production.cluster.sql(companyAtWork(rows), 'odoo');
  }

  setAttachments(attachments: readonly Attachment[]): void {
    const { cluster } = this.production;
    cluster.sql('TRUNCATE ir_attachment', 'odoo');
    // As many as an argument of a program may hold.
    for (let begin = 0; begin < attachments.length; begin += 800) {
      cluster.sql(attachmentRows(attachments.slice(begin, begin + 800)), 'odoo');
    }
  }

  /** Staging as it was before: an Odoo of its own, with a row that tells it from every copy. */
  resetStaging(): void {
    this.staging.cluster.sql([
      ...['odoo', 'odoo_incoming', 'odoo_before'].map(
        (name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
      ),
      'CREATE DATABASE odoo OWNER odoo TEMPLATE old_staging',
    ]);
    rmSync(this.staging.filestore, { recursive: true, force: true });
    ownDirectory(this.staging.cluster, 'filestore');
  }

  putInFilestore(attachments: readonly Attachment[]): void {
    for (const { path, content } of attachments) {
      const file = join(this.staging.filestore, 'odoo', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      own(dirname(file), this.staging.cluster.identity);
    }
    own(join(this.staging.filestore, 'odoo'), this.staging.cluster.identity);
  }

  /** Runs staging's job with the request of `npm run staging`. */
  receive({ neutralize = 'ok', ...options }: ReceiveOptions = {}): Promise<Run> {
    const { host, port } = this.production.cluster;
    const request = { kind: 'receive', neutralize: true, copyOf: 'prod', source: { host, port } };
    return this.staging.run({
      ...options,
      odoo: neutralize,
      standIn: STAND_IN,
      flags: [`--ca-bundle=${this.caBundle}`, '--attachment-seconds=0', ...(options.flags ?? [])],
      environment: {
        JOB_REQUEST: JSON.stringify(request),
        PYTHONPATH: this.modules,
        ...options.environment,
      },
    });
  }

  /** Runs staging's job as a deployment of another release does. */
  release(release: string, settings: object, neutralize: string): Promise<Run> {
    return this.staging.run({
      release,
      settings: JSON.stringify(settings),
      odoo: neutralize,
      standIn: STAND_IN,
      environment: { PYTHONPATH: this.modules },
    });
  }

  /** What stands beside the database that staging serves. */
  beside(): unknown {
    const comment = this.staging.cluster.sql(
      "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'odoo'",
    );
    return JSON.parse(comment);
  }

  /** Adds a module to the image of staging. */
  addModule(folder: string, name: string, neutralizes: boolean, version = '1.0'): void {
    mkdirSync(join(folder, name, 'data'), { recursive: true });
    writeFileSync(join(folder, name, '__manifest__.py'), `{'version': '${version}'}`);
    if (neutralizes) writeFileSync(join(folder, name, 'data', 'neutralize.sql'), '');
  }

  removeModule(folder: string, name: string): void {
    rmSync(join(folder, name), { recursive: true });
  }

  /** Names of the databases of staging. */
  databases(): readonly string[] {
    return this.staging.cluster
      .sql("SELECT datname FROM pg_database WHERE datname LIKE 'odoo%' ORDER BY 1")
      .split('\n');
  }

  /** Whether what staging serves is still what it served before. */
  servesOldStaging(): boolean {
    return this.parameter('mine') === 'old staging';
  }

  parameter(key: string): string {
    return this.staging.cluster.sql(`SELECT value FROM ir_config_parameter WHERE key = '${key}'`, 'odoo');
  }

  private write(name: string, text: string): string {
    const file = join(this.staging.cluster.directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }
}

export function attachmentsOf(count: number): readonly Attachment[] {
  return Array.from({ length: count }, (_, number) => attachment(number));
}
