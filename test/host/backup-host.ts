import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython } from '../support/python.ts';

/** Interpreter of the server's programs. */
export const python = findPython(['psycopg2'], ['python3-psycopg2']);

const sources = fileURLToPath(new URL('../../constructs/odoo-server/files', import.meta.url));
const databaseJob = fileURLToPath(new URL('../../constructs/database-job/files', import.meta.url));
const awsStandIn = fileURLToPath(new URL('aws_stand_in', import.meta.url));

/** How a program ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  /** Everything that it wrote. */
  readonly output: string;
  readonly stdout: string;
}

/** A metric as CloudWatch got it. */
export interface SentMetric {
  readonly MetricName: string;
  readonly Unit: string;
  readonly Value: number;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

/** The backup programs of the server, with a data volume and an AWS in a directory of their own. */
export class BackupHost {
  readonly path = mkdtempSync(join(tmpdir(), 'odoo-backup-'));
  readonly data = join(this.path, 'data');
  readonly filestore = join(this.data, 'odoo/data/filestore/odoo');
  /** What the AWS of this server holds: `objects/BUCKET/KEY`, the key encoded as part of a URL. */
  readonly aws = join(this.path, 'aws');
  private readonly files: string;

  /** @param files - where the programs are: an unpacked bundle where they need rendered files */
  constructor(files = sources) {
    this.files = files;
    // Also the database's administrator has to get in.
    chmodSync(this.path, 0o755);
    for (const folder of [this.filestore, this.aws, join(this.path, 'run')])
      mkdirSync(folder, { recursive: true });
  }

  /** Runs `python3 -m backup ...`. */
  backup(job: string, environment: Record<string, string> = {}): Ended {
    return this.python(['-m', 'backup', job], environment);
  }

  /** Evaluates an expression of Python after statements, and returns its value as JSON. */
  evaluate(statements: string, expression: string, environment: Record<string, string> = {}): unknown {
    const program = `import json\n${statements}\nprint(json.dumps(${expression}))`;
    const { code, output, stdout } = this.python(['-c', program], environment);
    if (code !== 0) throw new Error(output);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }

  python(parameters: readonly string[], environment: Record<string, string> = {}): Ended {
    const { status, stdout, stderr } = spawnSync(python, parameters, {
      cwd: this.files,
      encoding: 'utf8',
      env: { ...process.env, ...this.environment, ...environment },
    });
    return { code: status, output: stdout + stderr, stdout };
  }

  /** Writes a file of the filestore as Odoo does; returns its name. */
  attach(content: string, name = nameOf(content), minutesAgo = 60): string {
    const file = join(this.filestore, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    const time = Date.now() / 1000 - minutesAgo * 60;
    utimesSync(file, time, time);
    return name;
  }

  /** Keys in a bucket. */
  keys(bucket: string): string[] {
    const folder = join(this.aws, 'objects', bucket);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => !name.endsWith('.metadata'))
      .map(decodeURIComponent)
      .toSorted();
  }

  object(bucket: string, key: string): string {
    return readFileSync(this.objectFile(bucket, key), 'utf8');
  }

  metadata(bucket: string, key: string): unknown {
    return JSON.parse(readFileSync(`${this.objectFile(bucket, key)}.metadata`, 'utf8'));
  }

  /** Changes an object behind everybody's back. */
  spoil(bucket: string, key: string, content: string): void {
    writeFileSync(this.objectFile(bucket, key), content);
  }

  /** Removes an object behind everybody's back. */
  lose(bucket: string, key: string): void {
    rmSync(this.objectFile(bucket, key));
  }

  /** Keys of all uploads so far, in order. */
  get uploads(): string[] {
    const file = join(this.aws, 'puts');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** Metrics that were published, one list for each call. */
  get metrics(): SentMetric[][] {
    const file = join(this.aws, 'metrics');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => sentMetrics(JSON.parse(line)));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  private objectFile(bucket: string, key: string): string {
    return join(this.aws, 'objects', bucket, encodeURIComponent(key));
  }

  /** What the units hand to the programs, and the AWS that they find. */
  get environment(): Record<string, string> {
    const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    return {
      // In the bundle the database job is beside them.
      PYTHONPATH: `${awsStandIn}:${databaseJob}`,
      PYTHONDONTWRITEBYTECODE: '1',
      STAND_IN_AWS: this.aws,
      RUNTIME_DIRECTORY: join(this.path, 'run'),
      ENVIRONMENT: 'test',
      DATA: this.data,
      SOCKET_DIRECTORY: this.path,
      DATABASE_NAME: 'odoo',
      DATABASE_ROLE: 'odoo',
      ODOO_USER: user,
      FILESTORE_BUCKET: 'filestore',
      BACKUP_BUCKET: 'backups',
      AUDIT_BUCKET: 'audit',
      BACKUPS: 'server/',
      ODOO_VERSION: '19.0',
      RPO_HOURS: '1',
    };
  }
}

function sentMetrics(call: unknown): SentMetric[] {
  if (!isCall(call)) throw new Error(`not a call of CloudWatch: ${JSON.stringify(call)}`);
  return call.data;
}

function isCall(value: unknown): value is { readonly data: SentMetric[] } {
  return typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data);
}

/** Name of a file of the filestore with this content. */
export function nameOf(content: string): string {
  const sha1 = createHash('sha1').update(content).digest('hex');
  return `${sha1.slice(0, 2)}/${sha1}`;
}
