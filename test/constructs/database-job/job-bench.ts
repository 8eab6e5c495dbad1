import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseHandedOver, Received } from '../../../lib/release/job-report.ts';
import {
  own,
  ownDirectory,
  startPostgres,
  type PostgresCluster,
  type PostgresOptions,
} from '../../support/postgres.ts';
import { findPython } from '../../support/python.ts';
import { type ModuleFiles, writeImage, writeModule } from './image.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../constructs/database-job/files/database_job.py', import.meta.url),
);
const STAND_IN = fileURLToPath(new URL('./odoo_stand_in.py', import.meta.url));
const QUICK_JOB = fileURLToPath(new URL('./quick_job.py', import.meta.url));

export const DATABASE_PASSWORD = 'database-Secret-2';
export const ADMIN_PASSWORD = 'admin-Secret-3';

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly report?: Report;
  /** The stand-in's account of its last start. */
  readonly standIn?: {
    readonly command?: string;
    readonly options: Record<string, string>;
    readonly environment: readonly string[];
  };
}

interface Report {
  readonly outcome: 'succeeded' | 'failed' | 'stopped' | 'needs-snapshot';
  /** What a snapshot is needed for. */
  readonly changes?: string;
  readonly step?: string;
  readonly error?: string;
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly warnings: readonly string[];
  readonly filestoreDirectories?: number;
  /** Where the database is that was served before. */
  readonly before?: string;
  readonly rows?: number;
  readonly tables?: number;
  readonly neutralized?: readonly string[];
  readonly modulesWithoutNeutralization?: readonly string[];
  readonly attachments?: { readonly checked: number; readonly absent: number };
  /** What a request to receive brought. */
  readonly received?: Received;
  /** What a request to hand over saved. */
  readonly handedOver?: DatabaseHandedOver;
}

export interface RunOptions {
  /** The program as it runs in the task, with its slow password hash. */
  readonly asShipped?: boolean;
  /** Another program in Odoo's place. */
  readonly standIn?: string;
  /** Behaviour of the stand-in. */
  readonly odoo?: string;
  /** Series of Odoo; 19.0 if not named. */
  readonly version?: string;
  /** Name of the code in the image; `r1` if not named. */
  readonly release?: string;
  /** What the job is asked to do; a release, protected by a snapshot, if not said. */
  readonly request?: object;
  /** Text of the settings file; without one, nothing is configured. */
  readonly settings?: string;
  readonly killedAfter?: string;
  /** Text in the output after which the job gets SIGTERM. */
  readonly terminateAfter?: string;
  /** Called with all of the output so far, whenever there is more. */
  readonly onOutput?: (output: string) => void;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the real job against a real PostgreSQL server, with a stand-in for Odoo. */
export class JobBench {
  readonly cluster: PostgresCluster;
  readonly python: string;

  static async start(options: PostgresOptions = {}): Promise<JobBench> {
    const python = findPython(['psycopg2', 'passlib'], ['python3-psycopg2', 'python3-passlib']);
    return new JobBench(await startPostgres(options), python);
  }

  private constructor(cluster: PostgresCluster, python: string) {
    this.cluster = cluster;
    this.python = python;
    this.writeConfiguration(DATABASE_PASSWORD);
  }

  get filestore(): string {
    return join(this.cluster.directory, 'filestore');
  }

  stop(): void {
    this.cluster.stop();
  }

  /** Back to a server without a role, a database and a filestore of Odoo's. */
  reset(): void {
    this.cluster.sql([
      ...this.databases().map((name) => `DROP DATABASE "${name}" WITH (FORCE)`),
      'DROP ROLE IF EXISTS odoo',
    ]);
    rmSync(this.filestore, { recursive: true, force: true });
    ownDirectory(this.cluster, 'filestore');
    writeImage(this.addons);
  }

  /** All that the job could have made, in the order of their names. */
  databases(): readonly string[] {
    return this.cluster
      .sql("SELECT datname FROM pg_database WHERE datname LIKE 'odoo%' ORDER BY 1")
      .split('\n')
      .filter((name) => name !== '');
  }

