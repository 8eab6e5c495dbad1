import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { findPython } from '../../support/python.ts';
import { OdooStandIn } from '../harness/odoo-stand-in.ts';
import { RunningNode } from '../harness/running-node.ts';
import { ODOO_PASSWORD } from './database-server.ts';
import { Program } from './program.ts';

const python = findPython(['psycopg2'], ['python3-psycopg2']);

const JOURNAL = z.object({ came: z.number(), answered: z.boolean(), path: z.string(), name: z.string() });

/** A request that Odoo went to its database for. */
export interface JournalLine {
  /** Seconds since 1970. */
  readonly came: number;
  /** Whether the database answered. */
  readonly answered: boolean;
  readonly path: string;
  /** What the client called it. */
  readonly name: string;
}

export interface WatchedNodeProps {
  readonly database: { readonly host: string; readonly port: number; readonly caBundle: string };
  /** Stands in for /etc/hosts. @default - the machine's own */
  readonly hosts?: string;
  /** Sessions and filestore, shared with other nodes. @default - the node's own */
  readonly dataDirectory?: string;
}

/** A web node: nginx on the rendered files, an Odoo that needs a database, and the real database watcher. */
export class WatchedNode {
  readonly directory = mkdtempSync(join(tmpdir(), 'watched-node-'));
  readonly dataDirectory: string;
  nginx: RunningNode;
  odoo: Program;
  watch: Program;
  private readonly props: WatchedNodeProps;
  private readonly websockets = new OdooStandIn();

  private constructor(props: WatchedNodeProps) {
    this.props = props;
    this.dataDirectory = props.dataDirectory ?? this.directory;
    // nginx is somebody else where the tests run as root.
    chmodSync(this.directory, 0o755);
    mkdirSync(join(this.directory, '.postgresql'));
    mkdirSync(join(this.directory, 'flags'));
    for (const shared of ['sessions', 'filestore/odoo']) {
      mkdirSync(join(this.dataDirectory, shared), { recursive: true });
    }
    copyFileSync(props.database.caBundle, join(this.directory, '.postgresql/root.crt'));
    this.configure(ODOO_PASSWORD);
    this.odoo = this.startOdoo();
    this.watch = this.startWatch();
    this.nginx = new RunningNode();
  }

  static async start(props: WatchedNodeProps): Promise<WatchedNode> {
    const node = new WatchedNode(props);
    const { websocket } = await node.websockets.start();
    node.nginx = new RunningNode({
      odooPorts: { odoo: await node.odooPort(), websocket },
      filestoreDirectory: join(node.dataDirectory, 'filestore'),
      maintenanceFlag: node.flag,
    });
    await node.nginx.start();
    return node;
  }

  get flag(): string {
    return join(this.directory, 'flags/maintenance');
  }

  get flagIsUp(): boolean {
    return existsSync(this.flag);
  }

  /** When the flag last changed, in seconds since 1970; the kernel's clock for files is up to 10 ms late. */
  get flagChanged(): number {
    return statSync(dirname(this.flag)).mtimeMs / 1000;
  }

  /** Everything that reached Odoo and needed the database. */
  journal(): readonly JournalLine[] {
    if (!existsSync(this.journalFile)) return [];
    const lines = readFileSync(this.journalFile, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JOURNAL.parse(JSON.parse(line)));
  }

  /** Writes odoo.conf with this password. */
  configure(password: string): void {
    const { host, port } = this.props.database;
    const options = {
      db_host: host,
      db_port: port,
      db_name: 'odoo',
      db_user: 'odoo',
      db_password: password,
      db_sslmode: 'verify-full',
    };
    const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(this.directory, 'odoo.conf'), `[options]\n${lines.join('')}`);
  }

  startWatch(flag = this.flag): Program {
    this.watch = this.run([
      '-u',
      '-c',
      nodeFile('database_watch.py'),
      join(this.directory, 'odoo.conf'),
      flag,
    ]);
    return this.watch;
  }

  /** Ends nginx as the task does, then the rest. */
  async drain(): Promise<void> {
    await this.nginx.signal('SIGTERM');
    for (const program of [this.watch, this.odoo]) await program.signal('SIGTERM');
  }

  /** Everything is gone at once, as when a host is lost. */
  async kill(): Promise<void> {
    await Promise.all([this.nginx, this.odoo, this.watch].map((part) => part.signal('SIGKILL')));
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.nginx.stop();
    await this.websockets.stop();
    rmSync(this.directory, { recursive: true });
  }

  private get journalFile(): string {
    return join(this.directory, 'journal');
  }

  private startOdoo(): Program {
    return this.run([
      join(import.meta.dirname, 'odoo_with_database.py'),
      join(this.directory, 'odoo.conf'),
      this.dataDirectory,
      this.journalFile,
    ]);
  }

  private async odooPort(): Promise<number> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const port = Number.parseInt(this.odoo.output, 10);
      if (port > 0) return port;
      await sleep(50);
    }
    throw new Error(`the stand-in for Odoo does not start: ${this.odoo.output}`);
  }

  private run(args: readonly string[]): Program {
    return new Program([python, ...args], { home: this.directory, hosts: this.props.hosts });
  }
}
