import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Domain } from '../../../config/environment.ts';
import { localFolder } from '../../../lib/local/workspace.ts';
import { startAcmeServer } from './acme.ts';
import { ACME_DOMAIN, DOMAIN, type Service } from './addresses.ts';
import { cloudFormation, ec2 } from './aws/ec2.ts';
import { EmulatedAccount } from './aws/emulated-account.ts';
import { AwsEndpoint } from './aws/endpoint.ts';
import { MetadataService } from './aws/metadata.ts';
import { Authority } from './certificates.ts';
import { Deployment, type DeploymentProps } from './deployment.ts';
import { rootImage } from './image.ts';
import { Machine } from './machine.ts';
import { eventually, run } from './shell.ts';
import { Volume } from './volume.ts';
import { World } from './world.ts';

const SIGNAL = z.enum(['SUCCESS', 'FAILURE']);
const LOG_EVENTS = z.array(z.object({ message: z.string() }));

/** A server without a container image to pull and Odoo to initialize is there in half a minute. */
const PROVISIONING_SECONDS = 240;

const REGION = 'eu-central-1';

export interface BenchProps {
  /** @default - a domain without a hosted zone, so that its certificate is asked for through port 80 */
  readonly domain?: Domain;
  /** @default 2048 */
  readonly volumeMiB?: number;
  /** The only one whose endpoints can be reached. @default 'eu-central-1' */
  readonly region?: string;
  /** Moment that the environment is brought back to. @default - it begins with nothing */
  readonly broughtBackTo?: DeploymentProps['broughtBackTo'];
  /** @default - made anew */
  readonly secrets?: DeploymentProps['secrets'];
}

/**
 * Everything that one single server needs, on this computer: its deployment, AWS, the network and its data volume. One
 * bench at a time, for all processes of this computer.
 *
 * @example
 * const bench = await Bench.start();
 * const machine = await bench.launch();
 * await bench.provisioned(machine);
 * await bench.stop();
 */
export class Bench {
  readonly aws: AwsEndpoint;
  readonly account: EmulatedAccount;
  readonly deployment: Deployment;
  readonly world: World;
  volume: Volume;
  private readonly parts: BenchParts;
  private readonly machines: Machine[] = [];

  private constructor(parts: BenchParts) {
    this.parts = parts;
    this.account = parts.account;
    this.deployment = parts.deployment;
    this.volume = parts.volume;
    this.world = parts.world;
    const responder = ec2({
      volume: () => this.volume,
      plugIn: (instance) => this.machine(instance).plugIn(),
    });
    this.aws = new AwsEndpoint({
      keys: parts.keys,
      region: parts.region,
      emulator: parts.account.endpoint,
      responders: { ec2: responder, cloudformation: cloudFormation },
    });
  }

  /** Takes what an earlier run has left apart, and sets everything up. No machine runs yet. */
  static async start({
    domain = { name: DOMAIN },
    volumeMiB = 2048,
    region = REGION,
    broughtBackTo,
    secrets,
  }: BenchProps = {}): Promise<Bench> {
    const lock = await takeTurn();
    await sweep();
    const image = await rootImage();
    mkdirSync(RUN_DIRECTORY, { mode: 0o700 });
    const directory = RUN_DIRECTORY;
    const account = await EmulatedAccount.start(region);
    const authority = await Authority.create(directory);
    const hosts = [`*.${region}.amazonaws.com`, `*.s3.${region}.amazonaws.com`];
    const bench = new Bench({
      lock,
      image,
      region,
      directory,
      account,
      authority,
      keys: await authority.issue('aws', hosts),
      deployment: await Deployment.create(account, { domain, region, broughtBackTo, secrets }),
      volume: await Volume.create(volumeFile(), volumeMiB),
      world: await World.create({ directory, region }),
      metadata: new MetadataService(),
    });
    await bench.openAws();
    return bench;
  }

  /** A new instance, booted with the user data of the deployment. One that still runs dies: its network is needed. */
  async launch(): Promise<Machine> {
    for (const machine of this.machines) await machine.kill();
    const { image, region, metadata, authority } = this.parts;
    const instanceId = `i-${randomBytes(8).toString('hex')}`;
    const { userData } = this.deployment;
    metadata.instance = { id: instanceId, region, userData };
    const { world, volume } = this;
    const machine = await Machine.create({
      image,
      directory: join(machineFolder(), instanceId),
      world,
      volume,
      instanceId,
      userData,
      authority: authority.read(),
    });
    this.machines.push(machine);
    await machine.boot();
    return machine;
  }