  /** Puts a module into the image, or another version of it. */
  module(name: string, module?: ModuleFiles): void {
    writeModule(this.addons, name, module);
  }

  /** Takes a module out of the image. */
  removeModule(name: string): void {
    rmSync(join(this.addons, name), { recursive: true });
  }

  private get addons(): string {
    return join(this.cluster.directory, 'addons');
  }

  writeConfiguration(password: string): void {
    const options = {
      db_host: this.cluster.host,
      db_port: this.cluster.port,
      db_user: 'odoo',
      db_password: password,
      db_name: 'odoo',
      db_sslmode: 'verify-full',
      addons_path: this.addons,
    };
    const lines = Object.entries(options).map(([key, value]) => `${key} = ${value}`);
    this.write('odoo.conf', ['[options]', ...lines, ''].join('\n'));
  }

  /** Whether Odoo would let the user in: passlib's verdict on the stored hash. */
  logsIn(login: string, password: string): Promise<boolean> {
    const hash = this.cluster.sql(`SELECT password FROM res_users WHERE login = '${login}'`, 'odoo');
    const check = 'import sys; from passlib.context import CryptContext;';
    const verdict =
      "sys.exit(not CryptContext(['pbkdf2_sha512', 'plaintext']).verify(sys.argv[1], sys.argv[2]))";
    return new Promise((resolve) => {
      spawn(this.python, ['-c', check + verdict, password, hash]).on('close', (code) => resolve(code === 0));
    });
  }

  run(options: RunOptions = {}): Promise<Run> {
    const program = options.asShipped ? [PROGRAM] : [QUICK_JOB, PROGRAM, options.killedAfter ?? '-'];
    const version = options.version ?? '19.0';
    return new Promise((resolve, reject) => {
      const job = spawn(this.python, ['-B', ...program, ...this.flags(version, options)], {
        ...this.cluster.identity,
        cwd: this.cluster.directory,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          MASTER_USER: this.cluster.master.user,
          MASTER_PASSWORD: this.cluster.master.password,
          DATABASE_PASSWORD,
          ADMIN_PASSWORD,
          JOB_REQUEST: JSON.stringify(options.request ?? { kind: 'release', snapshot: 'snapshot-1' }),
          ...options.environment,
        },
      });
      let output = '';
      const collect = (chunk: Buffer) => {
        output += chunk.toString();
        if (options.terminateAfter && output.includes(options.terminateAfter)) job.kill('SIGTERM');
        options.onOutput?.(output);
      };
      job.stdout.on('data', collect);
      job.stderr.on('data', collect);
      job.on('error', reject);
      job.on('close', (code, signal) => resolve({ code, signal, output, ...read(output) }));
    });
  }

  private flags(version: string, options: RunOptions): readonly string[] {
    const { settings, flags, odoo = 'ok', release = 'r1', standIn = STAND_IN } = options;
    return [
      `--host=${this.cluster.host}`,
      `--port=${this.cluster.port}`,
      `--ca-bundle=${this.cluster.caBundle}`,
      `--odoo-config=${join(this.cluster.directory, 'odoo.conf')}`,
      `--odoo-version=${version}`,
      `--release=${release}`,
      `--filestore=${this.filestore}`,
      '--connect-seconds=0',
      ...(settings === undefined ? [] : [`--settings=${this.write('settings.json', settings)}`]),
      ...(flags ?? []),
      '--odoo',
      this.python,
      standIn,
      version === '19.0' ? odoo : `${odoo}@${version}`,
    ];
  }

  private write(name: string, text: string): string {
    const file = join(this.cluster.directory, name);
    writeFileSync(file, text);
    own(file, this.cluster.identity);
    return file;
  }
}

/** The lines that are JSON: the stand-in's account of how it was started, and the job's report. */
function read(output: string): Pick<Run, 'report' | 'standIn'> {
  const lines = output.split('\n').filter((line) => line.startsWith('{"'));
  const found = Object.assign({}, ...lines.map((line) => JSON.parse(line)));
  return { report: found.databaseJob, standIn: found.standIn };
}
