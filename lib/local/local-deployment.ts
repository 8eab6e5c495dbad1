import type { Environment } from '../../config/environment.ts';
import type { PlannedEnvironment } from '../../config/load.ts';
import type { Assembly } from './assembly.ts';
import { CdkCli } from './cdk-cli.ts';
import type { Deployed } from './comparison.ts';
import { type DeployedResource, DeployedResources } from './deployed-resources.ts';
import type { Emulator } from './emulator.ts';
import { compareLeftovers, type Inventory, snapshottedInstances, takeInventory } from './inventory.ts';
import { LocalAccount } from './local-account.ts';
import { compareKeptFiles } from './read-back/buckets.ts';
import { readEnvironment } from './read-back/environment.ts';
import type { Reporter } from './reporter.ts';
import { comparePreserved, statefulIds } from './stateful-resources.ts';
import { unprotect } from './unprotect.ts';

/** For a deployment that nobody watches. */
export const WITHOUT_QUESTIONS = ['--require-approval', 'never', '--progress', 'events'];
const DEPLOY = ['--all', '--concurrency', '4', ...WITHOUT_QUESTIONS];

/** An environment as planned, synthesized. */
export interface SynthesizedEnvironment extends PlannedEnvironment {
  readonly assembly: Assembly;
}

export interface LocalDeploymentProps {
  readonly reporter: Reporter;
  readonly emulator: Emulator;
  /** Region in which every environment is deployed. */
  readonly region: string;
}

/** Deploys environments to the emulator, reads them back, and removes them again. */
export class LocalDeployment {
  private readonly reporter: Reporter;
  private readonly cdk: CdkCli;
  readonly account: LocalAccount;
  private readonly endpoint: string;
  private before: Inventory = {};

  constructor({ reporter, emulator, region }: LocalDeploymentProps) {
    this.reporter = reporter;
    this.cdk = new CdkCli(region, emulator.endpoint);
    this.account = new LocalAccount(emulator.endpoint, region);
    this.endpoint = emulator.endpoint;
  }

  /** Prepares Regions for the CDK, and remembers what the account holds before anything is deployed. */
  async bootstrap(accountId: string, regions: readonly string[], { folder }: Assembly): Promise<void> {
    const targets = regions.map((region) => `aws://${accountId}/${region}`);
    await this.reporter.step(`Bootstrap ${regions.join(' and ')}`, (progress) =>
      // Without an assembly the command would synthesize every environment first.
      this.cdk.run('bootstrap', ['bootstrap', ...targets, '--app', folder], progress),
    );
    this.before = await takeInventory(this.account);
  }

  /** Deploys one environment and compares everything that can be read back with its plan. */
  async deploy({ environment, plan, assembly }: SynthesizedEnvironment): Promise<void> {
    const title = `${environment.name} with ${plan.users} users (${plan.tier}, ${assembly.resourceCount} resources)`;
    const { output } = await this.reporter.step(`Deploy ${title}`, (progress) =>
      this.cdk.run(`deploy ${environment.name}`, ['deploy', '--app', assembly.folder, ...DEPLOY], progress),
    );
    const changed = [...output.matchAll(/✅\s+(\S+)\s*$/gm)].map(([, stack]) => stack);
    const deployed = await this.deployed({ environment, plan, assembly });
    this.reporter.compare(environment.name, [
      {
        what: 'stacks deployed',
        expected: assembly.stackNames.toSorted(),
        actual: [...deployed.resources.stacks, ...(deployed.copies?.resources.stacks ?? [])]
          .map(({ StackName = '' }) => StackName)
          .toSorted(),
      },
      ...(await readEnvironment(deployed)),
    ]);
    this.reporter.line(`  changed: ${changed.join(', ') || 'nothing'}`);
    const { leftOut } = deployed.resources;
    const types = [...new Set(leftOut.map(({ type }) => type))].join(', ');
    if (leftOut.length > 0)
      this.reporter.line(`  not made by the emulator: ${leftOut.length} resources (${types})`);
  }

  /** Deploys the same again: CloudFormation must find nothing to do, and the CDK no difference. */
  async deployUnchanged({ environment, assembly }: SynthesizedEnvironment): Promise<void> {
    const app = ['--app', assembly.folder];
    const [diff, again] = await this.reporter.step(
      `Deploy ${environment.name} again, unchanged`,
      async (progress) => [
        await this.cdk.attempt(`diff ${environment.name}`, ['diff', ...app, '--all', '--fail'], progress),
        await this.cdk.attempt(`redeploy ${environment.name}`, ['deploy', ...app, ...DEPLOY], progress),
      ],
    );
    this.reporter.compare(`${environment.name} unchanged`, [
      { what: 'exit code of cdk diff --fail', expected: 0, actual: diff?.exitCode },
      {
        what: 'stacks with differences',
        expected: '0',
        actual: /Number of stacks with differences: (\d+)/.exec(diff?.output ?? '')?.[1],
      },
      {
        what: 'stacks without changes',
        expected: assembly.stackNames.length,
        actual: again?.output.match(/\(no changes\)/g)?.length,
      },
    ]);
  }

