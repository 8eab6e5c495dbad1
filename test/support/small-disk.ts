import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './postgres.ts';

const MIB = 2 ** 20;

/** Begins a program in a mount namespace of its own, where it may mount what it likes. */
const APART: readonly [string, ...string[]] =
  process.getuid?.() === 0
    ? ['unshare', '--mount']
    : ['unshare', '--user', '--map-current-user', '--keep-caps', '--mount'];

/** A directory on a file system of its own, in memory, that can really be full. Only programs that it starts see it. */
export class SmallDisk {
  private readonly directory: string;
  private readonly identity: Identity;
  /** Keeps the namespace, and with it the file system. */
  private readonly keeper: ChildProcess;

  /** Why this computer cannot have one, if so. */
  static impossible(): string | undefined {
    const [program, ...args] = [...APART, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'];
    const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    return status === 0 ? undefined : `no file system of its own: ${error?.message ?? stderr.trim()}`;
  }

  /** Takes the place of an empty directory, which it gives to this user. */
  static async mount(directory: string, mebibytes: number, identity: Identity): Promise<SmallDisk> {
    const { uid = process.getuid?.(), gid = process.getgid?.() } = identity;
    const options = `size=${mebibytes}m,uid=${uid},gid=${gid},mode=700`;
    const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && echo mounted && exec cat';
    const [program, ...args] = [...APART, 'sh', '-c', script, 'sh', options, directory];
    // Ends with its input, also where these tests are killed.
    const keeper = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await Promise.race([
      once(keeper.stdout, 'data'),
      once(keeper, 'close').then(() => Promise.reject(new Error(`nothing was mounted at ${directory}`))),
    ]);
    return new SmallDisk(directory, identity, keeper);
  }

  private constructor(directory: string, identity: Identity, keeper: ChildProcess) {
    this.directory = directory;
    this.identity = identity;
    this.keeper = keeper;
  }

  /** Runs a program that sees the disk, as the user whom it belongs to. */
  run(program: string, args: readonly string[]): void {
    const { uid, gid } = this.identity;
    const entry = [`--target=${this.keeper.pid}`, '--mount'];
    const as =
      uid === undefined
        ? ['--user', '--preserve-credentials']
        : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    execFileSync('nsenter', [...entry, ...as, program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Fills the disk, or makes room, until this much of it is free. */
  leave(mebibytes: number): void {
    rmSync(this.ballast, { force: true });
    const size = this.free - mebibytes * MIB;
    if (size < 0) throw new Error(`the disk has ${this.free / MIB} MiB free, and no ${mebibytes}`);
    writeFileSync(this.ballast, Buffer.alloc(size));
  }

  /** Bytes. */
  get free(): number {
    const { bsize, bavail } = statfsSync(this.seen);
    return bsize * bavail;
  }

  unmount(): void {
    this.keeper.kill();
  }

  /** The directory as the programs see it. */
  private get seen(): string {
    return `/proc/${this.keeper.pid}/root${this.directory}`;
  }

  private get ballast(): string {
    return join(this.seen, 'ballast');
  }
}