  /** How the provisioning of a machine ended, as it told CloudFormation. */
  async signalOf(machine: Machine): Promise<'SUCCESS' | 'FAILURE'> {
    return eventually(`the signal of ${machine.instanceId}`, PROVISIONING_SECONDS, async () => {
      const signal = this.aws
        .callsOf('cloudformation', 'SignalResource')
        .find(({ parameters }) => parameters['UniqueId'] === machine.instanceId);
      return signal && SIGNAL.parse(signal.parameters['Status']);
    });
  }

  /** Everything that the server has sent to CloudWatch Logs. */
  logged(): string {
    const events = this.aws
      .callsOf('logs', 'PutLogEvents')
      .flatMap(({ parameters }) => LOG_EVENTS.parse(parameters['logEvents']));
    return events.map(({ message }) => message).join('\n');
  }

  /**
   * Waits until a machine is an Odoo server.
   *
   * @throws Error with the end of its console if it does not become one.
   */
  async provisioned(machine: Machine): Promise<void> {
    if ((await this.signalOf(machine)) === 'FAILURE') {
      throw new Error(`${machine.instanceId} failed to provision itself:\n${machine.console()}`);
    }
  }

  /** The service cannot be reached until the returned function is called: connections are refused, or nothing answers. */
  async unreachable(service: Service, how: 'refused' | 'silent'): Promise<() => Promise<void>> {
    return how === 'silent' ? this.world.silence(service) : this.world.refuse(service, this.awsSocket);
  }

  /** Lets a certificate authority answer, which otherwise cannot be reached. */
  async startAcme(): Promise<void> {
    const { authority, directory } = this.parts;
    await startAcmeServer(this.world, directory, await authority.issue('acme', [ACME_DOMAIN]));
  }

  /** Puts a blank volume in the place of the data volume. Its machine must be off. */
  async replaceVolume(sizeMiB: number): Promise<void> {
    await Volume.destroy(volumeFile());
    this.volume = await Volume.create(volumeFile(), sizeMiB);
  }

  /** EC2 has noticed that the instance is gone: the volume may be attached to another one. */
  releaseVolume(): void {
    this.volume.holder = undefined;
  }

  /** Ends everything and removes what it has written. */
  async stop(): Promise<void> {
    this.aws.close();
    this.parts.metadata.close();
    this.account.stop();
    await sweep();
    this.parts.lock.stdin?.end();
  }

  private async openAws(): Promise<void> {
    const { metadata } = this.parts;
    await this.aws.listen(this.awsSocket);
    await metadata.listen(join(this.parts.directory, 'metadata.socket'));
    this.world.relayAws(this.awsSocket);
    this.world.relayMetadata(join(this.parts.directory, 'metadata.socket'));
  }

  private get awsSocket(): string {
    return join(this.parts.directory, 'aws.socket');
  }

  private machine(instance: string): Machine {
    const found = this.machines.find(({ instanceId }) => instanceId === instance);
    if (!found) throw new Error(`there is no instance ${instance}`);
    return found;
  }
}

interface BenchParts {
  readonly lock: ChildProcess;
  readonly image: string;
  readonly region: string;
  readonly directory: string;
  readonly account: EmulatedAccount;
  readonly authority: Authority;
  readonly keys: Awaited<ReturnType<Authority['issue']>>;
  readonly deployment: Deployment;
  readonly volume: Volume;
  readonly world: World;
  readonly metadata: MetadataService;
}

/** Sockets and keys of the one bench. Not below the project: the path of a socket may have no more than 107 bytes. */
const RUN_DIRECTORY = '/run/odoo-host-bench';

const machineFolder = (): string => localFolder('host/machines');
const volumeFile = (): string => join(localFolder('host'), 'data-volume');

/** Waits until no other process of this computer has a bench. The kernel gives the turn back however this one ends. */
async function takeTurn(): Promise<ChildProcess> {
  const lock = spawn('flock', ['/run/odoo-host-bench.lock', 'sh', '-c', 'echo taken; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => lock.once('error', reject).stdout?.once('data', resolve));
  return lock;
}

/** Removes what a run that was killed has left: processes, namespaces, mounts, loop devices and files. */
async function sweep(): Promise<void> {
  await World.destroy();
  for (const name of readdirSync(machineFolder())) {
    const directory = join(machineFolder(), name);
    await Machine.killIn(directory);
    await unmount(join(directory, 'root'));
    rmSync(directory, { recursive: true });
  }
  await Volume.destroy(volumeFile());
  rmSync(RUN_DIRECTORY, { recursive: true, force: true });
}

/** What a killed process had open there takes the kernel a moment to close. */
async function unmount(directory: string): Promise<void> {
  await eventually(`${directory} is unmounted`, 20, async () => {
    if ((await run('mountpoint', ['--quiet', directory])).code !== 0) return true;
    await run('umount', [directory]);
    return undefined;
  });
}
