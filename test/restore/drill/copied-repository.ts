import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { PASSPHRASE, restoreEnvironment } from '../../../constructs/drill/restore-environment.ts';
import { restorePrograms } from '../../../constructs/drill/restore-programs.ts';
import type { BackedUpCluster } from '../../host/backed-up-cluster.ts';
import { python } from '../../host/backup-host.ts';
import { planOf } from '../../support/environments.ts';
import { certify, tlsFiles } from '../../support/self-signed.ts';

const BUCKET = 'backups';
const PREFIX = 'server/pgbackrest/';
const TOKEN = 'the token of the task';

/** The line in which a restore says what it saw. */
export interface Restored {
  readonly findings: readonly {
    readonly check: string;
    readonly passed: boolean;
    readonly details: string;
  }[];
  readonly times: { readonly validate?: string; readonly serve?: string };
}

/** A container that restores. */
export interface Restoring {
  readonly process: ChildProcess;
  /** Everything that it wrote so far. */
  readonly output: () => string;
  /** What it said, once it serves or has ended. */
  readonly said: () => Promise<Restored>;
}

/**
 * The repository of a real cluster as a copy in S3, by HTTPS, and the task that restores it: its programs, its credentials, its
 * directories.
 */
export class CopiedRepository {
  readonly directory: string;
  readonly socketDirectory: string;
  /** Requests without the credentials of the task. */
  readonly strangers: string[] = [];
  /** Keys below the prefix that are not there. */
  missing: (key: string) => boolean = () => false;
  private readonly cluster: BackedUpCluster;
  private readonly s3: Server;
  private readonly credentials: Server;
  private readonly running: ChildProcess[] = [];

  constructor(cluster: BackedUpCluster) {
    this.cluster = cluster;
    this.directory = join(cluster.host.path, 'task');
    this.socketDirectory = join(this.directory, 'socket');
    mkdirSync(this.socketDirectory, { recursive: true });
    certify(this.directory);
    const { certificateFile, certificateKeyFile } = tlsFiles(this.directory);
    this.s3 = createServer(
      { cert: readFileSync(certificateFile), key: readFileSync(certificateKeyFile) },
      this.answer,
    );
    this.credentials = createHttpServer((_, response) =>
      response.end(JSON.stringify({ AccessKeyId: 'AKIA', SecretAccessKey: 'a secret', Token: TOKEN })),
    );
    this.unpack();
  }

