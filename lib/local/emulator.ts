import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localFolder } from './workspace.ts';

const adapter = fileURLToPath(new URL('emulator/adapter.py', import.meta.url));

/** Starting takes about a second; a machine that needs longer than this has another problem. */
const START_LIMIT_MS = 60_000;

export interface EmulatorProps {
  /** Interpreter that has the emulator installed. */
  readonly python: string;
  /** Account that the emulator plays, 12 digits. */
  readonly account: string;
  /** Region of requests that name none. */
  readonly region: string;
  /** Route 53 hosted zones that the account has before anything is deployed: name by id. */
  readonly hostedZones: Readonly<Record<string, string>>;
}

/** A running emulator of AWS on a loopback port of its own. */
export class Emulator {
  /** Base address of every service, for example `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  private readonly process: ChildProcess;
  private readonly paths: { readonly logFile: string; readonly folder: string };

  private constructor(endpoint: string, process: ChildProcess, paths: Emulator['paths']) {
    this.endpoint = endpoint;
    this.process = process;
    this.paths = paths;
  }

  /** Starts the emulator and waits until it answers. */
  static async start({ python, account, region, hostedZones }: EmulatorProps): Promise<Emulator> {
    const port = await freePort();
    const folder = temporaryFolder(port);
    const logFile = join(localFolder('logs'), 'emulator.log');
    const log = openSync(logFile, 'w');
    const child = spawn(python, [adapter], {
      // A process group of its own, because its Lambda workers must end with it. Standard input is a pipe that the
      // adapter watches: it closes when this process dies, however it dies.
      detached: true,
      stdio: ['pipe', log, log],
      env: {
        PATH: process.env['PATH'],
        TMPDIR: folder,
        // Unset, the emulator listens on every interface.
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        MINISTACK_HOST: '127.0.0.1',
        MINISTACK_ACCOUNT_ID: account,
        MINISTACK_REGION: region,
        HOSTED_ZONES: JSON.stringify(hostedZones),
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
      },
    });
    const emulator = new Emulator(`http://127.0.0.1:${port}`, child, { logFile, folder });
    process.once('exit', () => emulator.stop());
    try {
      await emulator.answers();
    } catch (error) {
      emulator.stop();
      throw error;
    }
    return emulator;
  }

  /**
   * Ends the emulator and everything it started. It keeps nothing that is worth an orderly end, and on SIGTERM workers
   * of its Lambda functions were seen to survive it.
   */
  stop(): void {
    if (
      this.process.pid === undefined ||
      this.process.exitCode !== null ||
      this.process.signalCode !== null
    ) {
      return;
    }
    try {
      process.kill(-this.process.pid, 'SIGKILL');
    } catch {
      // The group has ended between the check and the signal.
    }
    rmSync(this.paths.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    while (Date.now() < limit && this.process.exitCode === null) {
      const response = await fetch(`${this.endpoint}/_ministack/health`).catch(() => undefined);
      if (response?.ok) return;
      await sleep(100);
    }
    const said = readFileSync(this.paths.logFile, 'utf8').trim().split('\n').slice(-10).join('\n');
    throw new Error(
      `the emulator did not start on ${this.endpoint}; its last words (${this.paths.logFile}):\n${said}`,
    );
  }
}

/**
 * Where the emulator unpacks Lambda functions: below the project, so that they find the AWS clients that the Lambda
 * runtime would bring along, but CommonJS, which the project around it is not.
 */
function temporaryFolder(port: number): string {
  const folder = localFolder(join('tmp', String(port)));
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') {
    throw new Error('the system gave no free loopback port');
  }
  return address.port;
}
