import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Debian keeps it out of the PATH of ordinary users. */
const CANDIDATES = [
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
];

/** The real nginx, or one error that says how to get it: a test without it would prove nothing. */
function nginxProgram(): string {
  const program = CANDIDATES.find((candidate) => existsSync(candidate));
  if (!program) {
    throw new Error(
      `these tests run the real nginx and found none in ${CANDIDATES.join(', ')}; install it with ` +
        "'apt-get install nginx-light' or 'brew install nginx'",
    );
  }
  return program;
}

/** What `nginx -t` says about a configuration, and whether it accepts it. */
export function checkNginx(configuration: string): { readonly ok: boolean; readonly output: string } {
  const { status, stderr } = spawnSync(nginxProgram(), ['-t', '-e', 'stderr', '-c', configuration], {
    encoding: 'utf8',
  });
  return { ok: status === 0, output: stderr };
}

/** nginx on a configuration of its own, in the foreground, until stopped. */
export class RunningNginx {
  private readonly process: ChildProcess;
  private errors = '';

  private constructor(configuration: string) {
    this.process = spawn(nginxProgram(), ['-e', 'stderr', '-c', configuration, '-g', 'daemon off;'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  /** Starts it in `directory` and waits until it listens on the port. */
  static async start(directory: string, configuration: string, port: number): Promise<RunningNginx> {
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, configuration);
    const nginx = new RunningNginx(file);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (await listens(port)) return nginx;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await nginx.stop();
    throw new Error(`nginx does not listen on port ${port}: ${nginx.errors}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