  async start(): Promise<this> {
    for (const server of [this.s3, this.credentials]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return this;
  }

  /**
   * Starts the program as the container does.
   *
   * @param statements - of Python, which change something about it.
   */
  restore(
    moment: string,
    { environment = {}, statements = '' }: { environment?: Record<string, string>; statements?: string } = {},
  ): Restoring {
    const data = join(this.directory, `data-${this.running.length}`);
    mkdirSync(data);
    const process = spawn(
      python,
      [
        '-uc',
        `import sys, restore_drill\n${statements}\nsys.exit(restore_drill.main())`,
        `--moment=${moment}`,
        `--socket-directory=${this.socketDirectory}`,
        `--ready=${this.ready}`,
      ],
      { cwd: join(this.directory, 'programs'), env: { ...this.environment(data), ...environment } },
    );
    this.running.push(process);
    let output = '';
    process.stdout.on('data', (text) => (output += text));
    process.stderr.on('data', (text) => (output += text));
    const ended = once(process, 'exit');
    const said = async (): Promise<Restored> => {
      while (!/^\{"drillRestored"/m.test(output)) {
        const left = await Promise.race([
          ended,
          new Promise((resolve) => setTimeout(resolve, 100, 'goes on')),
        ]);
        if (left !== 'goes on' && !/^\{"drillRestored"/m.test(output)) throw new Error(output);
      }
      const line = output.split('\n').findLast((text) => text.startsWith('{"drillRestored"'));
      return JSON.parse(line ?? '').drillRestored;
    };
    return { process, output: () => output, said };
  }

  get ready(): string {
    return join(this.directory, 'ready');
  }

  /** Ends what runs. */
  async stop({ process }: Restoring): Promise<number | null> {
    if (process.exitCode === null) {
      process.kill('SIGTERM');
      await once(process, 'exit');
    }
    return process.exitCode;
  }

  close(): void {
    for (const process of this.running) process.kill('SIGKILL');
    this.s3.close();
    this.credentials.close();
  }

  private unpack(): void {
    const programs = join(this.directory, 'programs');
    for (const { path, text } of restorePrograms(planOf(10))) {
      const file = join(programs, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const wrapper = join(programs, 'bin/pgbackrest');
    mkdirSync(dirname(wrapper));
    writeFileSync(wrapper, `#!/bin/sh\nexec python3 ${programs}/pgbackrest.py "$@"\n`);
    chmodSync(wrapper, 0o755);
  }

  /** As the task definition names it, with S3 and the endpoint of credentials on this machine. */
  private environment(data: string): Record<string, string> {
    const wrapper = join(this.directory, 'programs/bin');
    const { PGBACKREST_CONFIG: _, ...host } = { ...process.env, ...this.cluster.host.environment };
    return {
      ...host,
      ...restoreEnvironment({
        environmentName: 'prod',
        data,
        socketDirectory: this.socketDirectory,
        backupBucket: BUCKET,
        filestoreBucket: 'filestore',
        region: 'eu-west-1',
        endpoint: 's3.eu-west-1.amazonaws.com',
        odooVersion: '19.0',
        rpoHours: 1,
        vcpu: 2,
      }),
      [PASSPHRASE]: 'a passphrase',
      PATH: `${wrapper}:${process.env['PATH']}`,
      PGBACKREST_CMD: join(wrapper, 'pgbackrest'),
      PGBACKREST_REPO1_S3_URI_STYLE: 'path',
      PGBACKREST_REPO1_STORAGE_HOST: '127.0.0.1',
      PGBACKREST_REPO1_STORAGE_PORT: String(portOf(this.s3)),
      PGBACKREST_REPO1_STORAGE_VERIFY_TLS: 'n',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${portOf(this.credentials)}/`,
    };
  }

  private readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '', 'https://s3');
    if (request.headers['x-amz-security-token'] !== TOKEN || !/^(GET|HEAD)$/.test(request.method ?? '')) {
      this.strangers.push(`${request.method} ${request.url}`);
      response.writeHead(403).end();
      return;
    }
    const key = decodeURIComponent(url.pathname).slice(`/${BUCKET}/`.length);
    if (key !== '') return this.object(key, response);
    response.end(this.listing(url.searchParams));
  };

  private object(key: string, response: ServerResponse): void {
    const file = this.fileOf(key);
    if (this.missing(key) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    response.end(readFileSync(file));
  }

  private listing(parameters: URLSearchParams): string {
    const prefix = parameters.get('prefix') ?? '';
    const delimiter = parameters.get('delimiter');
    const keys = this.keys.filter((key) => key.startsWith(prefix) && !this.missing(key));
    const folders = new Set<string>();
    const objects = keys.filter((key) => {
      const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      if (end >= 0) folders.add(key.slice(0, end + 1));
      return end < 0;
    });
    const contents = objects.map((key) => {
      const { size, mtime } = statSync(this.fileOf(key));
      return `<Contents><Key>${key}</Key><Size>${size}</Size><LastModified>${mtime.toISOString()}</LastModified></Contents>`;
    });
    const prefixes = [...folders].map((key) => `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`);
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}${prefixes.join('')}</ListBucketResult>`;
  }

  /** Of all objects. */
  get keys(): readonly string[] {
    const root = join(this.cluster.host.path, 'repository');
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${PREFIX}${join(entry.parentPath, entry.name).slice(root.length + 1)}`)
      .toSorted();
  }

  private fileOf(key: string): string {
    return join(this.cluster.host.path, 'repository', key.slice(PREFIX.length));
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}
