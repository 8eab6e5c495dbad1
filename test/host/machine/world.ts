import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ACME_ADDRESS,
  ACME_DOMAIN,
  DOMAIN,
  MACHINE_ADDRESS,
  METADATA_ADDRESS,
  OUTSIDE_ADDRESSES,
  type Service,
  serviceAddress,
  SERVICES,
} from './addresses.ts';
import { run, succeed } from './shell.ts';
import { curlArguments, type Page, parsePage, type Visit } from './visit.ts';

/** Network namespace of everything that is not the machine. What runs inside ends with it. */
const OUTSIDE = 'odoo-host-world';
/** Network namespace of the machine; a new one with every boot, because firewall rules live in it. */
export const MACHINE_NAMESPACE = 'odoo-host-machine';

export interface WorldProps {
  /** Where sockets and files of this world are. */
  readonly directory: string;
  readonly region: string;
}

/**
 * The network around the machine: two namespaces and a cable, name resolution, and listeners that hand connections to
 * servers in this process. Nothing in it leads anywhere else.
 */
export class World {
  private readonly directory: string;
  private readonly relays = new Map<string, ChildProcess>();
  private dns?: ChildProcess;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create({ directory, region }: WorldProps): Promise<World> {
    const world = new World(directory);
    await succeed('ip', ['netns', 'add', OUTSIDE]);
    await world.ip('link', 'set', 'lo', 'up');
    for (const each of [METADATA_ADDRESS, ACME_ADDRESS, ...SERVICES.map(serviceAddress)]) {
      await world.ip('address', 'add', `${each}/32`, 'dev', 'lo');
    }
    await world.startNameServer(region);
    return world;
  }

  /** Ends everything that a world has started, also one that this process knows nothing of. */
  static async destroy(): Promise<void> {
    for (const namespace of [MACHINE_NAMESPACE, OUTSIDE]) {
      const { code, stdout } = await run('ip', ['netns', 'pids', namespace]);
      if (code !== 0) continue;
      for (const pid of stdout.split('\n').filter(Boolean)) await run('kill', ['-KILL', pid]);
      await run('ip', ['netns', 'delete', namespace]);
    }
  }

  /** Lets connections to the metadata service reach a server that listens on a Unix socket. */
  relayMetadata(socket: string): void {
    this.relay('metadata', METADATA_ADDRESS, 80, socket);
  }

  /** Lets connections to AWS services reach a server that listens on a Unix socket. */
  relayAws(socket: string): void {
    for (const service of SERVICES) this.relay(service, serviceAddress(service), 443, socket);
  }

  /** The service refuses connections, as when its process is down, until the returned function is called. */
  async refuse(service: Service, socket: string): Promise<() => Promise<void>> {
    await this.stop(this.relays.get(service));
    return async () => this.relay(service, serviceAddress(service), 443, socket);
  }

  /** No packet to the service is answered, as when the network is down, until the returned function is called. */
  async silence(service: Service): Promise<() => Promise<void>> {
    await this.ip('address', 'delete', `${serviceAddress(service)}/32`, 'dev', 'lo');
    return () => this.ip('address', 'add', `${serviceAddress(service)}/32`, 'dev', 'lo');
  }

  /** Makes the domain's DNS record, or removes it. */
  async point(name: string, to: string | undefined): Promise<void> {
    writeFileSync(this.hosts, to === undefined ? '' : `${to} ${name}\n`);
    this.dns?.kill('SIGHUP');
  }

