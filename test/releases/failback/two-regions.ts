import type { S3Client } from '@aws-sdk/client-s3';
import type { Side as SideName } from '../../../constructs/edge/dns-record.ts';
import { copyLarge } from '../../../lib/failback/aws/large-copy.ts';
import type { DumpKeys, HandOverRequest, ServiceCloud } from '../../../lib/failback/service/cloud.ts';
import type { FailbackJournal } from '../../../lib/failback/journal.ts';
import type { Fence, FenceNote, FenceRegion } from '../../../lib/failover/fence.ts';
import type { ReceiveRequest, StackPurpose } from '../../../lib/growth/cloud.ts';
import { type DatabaseHandedOver, type Received } from '../../../lib/release/job-report.ts';
import { AwsStore } from '../../../lib/staging/aws-store.ts';
import { copyFilestore, type FilestoreCopyResult } from '../../../lib/staging/filestore-copy.ts';
import type { JournalStore } from '../../../lib/steps/work.ts';
import type { Run, RunOptions } from '../../constructs/database-job/job-bench.ts';
import { Mortal } from '../../support/mortal.ts';
import { VersionedStore } from '../staging/versioned-store.ts';
import { Side } from './side.ts';

const STACKS: readonly StackPurpose[] = ['Data', 'Edge', 'Release', 'Service', 'Dns', 'Operations', 'Egress'];

/**
 * An environment in two Regions in which everything is real that holds data or changes it: both databases, their jobs, the
 * gates of their nodes, the copies of objects. What CloudFormation and the guard of the fence would do is done at once.
 */
export class TwoRegions extends Mortal<SideName> implements ServiceCloud, JournalStore<FailbackJournal> {
  readonly s3: VersionedStore;
  readonly sides: Readonly<Record<SideName, Side>>;
  readonly stacks: Record<SideName, Set<StackPurpose>> = { primary: new Set(), recovery: new Set() };
  /** How jobs are run, by the names of the calls. */
  jobs: Record<string, RunOptions> = {};
  guardLives = true;
  note?: FenceNote;
  private standing?: Fence;
  private journal?: string;
  private readonly client: S3Client;
  private readonly reset: readonly (() => void)[];

  /** A Region with users in it, what was copied of it, and what was not any more: then it is lost. */
  static async start(): Promise<TwoRegions> {
    const s3 = new VersionedStore();
    const client = await s3.listen();
    const [primary, recovery] = await Promise.all([Side.start('home', s3), Side.start('away', s3)]);
    await primary.deploy();
    primary.startNode();
    await primary.work(20);
    await primary.stopNode();
    primary.export();
    await recovery.bringBack(primary);
    primary.startNode();
    // A tail that nobody has copied.
    await primary.work(5);
    await primary.stopNode();
    return new TwoRegions(s3, client, { primary, recovery });
  }

  private constructor(s3: VersionedStore, client: S3Client, sides: Readonly<Record<SideName, Side>>) {
    super();
    this.s3 = s3;
    this.client = client;
    this.sides = sides;
    this.reset = [sides.primary.keep(), sides.recovery.keep()];
  }

