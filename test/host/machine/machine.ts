import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeImage } from '../../constructs/database-job/image.ts';
import { OUTSIDE_ADDRESSES } from './addresses.ts';
import { eventually, type Outcome, run, succeed } from './shell.ts';
import type { Volume } from './volume.ts';
import { MACHINE_NAMESPACE, type World } from './world.ts';

const guest = fileURLToPath(new URL('guest', import.meta.url));
const databaseStandIn = fileURLToPath(
  new URL('../../constructs/database-job/odoo_stand_in.py', import.meta.url),
);

/** A shutdown may wait for running requests, and for PostgreSQL, which may wait for its archive. */
const SHUTDOWN_SECONDS = 120;

/** Units that would reach out of the machine, into the kernel that it shares, or cannot run in it. */
const MASKED = [
  'console-getty.service',
  'containerd.service',
  'docker.socket',
  'systemd-sysctl.service',
  'systemd-modules-load.service',
];

export interface MachineProps {
  /** Root file system that is never written to. */
  readonly image: string;
  /** Where this machine's own changes are kept. */
  readonly directory: string;
  readonly world: World;
  readonly volume: Volume;
  readonly instanceId: string;
  readonly userData: string;
  /** Authority that signed for AWS, in PEM. */
  readonly authority: string;
}

/**
 * One EC2 instance: the image under an overlay of its own, booted by systemd-nspawn with real systemd, and provisioned by
 * real cloud-init from the real user data. A replacement is another machine with the same volume.
 */
export class Machine {
  readonly instanceId: string;
  private readonly props: MachineProps;
  private volumes: readonly Volume[];
  private process?: ChildProcess;
  private leader = 0;

  private constructor(props: MachineProps) {
    this.props = props;
    this.instanceId = props.instanceId;
    this.volumes = [props.volume];
  }

  /** A new instance, not yet booted. */
  static async create(props: MachineProps): Promise<Machine> {
    const machine = new Machine(props);
    for (const folder of ['upper', 'work', 'root'])
      mkdirSync(join(props.directory, folder), { recursive: true });
    const layers = `lowerdir=${props.image},upperdir=${props.directory}/upper,workdir=${props.directory}/work`;
    await succeed('mount', ['-t', 'overlay', '-o', layers, 'overlay', machine.root]);
    machine.furnish();
    return machine;
  }