  /** Changes the number of users in place: the environment follows its plan, and its state stays where it is. */
  async resize(target: SynthesizedEnvironment): Promise<void> {
    const before = statefulIds((await this.deployed(target)).resources);
    await this.deploy(target);
    const after = statefulIds((await this.deployed(target)).resources);
    this.reporter.compare(`${target.environment.name} after the change`, comparePreserved(before, after));
  }

  /**
   * Removes everything, after production has refused, and looks for what is left in the account.
   *
   * @param before - what was kept of what is gone already.
   */
  async destroy(
    targets: readonly SynthesizedEnvironment[],
    before: readonly DeployedResource[] = [],
  ): Promise<void> {
    const kept = [...before];
    const databases: string[] = [];
    for (const target of targets) {
      const { resources, copies } = await this.deployed(target);
      kept.push(...keptOf(target, resources));
      // Of the other Region, buckets alone are listed in this one as well.
      if (copies)
        kept.push(...keptOf(target, copies.resources).filter(({ type }) => type === 'AWS::S3::Bucket'));
      databases.push(
        ...resources.all
          .filter(
            ({ type, stack, logicalId }) =>
              /DBInstance/.test(type) && target.assembly.snapshots(stack, logicalId),
          )
          .map(({ physicalId }) => physicalId),
      );
      if (target.environment.production) await this.refusesDeletion(target, resources);
      if (copies) await unprotect(copies.account, copies.resources);
      await this.reporter.step(`Destroy ${target.environment.name}`, (progress) =>
        this.cdk.run(
          `destroy ${target.environment.name}`,
          ['destroy', '--app', target.assembly.folder, '--all', '--force'],
          progress,
        ),
      );
    }
    const snapshots = await snapshottedInstances(this.account);
    this.reporter.compare('after the end', [
      ...compareLeftovers(this.before, await takeInventory(this.account), kept),
      {
        what: 'databases with a last snapshot',
        expected: databases.toSorted(),
        actual: databases.filter((id) => snapshots.includes(id)).toSorted(),
      },
      ...(await compareKeptFiles(this.account, kept)),
    ]);
  }

  /** What CloudFormation says of an environment here. */
  resourcesOf({ environment }: PlannedEnvironment): Promise<DeployedResources> {
    return DeployedResources.read(this.account, environment.name);
  }

  /** What the services say of everything here. */
  inventory(): Promise<Inventory> {
    return takeInventory(this.account);
  }

  private async refusesDeletion(
    { environment, assembly }: SynthesizedEnvironment,
    resources: DeployedResources,
  ): Promise<void> {
    const stack = `${environment.name}-Data`;
    const attempt = await this.reporter.step(`Try to destroy ${stack}, which is protected`, (progress) =>
      this.cdk.attempt(
        `destroy ${stack}`,
        ['destroy', '--app', assembly.folder, stack, '--exclusively', '--force'],
        progress,
      ),
    );
    this.reporter.compare(stack, [
      {
        what: 'termination protection refuses the deletion',
        expected: true,
        actual: attempt.exitCode !== 0 && attempt.output.includes('TerminationProtection is enabled'),
      },
    ]);
    await unprotect(this.account, resources);
  }

  /** In a recovery Region, what waits there for a loss is none of the environment that was brought back beside it. */
  private async deployed({ environment, plan, assembly }: SynthesizedEnvironment): Promise<Deployed> {
    const found = await this.resourcesOf({ environment, plan });
    const resources = found.only((stack) => assembly.stackNames.includes(stack));
    return { environment, plan, account: this.account, resources, copies: await this.copiesOf(environment) };
  }

  private async copiesOf({ name, recoveryRegion }: Environment): Promise<Deployed['copies']> {
    if (recoveryRegion === undefined) return undefined;
    const account = new LocalAccount(this.endpoint, recoveryRegion);
    return { account, resources: await DeployedResources.read(account, name) };
  }
}

/** What the templates say is kept when its stack goes. */
export function keptOf({ assembly }: SynthesizedEnvironment, { all }: DeployedResources): DeployedResource[] {
  return all.filter(({ stack, logicalId }) => assembly.keeps(stack, logicalId));
}