  /** The environment was brought back, and users have worked there since. */
  async begin(): Promise<void> {
    await Promise.all(Object.values(this.sides).map((side) => side.stopNode()));
    for (const reset of this.reset) reset();
    for (const stacks of Object.values(this.stacks)) for (const purpose of STACKS) stacks.add(purpose);
    this.calls.length = 0;
    this.wrong.length = 0;
    this.jobs = {};
    this.crash = undefined;
    this.journal = undefined;
    this.guardLives = true;
    const fencedAt = new Date('2026-11-30T10:00:00Z');
    this.standing = { fencedAt };
    this.note = { fencedAt, seenAt: new Date(), running: 0 };
    this.sides.recovery.startNode();
    await this.sides.recovery.work();
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.sides).map((side) => side.stop()));
    this.s3.close();
  }

  /** Whose record Route 53 answers with: the recovery Region's, for as long as there is one. */
  get dns(): SideName {
    return this.stacks.recovery.has('Dns') ? 'recovery' : 'primary';
  }

  async read(): Promise<FailbackJournal | undefined> {
    return this.journal === undefined ? undefined : JSON.parse(this.journal);
  }

  async write(journal: FailbackJournal): Promise<void> {
    this.journal = JSON.stringify(journal);
  }

  async account(): Promise<string> {
    return '111122223333';
  }

  async stackStatus(side: SideName, purpose: StackPurpose): Promise<string | undefined> {
    return this.stacks[side].has(purpose) ? 'UPDATE_COMPLETE' : undefined;
  }

  async probe(side: SideName): Promise<string | undefined> {
    // Gates look each second.
    for (let look = 0; look < 100; look++) {
      if (await this.sides[side].answers()) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return 'nobody answers';
  }

  async fence(): Promise<FenceRegion> {
    return {
      fence: async () => this.standing,
      note: async () => this.note,
      setFence: (fence) =>
        this.act('fence', async () => {
          this.standing = fence;
          await this.guard();
        }),
      removeFence: () =>
        this.act('lift', async () => {
          this.standing = undefined;
          await this.guard();
        }),
      isRecovered: async () => true,
    };
  }

  copyAttachments(since: Date): Promise<FilestoreCopyResult> {
    return this.act('attachments', () =>
      copyFilestore({
        store: new AwsStore(this.client),
        from: this.sides.recovery.files,
        to: this.sides.primary.files,
        recoveryPoint: since,
        concurrency: 8,
        signal: new AbortController().signal,
      }),
    );
  }

  handOver(request: HandOverRequest): Promise<DatabaseHandedOver> {
    const name = request.commit ? 'hand over' : 'rehearse dump';
    return this.act(name, async () => {
      const run = await this.job('recovery', name, { kind: 'hand-over', ...request });
      if (run.report?.handedOver === undefined) throw new Error(run.output);
      return run.report.handedOver;
    });
  }

  takeBack(): Promise<void> {
    return this.act('take back', async () => {
      await this.job('recovery', 'take back', { kind: 'take-back' });
    });
  }

  copyDump({ dump, manifest }: DumpKeys): Promise<void> {
    return this.act('dump', async () => {
      const [from, to] = [this.sides.recovery.backups, this.sides.primary.backups];
      for (const key of [dump, manifest]) {
        await copyLarge({
          from: { client: this.client, bucket: from },
          to: { client: this.client, bucket: to },
          key,
        });
      }
    });
  }

  receive(request: ReceiveRequest): Promise<Received> {
    const name = request.commit ? 'receive' : 'rehearse receive';
    return this.act(name, async () => {
      this.sides.primary.mount();
      const patience = { patienceSeconds: 0 };
      const { report, output } = await this.job('primary', name, {
        kind: 'receive',
        ...request,
        ...patience,
      });
      if (report?.received === undefined) throw new Error(output);
      return report.received;
    });
  }

  release(): Promise<void> {
    return this.act('release', async () => {
      await this.job('primary', 'release', { kind: 'release' });
    });
  }

  deployRecovered(purpose: StackPurpose): Promise<void> {
    return this.act(`deploy ${purpose}`, async () => {
      this.stacks.recovery.add(purpose);
    });
  }

  deleteRecovered(purpose: StackPurpose): Promise<void> {
    return this.act(`delete ${purpose}`, async () => {
      this.stacks.recovery.delete(purpose);
      if (purpose === 'Service') await this.sides.recovery.stopNode();
    });
  }

  /** Of the fence, in the primary Region. */
  async guard(): Promise<void> {
    if (!this.guardLives) return;
    const { primary } = this.sides;
    await primary.stopNode();
    if (this.standing === undefined) primary.startNode();
    this.note = this.standing && { ...this.standing, seenAt: new Date(), running: 0 };
  }

  /** Sides at which somebody can work. */
  async serving(): Promise<readonly SideName[]> {
    const names: readonly SideName[] = ['primary', 'recovery'];
    const answers = await Promise.all(names.map((name) => this.sides[name].answers()));
    return names.filter((_, index) => answers[index]);
  }

  private async job(side: SideName, call: string, request: object): Promise<Run> {
    const run = await this.sides[side].job(request, this.jobs[call]);
    delete this.jobs[call];
    if (run.code !== 0) throw new Error(run.report?.error ?? run.output);
    return run;
  }
}