  /** A cable to a new machine. */
  async plug(): Promise<void> {
    await this.unplug();
    await succeed('ip', ['netns', 'add', MACHINE_NAMESPACE]);
    await this.ip(
      'link',
      'add',
      'machine',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      MACHINE_NAMESPACE,
    );
    for (const each of OUTSIDE_ADDRESSES) await this.ip('address', 'add', `${each}/24`, 'dev', 'machine');
    await this.ip('link', 'set', 'machine', 'up');
    const inside = ['-n', MACHINE_NAMESPACE];
    await succeed('ip', [...inside, 'link', 'set', 'lo', 'up']);
    await succeed('ip', [...inside, 'address', 'add', `${MACHINE_ADDRESS}/24`, 'dev', 'eth0']);
    await succeed('ip', [...inside, 'link', 'set', 'eth0', 'up']);
    await succeed('ip', [...inside, 'route', 'add', 'default', 'via', OUTSIDE_ADDRESSES[0]]);
  }

  /** Answers to a network behind the machine find their way, as through the address translation of its bridge. */
  async routeThroughMachine(network: string): Promise<void> {
    await this.ip('route', 'replace', network, 'via', MACHINE_ADDRESS);
  }

  /** Both ends of the cable at once: left to the kernel, it stays for as long as a connection of the dead machine does. */
  async unplug(): Promise<void> {
    await run('ip', ['-n', OUTSIDE, 'link', 'delete', 'machine']);
    await run('ip', ['netns', 'delete', MACHINE_NAMESPACE]);
  }

  /** Asks the machine over HTTPS, or plain HTTP, from an address outside. Takes any certificate. */
  async visit(path: string, visit: Visit = {}): Promise<Page> {
    const { code, stdout, stderr } = await run('ip', this.enter('curl', ...curlArguments(path, visit)));
    if (!stdout.startsWith('HTTP/')) {
      throw new Error(`no answer to ${path} (curl ended with code ${code}): ${stderr}`);
    }
    return parsePage(stdout);
  }

  /** Whether a TCP connection from outside to a port of the machine is accepted. */
  async accepts(port: number): Promise<boolean> {
    const check = `exec 3<>/dev/tcp/${MACHINE_ADDRESS}/${port}`;
    return (await run('ip', this.enter('timeout', '3', 'bash', '-c', check))).code === 0;
  }

  /** Who issued the certificate that the machine shows to visitors. */
  async certificateIssuer(): Promise<string> {
    const show = `openssl s_client -connect ${MACHINE_ADDRESS}:443 -servername ${DOMAIN} </dev/null 2>/dev/null | openssl x509 -noout -issuer`;
    return (await succeed('ip', this.enter('bash', '-c', show))).trim();
  }

  /** Starts a program outside of the machine; it ends with the world. */
  spawn(command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', OUTSIDE, command, ...args], {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, ...env },
    });
  }

  /** Arguments of `ip` that run a program outside of the machine. */
  enter(...command: string[]): string[] {
    return ['netns', 'exec', OUTSIDE, ...command];
  }

  private relay(name: string, listenOn: string, port: number, socket: string): void {
    this.relays.set(
      name,
      this.spawn('socat', [
        '-t',
        '30',
        `TCP-LISTEN:${port},bind=${listenOn},reuseaddr,fork,backlog=64`,
        `UNIX-CONNECT:${socket}`,
      ]),
    );
  }

  /** A process and what it has forked. */
  private async stop(child: ChildProcess | undefined): Promise<void> {
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }

  private async startNameServer(region: string): Promise<void> {
    await this.point(DOMAIN, undefined);
    const names = SERVICES.filter((service) => service !== 'other').map(
      (service) => `--address=/${service}.${region}.amazonaws.com/${serviceAddress(service)}`,
    );
    this.dns = this.spawn('dnsmasq', [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--user=root',
      '--no-resolv',
      '--no-hosts',
      '--pid-file',
      `--addn-hosts=${this.hosts}`,
      ...names,
      `--address=/amazonaws.com/${serviceAddress('other')}`,
      `--address=/${ACME_DOMAIN}/${ACME_ADDRESS}`,
    ]);
  }

  private get hosts(): string {
    return join(this.directory, 'hosts');
  }

  private async ip(...args: string[]): Promise<void> {
    await succeed('ip', ['-n', OUTSIDE, ...args]);
  }
}
