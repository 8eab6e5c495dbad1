import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { asRoot, asUser } from './far-host.ts';

export interface ProgramOptions {
  /** Home directory, where libpq looks for the root certificate. */
  readonly home: string;
  /** File that takes the place of /etc/hosts, for this program alone. @default - the machine's own */
  readonly hosts?: string;
}

/** Ends a program together with the tests, also where these are killed. */
export const MORTAL: readonly [string, ...string[]] =
  process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', 'env'] : ['env'];

/** A program that runs until it is told to end. Its whole environment is PATH and HOME. */
export class Program {
  /** What it wrote so far, to stdout and stderr. */
  output = '';
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly pidFile: string | undefined;

  constructor(command: readonly string[], { home, hosts }: ProgramOptions) {
    const environment = [`PATH=${process.env['PATH']}`, `HOME=${home}`];
    const bare = [...MORTAL, '-i', ...environment, ...command] as const;
    // Written by the program itself just before it begins: what is started here may be sudo.
    this.pidFile = hosts === undefined ? undefined : `${hosts}.${randomUUID()}.pid`;
    const [program, ...args] =
      hosts === undefined || this.pidFile === undefined ? bare : withHosts(bare, hosts, this.pidFile);
    this.process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = once(this.process, 'close');
  }

  /** Sends a signal and resolves when the program has ended. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) process.kill(this.pid, signal);
    await this.ended;
  }

  private get pid(): number {
    const { pid } = this.process;
    if (pid === undefined) throw new Error('the program was never started');
    return this.pidFile === undefined ? pid : Number(readFileSync(this.pidFile, 'utf8'));
  }
}

/** The command in a mount namespace of its own, where the file takes the place of /etc/hosts. */
function withHosts(
  command: readonly string[],
  hosts: string,
  pidFile: string,
): readonly [string, ...string[]] {
  const script = 'echo $$ > "$1"; mount --bind "$2" /etc/hosts; shift 2; exec "$@"';
  return asRoot(['unshare', '--mount', 'sh', '-ec', script, 'sh', pidFile, hosts, ...asUser(command)]);
}
