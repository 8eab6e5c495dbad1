import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { nginxCommand } from '../../constructs/odoo-service/nginx-command.ts';

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

/** Nothing else would end those that a test run leaves behind when it is broken off. */
const RUNNING = new Set<RunningNginx>();
process.once('exit', () => {
  for (const nginx of RUNNING) void nginx.signal('SIGKILL');
});

/** What an nginx of the tests is made of. */
export interface NginxStart {
  /** Gets the file `nginx.conf`. */
  readonly directory: string;
  readonly configuration: string;
  /** Port that it will listen on. */
  readonly port: number;
  /** Who runs it, where the tests may choose. */
  readonly identity?: { readonly uid?: number; readonly gid?: number };
}

/** nginx on a configuration of its own, started as in the task, until it is told to end. */
export class RunningNginx {
  /** Everything it said to stderr. */
  errors = '';
  private readonly process: ChildProcess;
  private readonly ended: Promise<number | null>;

  private constructor(configuration: string, identity: NginxStart['identity']) {
    const [program = '', ...rest] = nginxCommand(configuration);
    this.process = spawn(program, rest, {
      ...identity,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: [dirname(nginxProgram()), process.env.PATH].join(delimiter) },
      // A group of its own, to kill as a whole: workers outlive a master that is killed.
      detached: true,
    });
    this.process.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    RUNNING.add(this);
    void this.ended.then(() => RUNNING.delete(this));
  }

  /** Resolves when it listens. */
  static async start({ directory, configuration, port, identity }: NginxStart): Promise<RunningNginx> {
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, configuration);
    const nginx = new RunningNginx(file, identity);
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (nginx.process.exitCode !== null) break;
      if (await listens(port)) return nginx;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await nginx.signal('SIGKILL');
    throw new Error(`nginx does not listen on port ${port}: ${nginx.errors}`);
  }

  /** Sends a signal, SIGKILL to all of its processes at once; resolves with the exit code when the program has ended. */
  signal(signal: NodeJS.Signals): Promise<number | null> {
    const { pid, exitCode, signalCode } = this.process;
    const running = pid !== undefined && exitCode === null && signalCode === null;
    if (running) process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
    return this.ended;
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
