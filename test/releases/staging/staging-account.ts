import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Environment } from '../../../config/environment.ts';
import type { PlannedEnvironment } from '../../../config/load.ts';
import { stagingCommand } from '../../../lib/cli/staging.ts';
import { reportIn } from '../../../lib/release/job-report.ts';
import type { ReleaseInput } from '../../../lib/release/release-execution.ts';
import { AwsStore } from '../../../lib/staging/aws-store.ts';
import type { Cloud, DeployedStack } from '../../../lib/staging/cloud.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { own, type PostgresOptions } from '../../support/postgres.ts';
import { ObjectStoreServer } from '../growth/object-store.ts';
import { FakeDatabases } from './fake-databases.ts';
import type { Attachment } from './production-data.ts';
import { type ReceiveOptions, TwoEnvironments } from './two-environments.ts';
import { VersionedStore } from './versioned-store.ts';

export const BUCKETS = {
  prod: 'production-files',
  staging: 'staging-files',
  dumps: 'production-backups',
  received: 'staging-backups',
};

/** What a person sees of one call of `npm run staging`. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

export interface CallOptions {
  readonly args?: readonly string[];
  /** What is typed; undefined where nobody can. */
  readonly answer?: string;
  readonly receive?: ReceiveOptions;
  /** Since when production is fenced. */
  readonly fenced?: Date;
  /** Interrupts the command when this is about to happen: a call of RDS, `copy`, `job`. */
  readonly interruptAt?: string;
}

/** An AWS account with two environments, whose databases, attachments and database job are real, and RDS and others are not. */
export class StagingAccount {
  readonly s3: VersionedStore;
  readonly databases: FakeDatabases;
  readonly stacks = new Map<string, DeployedStack>();
  readonly environments = new Map<string, PlannedEnvironment>();
  /** Requests that the database job got. */
  readonly jobs: ReleaseInput[] = [];
  readonly world: TwoEnvironments;
  private readonly attachments: readonly Attachment[];
  /** The backup bucket of staging as the job reads it. */
  private readonly received: ObjectStoreServer;
  private readonly store: AwsStore;

  /** @param rows - customers of production. */
  static async start(
    rows: number,
    attachments: readonly Attachment[],
    staging: PostgresOptions = {},
  ): Promise<StagingAccount> {
    const world = await TwoEnvironments.start(rows, attachments, staging);
    const received = await ObjectStoreServer.start(join(world.staging.cluster.directory, 'objects'));
    const s3 = new VersionedStore();
    return new StagingAccount(world, attachments, received, s3, new AwsStore(await s3.listen()));
  }

  private constructor(
    world: TwoEnvironments,
    attachments: readonly Attachment[],
    received: ObjectStoreServer,
    s3: VersionedStore,
    store: AwsStore,
  ) {
    this.world = world;
    this.attachments = attachments;
    this.received = received;
    this.s3 = s3;
    this.store = store;
    const { cluster } = world.production;
    this.databases = new FakeDatabases({
      endpoint: { host: cluster.host, port: cluster.port },
      setPassword: (password) => cluster.sql(`ALTER ROLE odoo_master PASSWORD '${password}'`),
    });
  }

  stop(): void {
    this.s3.close();
    this.received.stop();
    this.world.stop();
  }

  /** Both environments deployed, production with its attachments and a password of its own, staging as it was. */
  reset(): void {
    this.world.resetStaging();
    this.databases.instances.clear();
    this.databases.calls.length = 0;
    this.databases.fault = () => undefined;
    this.jobs.length = 0;
    this.s3.copies = 0;
    this.s3.beforeCopy = () => undefined;
    for (const bucket of Object.values(BUCKETS)) this.s3.make(bucket);
    for (const { path, content } of this.attachments) {
      this.s3.put(BUCKETS.prod, `filestore/odoo/${path}`, { content, modified: new Date('2026-11-01') });
    }
    this.databases.add({ identifier: 'prod-db', instanceClass: 'db.m7g.4xlarge', storage: 500 });
    this.databases.add({ identifier: 'staging-db' });
    this.configure('prod', 150, { production: true });
    this.configure('staging', 40);
    this.stacks.clear();
    this.stacks.set('prod-Data', data('prod-db', BUCKETS.prod, BUCKETS.dumps));
    this.stacks.set('staging-Data', data('staging-db', BUCKETS.staging, BUCKETS.received));
    this.stacks.set('staging-Release', {
      resources: {},
      outputs: { StateMachine: 'arn:machine', JobLogGroup: 'log-group' },
    });
    this.world.production.cluster.sql("ALTER ROLE odoo_master PASSWORD 'nobody-here-knows-it'");
  }

