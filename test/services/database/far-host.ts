import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import type { Identity } from '../../support/postgres.ts';

/** Reserved for tests between networks (RFC 2544): leads nowhere, so that nothing real is hidden by it. */
const NETWORK = '198.18';

/** Begins the name of every network namespace made here; the process that made it comes next. */
const PREFIX = 'odoo-aws-far-';

/**
 * A host of its own as far as the network goes: an address behind a cable that can be cut. Cut, it takes and sends no
 * packet and nobody says so, as when an availability zone is lost.
 */
export class FarHost {
  readonly address: string;
  /** Address of this machine on the cable. */
  readonly near: string;
  private readonly name: string;

  private constructor(index: number) {
    // Two /30 networks fit into eight addresses, and process ids are unique on this machine.
    const offset = (process.pid * 16 + index * 4) % 65_536;
    const at = (host: number) => `${NETWORK}.${Math.floor((offset + host) / 256)}.${(offset + host) % 256}`;
    this.name = `${PREFIX}${process.pid}-${index}`;
    this.near = at(1);
    this.address = at(2);
  }

  /** Why this machine cannot have one, if so. */
  static impossible(): string | undefined {
    if (process.platform !== 'linux') return 'only Linux has network namespaces';
    const probe = tryAsRoot(['unshare', '--net', '--mount', 'ip', 'link', 'add', 'near', 'type', 'veth']);
    return probe.status === 0
      ? undefined
      : `no network namespaces: ${probe.error?.message ?? probe.stderr.trim()}`;
  }

  /** Makes the host of this number, 0 to 3, and takes away what processes have left that are no more. */
  static create(index: number): FarHost {
    sweep();
    const host = new FarHost(index);
    const { name, near, address } = host;
    // Process ids come round again.
    destroy(name);
    const cable = `far${process.pid % 100_000}-${index}`;
    ip('netns', 'add', name);
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('address', 'add', `${near}/30`, 'dev', cable);
    ip('link', 'set', cable, 'up');
    host.ip('address', 'add', `${address}/30`, 'dev', 'eth0');
    // Where packets go when the cable is cut: it takes them all and says nothing.
    host.ip('link', 'add', 'void', 'type', 'veth', 'peer', 'name', 'void-end');
    host.ip('link', 'set', 'void', 'arp', 'off');
    for (const device of ['lo', 'eth0', 'void', 'void-end']) host.ip('link', 'set', device, 'up');
    return host;
  }

  /** The command, on this host. */
  enter(command: readonly string[]): readonly string[] {
    return ['ip', 'netns', 'exec', this.name, ...command];
  }

  /** Sets a parameter of this host's network. */
  tune(parameter: string, value: string): void {
    const [program, ...args] = asRoot(this.enter(['sysctl', '-q', '-w', `${parameter}=${value}`]));
    execFileSync(program, args, { stdio: 'pipe' });
  }

  /** From now on no packet gets through, in either direction, and nobody hears of it. */
  cut(): void {
    this.ip('route', 'add', `${this.near}/32`, 'dev', 'void');
  }

  /** Lets packets through again, also where they never were cut off. */
  mend(): void {
    this.ip('route', 'flush', `${this.near}/32`, 'dev', 'void');
  }

  /** Ends its processes and takes it away. */
  destroy(): void {
    destroy(this.name);
  }

  private ip(...args: readonly string[]): void {
    ip('-netns', this.name, ...args);
  }
}

/** The command as root runs it: as it is, or through sudo without a question. */
export function asRoot(command: readonly string[]): readonly [string, ...string[]] {
  return process.getuid?.() === 0 ? ['env', ...command] : ['sudo', '-n', 'env', ...command];
}

/** A command that root gives, as this user, or else the one of the tests, runs it. */
export function asUser(
  command: readonly string[],
  { uid = process.getuid?.(), gid = process.getgid?.() }: Identity = {},
): readonly string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command];
}

function tryAsRoot(command: readonly string[]): SpawnSyncReturns<string> {
  const [program, ...args] = asRoot(command);
  return spawnSync(program, args, { encoding: 'utf8' });
}

function ip(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = tryAsRoot(['ip', ...args]);
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

function sweep(): void {
  for (const line of ip('netns', 'list').split('\n')) {
    const [name = ''] = line.split(' ');
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (name.startsWith(PREFIX) && !isAlive(pid)) destroy(name);
  }
}

/** Also when it is no more: another process may be clearing away at the same time. */
function destroy(name: string): void {
  const pids = tryAsRoot(['ip', 'netns', 'pids', name]).stdout.split('\n').filter(Boolean);
  if (pids.length > 0) tryAsRoot(['kill', '-KILL', ...pids]);
  tryAsRoot(['ip', 'netns', 'delete', name]);
}

/** Whether there is a process of this id, whosever it is. */
export function isAlive(pid: number): boolean {
  return spawnSync('ps', ['-p', String(pid)]).status === 0;
}
