import type { PostgresOptions } from '../support/postgres.ts';
import { JobBench, type Run, type RunOptions } from '../constructs/database-job/job-bench.ts';

/** A first release in service, with a module of the company's and some of its rows. */
export class ReleaseBench {
  readonly job: JobBench;

  static async start(options: PostgresOptions = {}): Promise<ReleaseBench> {
    return new ReleaseBench(await JobBench.start(options));
  }

  private constructor(job: JobBench) {
    this.job = job;
  }

  stop(): void {
    this.job.stop();
  }

  /** Back to release `r1` in service. */
  async reset(version = '19.0'): Promise<void> {
    this.job.reset();
    this.module('1.0', 'a');
    const { code, output } = await this.run({ release: 'r1', version });
    if (code !== 0) throw new Error(`release r1 failed:\n${output}`);
    this.sql("INSERT INTO acme_order (name) SELECT 'order ' || n FROM generate_series(1, 100) n");
  }

  /** Runs the job with the settings of the environment file; module `acme` is always asked for. */
  run({
    settings,
    ...options
  }: Omit<RunOptions, 'settings'> & { readonly settings?: object } = {}): Promise<Run> {
    return this.job.run({ ...options, settings: JSON.stringify({ modules: ['acme'], ...settings }) });
  }

  /** A second release whose module adds a column and fills it. */
  nextRelease(): void {
    this.module('1.1', 'b');
  }

  /** Another content of the module without another version, which nobody may overlook. */
  module(
    version: string,
    content: string,
    update = "ALTER TABLE acme_order ADD IF NOT EXISTS state varchar DEFAULT 'new'",
  ): void {
    this.job.module('acme', {
      version,
      files: {
        'models.py': `CONTENT = '${content}'\n`,
        'install.sql': 'CREATE TABLE acme_order (id serial PRIMARY KEY, name varchar)',
        'update.sql': update,
      },
    });
  }

  sql(statement: string, database = 'odoo'): string {
    return this.job.cluster.sql(statement, database);
  }

  databases(): readonly string[] {
    return this.job.databases();
  }

  /** Everything in a database that a release could change, read as the superuser: tables with rows, and states. */
  content(database = 'odoo'): unknown {
    const tables = this.sql(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1",
      database,
    ).split('\n');
    return Object.fromEntries(
      tables.map((table) => [
        table,
        this.sql(`SELECT to_jsonb(t) FROM "${table}" t ORDER BY to_jsonb(t)::text`, database),
      ]),
    );
  }

  /** What stands beside a database: the releases that may serve it. */
  releases(database = 'odoo'): unknown {
    const comment = this.sql(
      `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '${database}'`,
    );
    return JSON.parse(comment).releases;
  }
}