  /** Writes an environment file. */
  configure(name: string, users: number, changes: Partial<Environment> = {}): void {
    const all = { name, ...changes };
    this.environments.set(name, { environment: environmentOf(users, all), plan: planOf(users, all) });
  }

  /** Calls the command as a person or a script does. */
  async call(options: CallOptions = {}): Promise<Outcome> {
    const { args = ['--from', 'prod', '--yes'] } = options;
    const interruption = new AbortController();
    const interruptAt = (step: string) => {
      if (step === options.interruptAt) interruption.abort(new Error('interrupted'));
    };
    const { fault } = this.databases;
    this.databases.fault = (call) => {
      interruptAt(call);
      fault(call);
    };
    const written = { out: '', errors: '' };
    const code = await stagingCommand(
      args,
      { write: (text) => (written.out += text) },
      { write: (text) => (written.errors += text) },
      {
        environment: async (name) => {
          const planned = this.environments.get(name);
          const problem = {
            path: 'env',
            value: name,
            message: 'is not an environment',
            allowed: '',
            fix: '',
          };
          return planned ? { ok: true, value: [planned] } : { ok: false, problems: [problem] };
        },
        cloud: async () => this.cloud(options, interruptAt),
        fencedSince: async ({ name }) => (name === 'prod' ? options.fenced : undefined),
        ask: async () => options.answer,
        sleep: () => Promise.resolve(),
        signal: interruption.signal,
      },
    );
    this.databases.fault = fault;
    return { code, ...written };
  }

  private cloud({ receive }: CallOptions, reached: (step: string) => void): Cloud {
    const startedAt = new Date();
    const executions = new Map<string, { looks: number; readonly output: Promise<string> }>();
    return {
      account: async () => '123456789012',
      stack: async (name) => this.stacks.get(name),
      secret: async () =>
        JSON.stringify({ username: 'odoo_master', password: this.world.staging.cluster.master.password }),
      databases: this.databases,
      store: this.store,
      releases: {
        start: async (_machine, name, input) => {
          reached('job');
          this.jobs.push(input);
          this.mount();
          executions.set(name, { looks: 0, output: this.run(JSON.stringify(input.request), receive) });
          return name;
        },
        look: async (name) => {
          const execution = executions.get(name);
          const output = await (execution?.output ?? '');
          if (execution && execution.looks++ < 2) return { status: 'running', startedAt };
          const succeeded = reportIn(output.split('\n'))?.outcome === 'succeeded';
          return succeeded
            ? { status: 'succeeded', startedAt, logStream: name }
            : { status: 'failed', startedAt, why: 'the job ended with exit code 1', logStream: name };
        },
        report: async ({ logStream = '' }) =>
          reportIn((await (executions.get(logStream)?.output ?? '')).split('\n')),
      },
    };
  }

  /** Output of staging's job with this request. */
  private async run(request: string, options: ReceiveOptions = {}): Promise<string> {
    const { output } = await this.world.receive({
      ...options,
      flags: [`--backup-bucket=${BUCKETS.received}`, '--region=eu-central-1', ...(options.flags ?? [])],
      environment: { ...this.received.environment, ...options.environment, JOB_REQUEST: request },
    });
    return output;
  }

  /** The buckets of staging as its tasks see them. */
  private mount(): void {
    const folder = join(this.world.staging.cluster.directory, 'objects', BUCKETS.received);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [key, { content = '' }] of this.s3.current(BUCKETS.received)) {
      writeFileSync(join(folder, encodeURIComponent(key)), content);
    }
    const { filestore, cluster } = this.world.staging;
    for (const [key, { content = '' }] of this.s3.current(BUCKETS.staging)) {
      const file = join(filestore, key.replace(/^filestore\//, ''));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      own(dirname(file), cluster.identity);
    }
    own(join(filestore, 'odoo'), cluster.identity);
  }
}

/** Stacks by the logical ids that are pinned for them. */
function data(database: string, filestore: string, backups: string): DeployedStack {
  return {
    resources: {
      DatabaseInstanceAA8A5FDE: database,
      DatabaseMasterSecretC5C2A01F: `arn:secret-of-${database}`,
      FilestoreBucket31C3BA78: filestore,
      BackupBucket26B8E51C: backups,
    },
    outputs: {},
  };
}
