import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackupHost, python } from '../../host/backup-host.ts';
import { freePort } from '../../support/free-port.ts';
import { type PostgresCluster, startPostgres } from '../../support/postgres.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const UNITS = fileURLToPath(new URL('../../../constructs/odoo-server/files/systemd', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/**
 * The single server: its real programs for backup and handover on a real PostgreSQL, and users who work in it for as long as
 * its Odoo runs.
 */
export class OldServer {
  readonly cluster: PostgresCluster;
  readonly host = new BackupHost();
  private readonly webPort: number;
  private readonly bin = join(this.host.path, 'bin');
  private readonly odoo = join(this.host.path, 'odoo');

  static async start(): Promise<OldServer> {
    return new OldServer(await startPostgres(), await freePort());
  }

  private constructor(cluster: PostgresCluster, webPort: number) {
    this.cluster = cluster;
    this.webPort = webPort;
    for (const folder of [this.bin, this.odoo]) mkdirSync(folder);
    // The programs become postgres, as on the server; the stand-in stays who it is, and PGUSER says whom it means.
    this.program('setpriv', '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n');
    this.program('systemctl', `#!/bin/sh\nexec '${python}' '${here('systemctl.py')}' "$@"\n`);
    cluster.sql("CREATE ROLE odoo LOGIN PASSWORD 'secret'");
    cluster.sql("CREATE DATABASE odoo OWNER odoo TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'");
    cluster.sql(readFileSync(here('odoo-schema.sql'), 'utf8'), 'odoo');
  }

  /** What users were told is saved: id of the order, id of its attachment, name of the file. */
  get confirmed(): readonly (readonly [order: string, attachment: string, sha1: string])[] {
    const journal = join(this.odoo, 'journal');
    if (!existsSync(journal)) return [];
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    return lines
      .map((line) => line.split(' '))
      .map(([order = '', attachment = '', sha1 = '']) => [order, attachment, sha1]);
  }

  get serves(): boolean {
    return existsSync(join(this.odoo, 'odoo-web.service'));
  }

  /** Starts both units, as a server does that is booted or replaced. */
  boot(): Promise<Ended> {
    return this.run('systemctl', ['restart', 'odoo-web.service', 'odoo-cron.service']);
  }

  /** The server is gone from one moment to the next, and another one takes its volume over. */
  async replace(): Promise<void> {
    await this.run('systemctl', ['stop', 'odoo-web.service', 'odoo-cron.service']);
    await this.boot();
  }

  /** `odoo-hand-over`, as Run Command starts it. */
  handOver(...options: readonly string[]): Promise<Ended> {
    return this.run(python, ['-u', '-m', 'backup.hand_over', '--web-port', String(this.webPort), ...options]);
  }

  /** Hand over, killed as the kernel would kill it, right after one of its functions. */
  handOverKilledAfter(path: string): Promise<Ended> {
    const program = `
import os, sys
from backup import dump, filestore, hand_over, handover
owner, name = "${path}".split(".")
module = {"dump": dump, "filestore": filestore, "hand_over": hand_over, "handover": handover}[owner]
original = getattr(module, name)
def die(*arguments, **options):
    original(*arguments, **options)
    os.kill(os.getpid(), 9)
setattr(module, name, die)
sys.argv = ["odoo-hand-over", "--web-port", "${this.webPort}"]
hand_over.main()`;
    return this.run(python, ['-c', program]);
  }

  /** A job of the backups, by its name. */
  backup(job: string): Promise<Ended> {
    return this.run(python, ['-u', '-m', 'backup', job]);
  }

  run(program: string, parameters: readonly string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, parameters, {
        cwd: fileURLToPath(new URL('../../../constructs/odoo-server/files', import.meta.url)),
        env: this.environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      const collect = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, output }));
    });
  }

  async stop(): Promise<void> {
    await this.run('systemctl', ['stop', 'odoo-web.service', 'odoo-cron.service']);
    this.cluster.stop();
    this.host.remove();
  }

  private program(name: string, text: string): void {
    const file = join(this.bin, name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  private get environment(): NodeJS.ProcessEnv {
    return {
      ...this.host.environment,
      PATH: `${this.bin}:${process.env['PATH']}`,
      SOCKET_DIRECTORY: this.cluster.directory,
      PGHOST: this.cluster.directory,
      PGPORT: String(this.cluster.port),
      PGUSER: 'bootstrap',
      UNITS,
      ODOO: this.odoo,
      PYTHON: python,
      BUSY_ODOO: here('busy_odoo.py'),
      WEB_PORT: String(this.webPort),
      FILESTORE: this.host.filestore,
    };
  }
}
