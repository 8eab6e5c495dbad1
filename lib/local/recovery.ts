import { formatProblems } from '../../config/format-problems.ts';
import type { PlannedEnvironment } from '../../config/load.ts';
import { readRecover } from '../../config/recover.ts';
import { recoveredEnvironment, recoveredNetwork } from '../../config/sizing/recovered.ts';
import { Assembly } from './assembly.ts';
import { CdkCli } from './cdk-cli.ts';
import type { Comparison } from './comparison.ts';
import { compareCopy, copy, fence } from './copied-data.ts';
import type { DeployedResource, DeployedResources } from './deployed-resources.ts';
import type { Emulator } from './emulator.ts';
import { compareLeftovers, type Inventory, snapshottedInstances } from './inventory.ts';
import {
  keptOf,
  LocalDeployment,
  type SynthesizedEnvironment,
  WITHOUT_QUESTIONS,
} from './local-deployment.ts';
import type { Reporter } from './reporter.ts';
import { comparePreserved, statefulIds } from './stateful-resources.ts';
import { unprotect } from './unprotect.ts';

const BUCKET = 'AWS::S3::Bucket';

export interface RecoveryProps {
  readonly reporter: Reporter;
  readonly emulator: Emulator;
  /** Where the environments stand. */
  readonly home: LocalDeployment;
}

/** An environment brought back in its recovery Region, while it stands at home. */
export class LocalRecovery {
  private readonly props: RecoveryProps;

  constructor(props: RecoveryProps) {
    this.props = props;
  }

  /**
   * Deploys it from the copies, reads it back, deploys it again, removes it; home and copies have to stay as they are.
   *
   * @returns buckets that are kept on purpose.
   */
  async exercise(atHome: SynthesizedEnvironment): Promise<readonly DeployedResource[]> {
    const { reporter, emulator, home } = this.props;
    const recovered = await this.synthesize(atHome);
    const { name, region } = recovered.environment;
    const there = new LocalDeployment({ reporter, emulator, region });
    const copies = await there.resourcesOf(recovered);
    const [homeBefore, before] = [await home.inventory(), await there.inventory()];
    const ids = statefulIds(await home.resourcesOf(atHome));
    const noted = await copy(there.account, recovered, copies);
    await this.refusesUnfenced(recovered);
    await fence(there.account, copies);
    await there.deploy(recovered);
    const deployed = await there.resourcesOf(recovered);
    reporter.compare(`${name} brought back`, [
      compareMoment(deployed, noted),
      ...comparePreserved(ids, statefulIds(await home.resourcesOf(atHome))),
      ...compareUntouched(homeBefore, await home.inventory(), deployed),
    ]);
    await there.deployUnchanged(recovered);
    const kept = await this.remove(there, recovered);
    const snapshots = await snapshottedInstances(there.account);
    reporter.compare(`${name} removed from ${region}`, [
      ...compareLeftovers(before, await there.inventory(), kept),
      ...comparePreserved(statefulIds(copies), statefulIds(await there.resourcesOf(recovered))),
      await compareCopy(there.account, copies),
      {
        what: 'databases without a last snapshot',
        expected: [],
        actual: deployed.idsOf('AWS::RDS::DBInstance').filter((id) => !snapshots.includes(id)),
      },
    ]);
    // Buckets alone are listed in every Region.
    return kept.filter(({ type }) => type === BUCKET);
  }

  /** What is not fenced is not brought back, and what came of the attempt does not stand in the way of the next one. */
  private async refusesUnfenced(recovered: SynthesizedEnvironment): Promise<void> {
    const { environment, assembly } = recovered;
    const stack = `${environment.name}-Recovery-Data`;
    const args = ['deploy', '--app', assembly.folder, stack, ...WITHOUT_QUESTIONS];
    const { exitCode, output } = await this.props.reporter.step(`Try to deploy ${stack}`, (progress) =>
      this.cdk(recovered).attempt(`deploy ${stack}`, args, progress),
    );
    this.props.reporter.compare(stack, [
      {
        what: 'is refused without a fence',
        expected: true,
        actual: exitCode !== 0 && output.includes('is not fenced'),
      },
    ]);
  }

  /** @returns what the templates say is kept. */
  private async remove(
    there: LocalDeployment,
    recovered: SynthesizedEnvironment,
  ): Promise<readonly DeployedResource[]> {
    const { environment, assembly } = recovered;
    const going = (await there.resourcesOf(recovered)).only(comesAndGoes);
    await unprotect(there.account, going);
    const stacks = assembly.stackNames.filter(comesAndGoes);
    await this.props.reporter.step(`Remove ${environment.name} from ${environment.region}`, (progress) =>
      this.cdk(recovered).run(
        `remove ${environment.name}`,
        ['destroy', '--app', assembly.folder, ...stacks, '--exclusively', '--force'],
        progress,
      ),
    );
    return keptOf(recovered, going);
  }

  private cdk({ environment }: SynthesizedEnvironment): CdkCli {
    return new CdkCli(environment.region, this.props.emulator.endpoint);
  }

  private async synthesize(atHome: SynthesizedEnvironment): Promise<SynthesizedEnvironment> {
    const { name, recoveryRegion } = atHome.environment;
    if (recoveryRegion === undefined) throw new Error(`${name} has no recovery Region`);
    const environment = recoveredEnvironment(atHome.environment, recoveryRegion);
    const network = recoveredNetwork(environment, atHome.plan.tier);
    const assembly = await this.props.reporter.step(`Synthesize ${name} in ${recoveryRegion}`, (progress) =>
      Assembly.synthesize(new CdkCli(recoveryRegion), name, { recover: 'latest' }, progress),
    );
    return { environment, plan: { ...atHome.plan, network }, assembly };
  }
}

/** Why an environment could not be brought back anywhere; undefined where it can be. */
export function refusalOf(planned: PlannedEnvironment): string | undefined {
  const { name } = planned.environment;
  const moment = readRecover('latest', name, [planned]);
  return moment.ok ? undefined : formatProblems(moment.problems, name);
}

/** What stays when a recovered environment goes was there before: the copies, the network beside them, and the drill. */
function comesAndGoes(stack: string): boolean {
  return !/-Recovery(-Network|-Drill)?$/.test(stack);
}

/** In the primary Region nothing is new but buckets, which are listed everywhere. */
function compareUntouched(
  before: Inventory,
  after: Inventory,
  recovered: DeployedResources,
): readonly Comparison[] {
  const made = recovered.only(comesAndGoes).all.filter(({ type }) => type === BUCKET);
  return compareLeftovers(before, after, made).map((each) => ({
    ...each,
    what: `in the primary Region, ${each.what}`,
  }));
}

/** The function that finds the moment really ran, and its answer is the id of the resource. */
function compareMoment(deployed: DeployedResources, noted: Date): Comparison {
  const [, moment] = deployed.idOf('Custom::RestorePoint').split('@');
  return {
    what: 'moment that it was brought back to',
    expected: `${noted.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`,
    actual: moment,
  };
}
