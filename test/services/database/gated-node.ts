import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { freePort } from '../../support/free-port.ts';
import { findPython } from '../../support/python.ts';
import { RunningNode } from '../harness/running-node.ts';
import { MORTAL, Program } from './program.ts';

const python = findPython(['psycopg2'], ['python3-psycopg2']);

export interface GatedNodeProps {
  /** Name of the code in the node's image. */
  readonly release: string;
  /** Odoo's configuration, which names the database. */
  readonly configuration: string;
  /** Certificate that vouches for the database server's. */
  readonly caBundle: string;
  /** Sessions and filestore, shared with other nodes. */
  readonly dataDirectory: string;
}

/** A web node of one release as its task runs it: nginx, the database watcher, and behind its gate an Odoo. */
export class GatedNode {
  readonly nginx: RunningNode;
  readonly gate: Program;
  readonly watch: Program;
  private readonly directory: string;

  private constructor(props: GatedNodeProps, directory: string, ports: { odoo: number; websocket: number }) {
    const { release, configuration, dataDirectory } = props;
    this.directory = directory;
    const odoo = [
      ...MORTAL,
      python,
      '-B',
      join(import.meta.dirname, 'odoo_of_release.py'),
      release,
      String(ports.odoo),
      String(ports.websocket),
      configuration,
      dataDirectory,
      join(directory, 'journal'),
    ];
    this.gate = this.run('odoo_gate.py', 'web', configuration, release, ...odoo);
    this.watch = this.run('database_watch.py', configuration, this.flag, release);
    this.nginx = new RunningNode({
      release,
      odooPorts: ports,
      filestoreDirectory: join(dataDirectory, 'filestore'),
      maintenanceFlag: this.flag,
    });
  }

  /** Resolves when nginx listens, which is before Odoo does. */
  static async start(props: GatedNodeProps): Promise<GatedNode> {
    const directory = mkdtempSync(join(tmpdir(), 'gated-node-'));
    // nginx is somebody else where the tests run as root.
    chmodSync(directory, 0o755);
    for (const folder of ['.postgresql', 'flags']) mkdirSync(join(directory, folder));
    copyFileSync(props.caBundle, join(directory, '.postgresql/root.crt'));
    const node = new GatedNode(props, directory, { odoo: await freePort(), websocket: await freePort() });
    await node.nginx.start();
    return node;
  }

  get flagIsUp(): boolean {
    return existsSync(this.flag);
  }

  /** When the flag last changed, in seconds since 1970; the kernel's clock for files is up to 10 ms late. */
  get flagChanged(): number {
    return statSync(dirname(this.flag)).mtimeMs / 1000;
  }

  /** Ends the node as its task does. */
  async drain(): Promise<void> {
    await this.nginx.signal('SIGTERM');
    for (const program of [this.watch, this.gate]) await program.signal('SIGTERM');
  }

  async stop(): Promise<void> {
    // Odoo goes with its gate, which has to be asked.
    await Promise.all([this.watch, this.gate].map((program) => program.signal('SIGTERM')));
    await this.nginx.stop();
    rmSync(this.directory, { recursive: true });
  }

  private get flag(): string {
    return join(this.directory, 'flags/maintenance');
  }

  private run(file: string, ...args: readonly string[]): Program {
    return new Program([python, '-u', '-c', nodeFile(file), ...args], { home: this.directory });
  }
}
