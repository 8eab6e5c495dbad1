import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { recoveredEnvironment, recoveredNetwork } from '../../config/sizing/recovered.ts';
import { COPIES_NOTE, FENCE } from '../../constructs/audit/audit-prefixes.ts';
import { Assembly } from './assembly.ts';
import { CdkCli } from './cdk-cli.ts';
import type { Comparison } from './comparison.ts';
import type { DeployedResource, DeployedResources } from './deployed-resources.ts';
import type { Emulator } from './emulator.ts';
import { compareLeftovers, type Inventory, snapshottedInstances } from './inventory.ts';
import type { LocalAccount } from './local-account.ts';
import { LocalDeployment, type SynthesizedEnvironment } from './local-deployment.ts';
import type { Reporter } from './reporter.ts';
import { comparePreserved, statefulIds } from './stateful-resources.ts';

/** Key under which Odoo would have an attachment, and what is in it. */
const ATTACHMENT = 'filestore/odoo/0b/0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33';
const CONTENT = 'foo';

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
    const noted = await copy(there, copies);
    await this.refusesUnfenced(there, recovered);
    await fence(there, copies);
    await there.deploy(recovered);
    const deployed = await there.resourcesOf(recovered);
    reporter.compare(`${name} brought back`, [
      compareMoment(deployed, noted),
      ...comparePreserved(ids, statefulIds(await home.resourcesOf(atHome))),
      ...compareUntouched(homeBefore, await home.inventory(), deployed),
    ]);
    await there.deployUnchanged(recovered);
    const kept = await there.remove(recovered, comesAndGoes);
    const instance = deployed.idOf('AWS::RDS::DBInstance');
    reporter.compare(`${name} removed from ${region}`, [
      ...compareLeftovers(before, await there.inventory(), kept),
      ...comparePreserved(statefulIds(copies), statefulIds(await there.resourcesOf(recovered))),
      await compareCopy(there, copies),
      {
        what: 'the database has a last snapshot',
        expected: true,
        actual: (await snapshottedInstances(there.account)).includes(instance),
      },
    ]);
    // Buckets alone are listed in every Region.
    return kept.filter(({ type }) => type === BUCKET);
  }

  /** What is not fenced is not brought back, and what came of the attempt does not stand in the way of the next one. */
  private async refusesUnfenced(there: LocalDeployment, recovered: SynthesizedEnvironment): Promise<void> {
    const stack = `${recovered.environment.name}-Recovery-Data`;
    const { exitCode, output } = await there.tryToDeploy(recovered, stack);
    this.props.reporter.compare(stack, [
      {
        what: 'is refused without a fence',
        expected: true,
        actual: exitCode !== 0 && output.includes('is not fenced'),
      },
    ]);
    await there.unprotect(recovered, (name) => name === stack);
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

/** What stays when a recovered environment goes are the copies, and the network beside them. */
function comesAndGoes(stack: string): boolean {
  return !/-Recovery(-Network)?$/.test(stack);
}

/**
 * The emulator replicates no bucket of a template: what S3 and the watch over the copies would have written.
 *
 * @returns until when the copies are said to be complete.
 */
async function copy({ account }: LocalDeployment, copies: DeployedResources): Promise<Date> {
  const now = new Date();
  const until = { until: now.toISOString() };
  const note = { writtenAt: now, filestore: until, backups: until };
  await put(account, bucketOf(copies, 'FilestoreReplica'), ATTACHMENT, CONTENT);
  await put(account, bucketOf(copies, 'AuditReplica'), COPIES_NOTE, JSON.stringify(note));
  return now;
}

/** As if it had been set an hour ago: whoever was to stop has had the time for it. */
async function fence({ account }: LocalDeployment, copies: DeployedResources): Promise<void> {
  const fencedAt = new Date(Date.now() - 3_600_000);
  await put(account, bucketOf(copies, 'AuditReplica'), FENCE, JSON.stringify({ fencedAt }));
}

async function put({ s3 }: LocalAccount, Bucket: string, Key: string, Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function compareCopy({ account }: LocalDeployment, copies: DeployedResources): Promise<Comparison> {
  const Bucket = bucketOf(copies, 'FilestoreReplica');
  const { Body } = await account.s3.send(new GetObjectCommand({ Bucket, Key: ATTACHMENT }));
  return { what: 'attachment in the copy', expected: CONTENT, actual: await Body?.transformToString() };
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

function bucketOf(copies: DeployedResources, logicalId: string): string {
  const found = copies.all.find((each) => each.type === BUCKET && each.logicalId.startsWith(logicalId));
  if (found === undefined) throw new Error(`no bucket ${logicalId} in the recovery Region`);
  return found.physicalId;
}