  /** Kills the machine that runs in a directory, also one of another process. */
  static async killIn(directory: string): Promise<void> {
    for (const pid of await readdir('/proc')) {
      const command = await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '');
      if (!command.split('\0').includes(rootOption(directory))) continue;
      // With its process 1 everything in the machine ends, and then systemd-nspawn itself.
      const init = await initOf(Number(pid));
      process.kill(init ?? Number(pid), 'SIGKILL');
    }
  }

  /** Starts the machine and waits until it takes commands. With every boot of EC2, attached volumes are there at once. */
  async boot(): Promise<void> {
    const { world, directory } = this.props;
    await world.plug();
    const attached = this.volumes.filter(({ holder }) => holder === this.instanceId);
    const console = openSync(join(directory, 'console'), 'a');
    this.process = spawn(
      'systemd-nspawn',
      [
        rootOption(directory),
        `--machine=${this.instanceId}`,
        // There may be no systemd outside to register with.
        '--register=no',
        '--keep-unit',
        '--console=pipe',
        '--resolv-conf=off',
        '--capability=CAP_NET_ADMIN',
        `--network-namespace-path=/run/netns/${MACHINE_NAMESPACE}`,
        ...attached.map(({ device }) => `--bind=${device}`),
        `--bind=${this.freshUdevDirectory()}:/run/udev`,
        '--boot',
      ],
      {
        detached: true,
        stdio: ['ignore', console, console],
        // Without a writable /sys, systemd in a container knows no devices, and mounts nothing that fstab names by UUID.
        env: { ...process.env, SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1' },
      },
    );
    closeSync(console);
    const { pid } = this.process;
    await eventually(`${this.instanceId} answers (see ${directory}/console)`, 40, async () => {
      this.leader = (await initOf(pid)) ?? 0;
      if (this.leader === 0) return undefined;
      // The folder tells the machine from the computer it runs on, which the same process sees in its first moments.
      const { code } = await this.run('test -d /etc/test-machine && systemctl list-jobs >/dev/null');
      return code === 0 || undefined;
    });
  }

  /** Runs a command line in the machine as root. */
  run(command: string, input?: string): Promise<Outcome> {
    return run('nsenter', [...this.entering, ...CLEAN, 'bash', '-c', command], input);
  }

  /** Runs a command line that must succeed; returns its standard output without the last line break. */
  async succeed(command: string, input?: string): Promise<string> {
    const output = await succeed('nsenter', [...this.entering, ...CLEAN, 'bash', '-c', command], input);
    return output.replace(/\n$/, '');
  }

  /** A statement for the machine's PostgreSQL, as its administrator. */
  sql(statement: string, database = 'odoo'): Promise<string> {
    return this.succeed(
      `runuser -u postgres -- psql --quiet --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname ${database}`,
      statement,
    );
  }

  /** Text of a file of the root file system, also of a machine that is off. */
  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** The end of what the provisioning has written to the console of the instance, also of a machine that is off. */
  console(lines = 40): string {
    const log = 'var/log/cloud-init-output.log';
    return existsSync(join(this.root, log)) ? this.read(log).split('\n').slice(-lines).join('\n') : '';
  }

  /** Writes down the arguments of all processes from now on, as every user of the machine could: sampled, not traced. */
  async watchArguments(): Promise<void> {
    const watch =
      'while sleep 0.05; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"; done | awk "!seen[\\$0]++ { print; fflush() }"';
    await this.succeed(`systemd-run --quiet --unit argument-watch bash -c '${watch}  >/run/arguments'`);
  }

  /** What {@link watchArguments} has seen so far. */
  watchedArguments(): Promise<string> {
    return this.succeed('cat /run/arguments');
  }

  /** Power off in good order. */
  async stop(): Promise<void> {
    await this.end('SIGTERM', this.process?.pid);
  }

  /** Dies as an instance does whose hardware fails: nothing inside gets to say a last word. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', this.leader);
  }

  /** Makes a volume appear, as EC2 does some moments after it was attached. */
  async plugIn(volume = this.props.volume): Promise<void> {
    const { device, link } = volume;
    volume.holder = this.instanceId;
    this.volumes = [...this.volumes.filter((known) => known !== volume), volume];
    this.nameVolumes();
    const [major, minor] = (await succeed('stat', ['--format', '%Hr %Lr', device])).trim().split(' ');
    await this.succeed(`test -b ${device} || mknod ${device} b ${major} ${minor}`);
    await eventually(`udev has named ${volume.id}`, 30, async () => {
      await this.succeed(`udevadm trigger --action=add ${device}`);
      const { code } = await this.run(`udevadm settle; test -b ${link}`);
      return code === 0 || undefined;
    });
  }

  /** Makes a volume disappear, as EC2 does when it is detached, whoever still uses it. */
  async unplug(volume: Volume): Promise<void> {
    const { device, link } = volume;
    volume.holder = undefined;
    await this.succeed(`udevadm trigger --action=remove ${device}; udevadm settle; rm -f ${device} ${link}`);
    this.volumes = this.volumes.filter((known) => known !== volume);
    this.nameVolumes();
  }

  /** The rule of EC2's images that names a volume by its id, for loop devices, which have none that udev could ask for. */
  private nameVolumes(): void {
    const rules = this.volumes.map(
      ({ device, link }) => `KERNEL=="${basename(device)}", SYMLINK+="${link.replace('/dev/', '')}"\n`,
    );
    this.write('etc/udev/rules.d/70-test-volumes.rules', rules.join(''));
    const devices = this.volumes.map(({ device }) => device);
    this.write(
      'etc/test-machine/announce-volumes',
      `exec udevadm trigger --action=add ${devices.join(' ')}\n`,
    );
  }

  /**
   * In a container systemd listens to udev only if it runs already, which it cannot: so its socket seems to be there.
   * Without it no device ever appears to systemd, and nothing is mounted at a boot.
   */
  private freshUdevDirectory(): string {
    const directory = join(this.props.directory, 'udev');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    writeFileSync(join(directory, 'control'), '');
    return directory;
  }

  private get root(): string {
    return join(this.props.directory, 'root');
  }

  private get entering(): string[] {
    return ['--target', String(this.leader), '--mount', '--uts', '--ipc', '--net', '--pid', '--'];
  }

  /** What differs from the image: stand-ins, the way to AWS, and what EC2 tells an instance about itself. */
  private furnish(): void {
    const { instanceId, userData, authority } = this.props;
    cpSync(guest, this.root, { recursive: true });
    cpSync(databaseStandIn, join(this.root, 'opt/odoo-image/odoo_stand_in.py'));
    writeImage(join(this.root, 'opt/odoo-image/usr/lib/python3/dist-packages/odoo/addons'));
    this.write(
      'etc/ssl/certs/ca-certificates.crt',
      this.read('etc/ssl/certs/ca-certificates.crt') + authority,
    );
    this.write('etc/resolv.conf', `nameserver ${OUTSIDE_ADDRESSES[0]}\n`);
    this.write('etc/hosts', '127.0.0.1 localhost\n');
    this.write('var/lib/cloud/seed/nocloud/meta-data', `instance-id: ${instanceId}\nlocal-hostname: odoo\n`);
    this.write('var/lib/cloud/seed/nocloud/user-data', userData);
    this.nameVolumes();
    for (const unit of MASKED) symlinkSync('/dev/null', join(this.root, 'etc/systemd/system', unit));
  }

  private write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    // The image may have a symbolic link here, which leads out of the machine when it is followed from outside.
    if (existsSync(file) && path === 'etc/resolv.conf') unlinkSync(file);
    writeFileSync(file, text);
  }

  private async end(signal: NodeJS.Signals, pid: number | undefined): Promise<void> {
    const child = this.process;
    if (!child || pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<true>((resolve) => child.once('exit', () => resolve(true)));
    process.kill(pid, signal);
    await eventually(`${this.instanceId} is off`, SHUTDOWN_SECONDS, () =>
      Promise.race([ended, setTimeout(200, undefined)]),
    );
    this.process = undefined;
    await this.props.world.unplug();
  }
}

/** Tells the process of systemd-nspawn that runs a machine from all others. */
function rootOption(directory: string): string {
  return `--directory=${join(directory, 'root')}`;
}

/** A program in the machine sees nothing of the environment of the tests. */
const CLEAN = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8'] as const;

/** Process 1 of the machine that a process of systemd-nspawn runs, as seen from outside. */
async function initOf(pid: number | undefined): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.trim().split(' ')) {
    const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
    if (/^NSpid:\t\d+\t1$/m.test(status)) return Number(child);
  }
  return undefined;
}
