import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../../config/environment.ts';
import { FAILBACK_JOURNAL } from '../../../constructs/audit/audit-prefixes.ts';
import type { Side } from '../../../constructs/edge/dns-record.ts';
import { cdkDeploy } from '../../cdk-deploy.ts';
import { awsFence } from '../../failover/aws-fence.ts';
import type { FenceRegion } from '../../failover/fence.ts';
import { EnvironmentStacks } from '../../growth/aws/stacks.ts';
import type { StackPurpose } from '../../growth/cloud.ts';
import { AwsStore } from '../../staging/aws-store.ts';
import { copyFilestore, type FilestoreCopyResult } from '../../staging/filestore-copy.ts';
import { JournalObject } from '../../steps/aws/journal-object.ts';
import type { FailbackCloud } from '../cloud.ts';
import { FailbackProblem } from '../failback.ts';
import type { FailbackJournal } from '../journal.ts';
import { RegionSide } from './region-side.ts';
import { TwoRegions } from './two-regions.ts';

/** Copies of attachments under way at the same time: S3 takes far more, the operator's computer does not. */
const CONCURRENCY = 64;

/** Until what has just been started at home loads Odoo, and is found healthy. */
export const START_MS = 20 * 60_000;

/** Both Regions of an environment, with the credentials of whoever runs the command. */
export abstract class AwsFailback implements FailbackCloud {
  /** In the recovery Region, beside the fence. */
  readonly journals: JournalObject<FailbackJournal>;
  protected readonly environment: Environment;
  protected readonly pause: (milliseconds: number) => Promise<unknown>;
  private readonly cdkDeploy: typeof cdkDeploy;
  protected readonly sides: Readonly<Record<Side, RegionSide>>;

  /** @param pause between two looks at what AWS does in its own time, milliseconds */
  constructor(
    environment: Environment,
    recoveryRegion: string,
    pause: (milliseconds: number) => Promise<unknown> = sleep,
    deploy: typeof cdkDeploy = cdkDeploy,
  ) {
    const { name, region } = environment;
    const inRecovery = new EnvironmentStacks(name, recoveryRegion);
    this.environment = environment;
    this.pause = pause;
    this.cdkDeploy = deploy;
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

  abstract probe(side: Side): Promise<string | undefined>;
  abstract takeBack(): Promise<void>;

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

  deployRecovered(purpose: StackPurpose): Promise<void> {
    return this.deploy([this.sides.recovery.stacks.nameOf(purpose)], { recover: 'latest' });
  }

  async deleteRecovered(purpose: StackPurpose): Promise<void> {
    await this.sides.recovery.stacks.delete(purpose);
  }

  /** @throws FailbackProblem if it fails; the CDK has said why. */
  protected async deploy(
    names: readonly string[],
    context: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const code = await this.cdkDeploy(names, { env: this.environment.name, ...context });
    if (code === 0) return;
    throw new FailbackProblem(
      `cdk deploy ${names.join(' ')} ended with exit code ${String(code)}: see above; mend it and run failback again, or go back with --undo`,
    );
  }
}
