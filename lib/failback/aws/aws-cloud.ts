import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../config/environment.ts';
import { FAILBACK_JOURNAL } from '../../../constructs/audit/audit-prefixes.ts';
import type { Side } from '../../../constructs/edge/dns-record.ts';
import { cdkDeploy } from '../../cdk-deploy.ts';
import { awsFence } from '../../failover/aws-fence.ts';
import type { FenceRegion } from '../../failover/fence.ts';
import { allowDeletion, probeService } from '../../growth/aws/load-balancer.ts';
import { EnvironmentStacks } from '../../growth/aws/stacks.ts';
import type { ReceiveRequest, StackPurpose } from '../../growth/cloud.ts';
import type { DatabaseHandedOver, Received } from '../../release/job-report.ts';
import { runJob, runJobFor } from '../../release/job-run.ts';
import { AwsStore } from '../../staging/aws-store.ts';
import { copyFilestore, type FilestoreCopyResult } from '../../staging/filestore-copy.ts';
import { JournalObject } from '../../steps/aws/journal-object.ts';
import type { DumpKeys, FailbackCloud, HandOverRequest } from '../cloud.ts';
import { FailbackProblem } from '../failback.ts';
import type { FailbackJournal } from '../journal.ts';
import { copyLarge } from './large-copy.ts';
import { RegionSide } from './region-side.ts';
import { TwoRegions } from './two-regions.ts';

/** Begins the names of executions. */
const PURPOSE = 'failback';

/** Copies of attachments under way at the same time: S3 takes far more, the operator's computer does not. */
const CONCURRENCY = 64;

/** Tasks start, load Odoo, and are found healthy. */
const START_MS = 20 * 60_000;

/** Both Regions of an environment, with the credentials of whoever runs the command. */
export class AwsFailback implements FailbackCloud {
  /** In the recovery Region, beside the fence. */
  readonly journals: JournalObject<FailbackJournal>;
  private readonly environment: Environment;
  private readonly sides: Readonly<Record<Side, RegionSide>>;

  /** @param pause between two looks at what AWS does in its own time, milliseconds */
  constructor(
    environment: Environment,
    recoveryRegion: string,
    pause: (milliseconds: number) => Promise<unknown> = sleep,
  ) {
    const { name, region } = environment;
    const inRecovery = new EnvironmentStacks(name, recoveryRegion);
    this.environment = environment;
    this.sides = {
      primary: new RegionSide({
        region,
        prefix: name,
        buckets: { stacks: new EnvironmentStacks(name, region), stack: 'Data', kind: 'Bucket' },
        pause,
      }),
      recovery: new RegionSide({
        region: recoveryRegion,
        prefix: `${name}-Recovery`,
        buckets: { stacks: inRecovery, stack: 'Recovery', kind: 'Replica' },
        pause,
      }),
    };
    const { recovery } = this.sides;
    this.journals = new JournalObject({
      client: recovery.s3,
      bucket: () => recovery.bucket('Audit'),
      key: FAILBACK_JOURNAL,
      conflict: 'somebody else is bringing this environment home at this moment: talk to each other',
    });
  }

  async account(): Promise<string> {
    const { region } = this.environment;
    const { Account = '' } = await new STSClient({ region }).send(new GetCallerIdentityCommand());
    return Account;
  }

  stackStatus(side: Side, purpose: StackPurpose): Promise<string | undefined> {
    return this.sides[side].stacks.status(purpose);
  }

  probe(side: Side): Promise<string | undefined> {
    const { region, stacks } = this.sides[side];
    return probeService({ ...this.environment, region }, stacks, side === 'primary' ? START_MS : undefined);
  }

  fence(): Promise<FenceRegion> {
    return awsFence(this.environment.name, this.sides.recovery.region);
  }

  async copyAttachments(since: Date): Promise<FilestoreCopyResult> {
    const { primary, recovery } = this.sides;
    const [from, to] = await Promise.all([recovery.bucket('Filestore'), primary.bucket('Filestore')]);
    const stores = new Map([
      [from, new AwsStore(recovery.s3)],
      [to, new AwsStore(primary.s3)],
    ]);
    return copyFilestore({
      store: new TwoRegions(stores),
      from,
      to,
      recoveryPoint: since,
      concurrency: CONCURRENCY,
      signal: new AbortController().signal,
    });
  }

  handOver(request: HandOverRequest): Promise<DatabaseHandedOver> {
    return this.sides.recovery.withJob((place) =>
      runJobFor(place, PURPOSE, { kind: 'hand-over', ...request }, ({ handedOver }) => handedOver),
    );
  }

  async takeBack(): Promise<void> {
    await this.sides.recovery.withJob((place) => runJob(place, PURPOSE, { kind: 'take-back' }));
  }

  async copyDump({ dump, manifest }: DumpKeys): Promise<void> {
    const { primary, recovery } = this.sides;
    const [from, to] = await Promise.all([recovery.bucket('Backup'), primary.bucket('Backup')]);
    for (const key of [dump, manifest]) {
      await copyLarge({
        from: { client: recovery.s3, bucket: from },
        to: { client: primary.s3, bucket: to },
        key,
      });
    }
  }

  receive(request: ReceiveRequest): Promise<Received> {
    return this.sides.primary.withJob((place) =>
      runJobFor(place, PURPOSE, { kind: 'receive', ...request }, ({ received }) => received),
    );
  }

  async release(): Promise<void> {
    await this.sides.primary.withJob((place) => runJob(place, PURPOSE, { kind: 'release' }));
  }

  async deployRecovered(purpose: StackPurpose): Promise<void> {
    const name = this.sides.recovery.stacks.nameOf(purpose);
    const code = await cdkDeploy([name], { env: this.environment.name, recover: 'latest' });
    if (code !== 0) {
      throw new FailbackProblem(`cdk deploy ${name} ended with exit code ${String(code)}: see above`);
    }
  }

  async deleteRecovered(purpose: StackPurpose): Promise<void> {
    const { region, stacks } = this.sides.recovery;
    // CloudFormation cannot delete what is protected by itself.
    if (purpose === 'Edge') await allowDeletion(region, stacks);
    await stacks.delete(purpose);
  }
}
