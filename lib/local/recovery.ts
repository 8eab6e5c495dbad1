import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { recoveredEnvironment, recoveredNetwork } from '../../config/sizing/recovered.ts';
import { COPIES_NOTE, FENCE } from '../../constructs/audit/audit-prefixes.ts';
import { Assembly } from './assembly.ts';
import { CdkCli } from './cdk-cli.ts';
import type { Comparison } from './comparison.ts';
import type { DeployedResources } from './deployed-resources.ts';
import type { Emulator } from './emulator.ts';
import { compareLeftovers } from './inventory.ts';
import { LocalDeployment, type SynthesizedEnvironment } from './local-deployment.ts';
import type { Reporter } from './reporter.ts';
import { comparePreserved, statefulIds } from './stateful-resources.ts';

/** What stays when a recovered environment goes: the copies, and the network beside them. */
const STAYS = /-Recovery(-Network)?$/;

/** Key under which Odoo would have an attachment, and what is in it. */
const ATTACHMENT = 'filestore/odoo/0b/0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33';
const CONTENT = 'foo';

/** So long ago that whoever was fenced then has had the time to stop. */
const FENCED_MS_AGO = 3_600_000;

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

  /** Deploys it from the copies, reads it back, deploys it again, removes it; home and copies have to stay as they are. */
  async exercise(atHome: SynthesizedEnvironment): Promise<void> {
    const { reporter, emulator, home } = this.props;
    const recovered = await this.synthesize(atHome);
    const { name, region } = recovered.environment;
    const there = new LocalDeployment({ reporter, emulator, region });
    const copies = await there.resourcesOf(recovered);
    const [homeBefore, before] = [await home.inventory(), await there.inventory()];
    const ids = statefulIds(await home.resourcesOf(atHome));
    const noted = await this.copy(there, copies);
    await there.deploy(recovered);
    const deployed = await there.resourcesOf(recovered);
    reporter.compare(`${name} brought back`, [
      compareMoment(deployed, noted),
      ...comparePreserved(ids, statefulIds(await home.resourcesOf(atHome))),
      { what: 'what is in the primary Region', expected: homeBefore, actual: await home.inventory() },
    ]);
    await there.deployUnchanged(recovered);
    const kept = await there.remove(recovered, (stack) => !STAYS.test(stack));
    reporter.compare(`${name} removed from ${region}`, [
      ...compareLeftovers(before, await there.inventory(), kept),
      ...comparePreserved(statefulIds(copies), statefulIds(await there.resourcesOf(recovered))),
      await this.compareCopy(there, copies),
    ]);
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

  /**
   * The emulator replicates no bucket of a template: what S3, the watch over the copies and the operator would have written.
   *
   * @returns until when the copies are said to be complete.
   */
  private async copy({ account }: LocalDeployment, copies: DeployedResources): Promise<Date> {
    const put = (bucket: string, Key: string, Body: string) =>
      account.s3.send(new PutObjectCommand({ Bucket: bucketOf(copies, bucket), Key, Body }));
    const now = new Date();
    const until = { until: now.toISOString() };
    await put('FilestoreReplica', ATTACHMENT, CONTENT);
    await put('AuditReplica', FENCE, JSON.stringify({ fencedAt: new Date(now.getTime() - FENCED_MS_AGO) }));
    await put(
      'AuditReplica',
      COPIES_NOTE,
      JSON.stringify({ writtenAt: now, filestore: until, backups: until }),
    );
    return now;
  }

  private async compareCopy({ account }: LocalDeployment, copies: DeployedResources): Promise<Comparison> {
    const Bucket = bucketOf(copies, 'FilestoreReplica');
    const { Body } = await account.s3.send(new GetObjectCommand({ Bucket, Key: ATTACHMENT }));
    return { what: 'attachment in the copy', expected: CONTENT, actual: await Body?.transformToString() };
  }
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
  const found = copies.all.find(
    (each) => each.type === 'AWS::S3::Bucket' && each.logicalId.startsWith(logicalId),
  );
  if (found === undefined) throw new Error(`no bucket ${logicalId} in the recovery Region`);
  return found.physicalId;
}
