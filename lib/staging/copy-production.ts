import { datedName } from '../dated-name.ts';
import type { JobReport } from '../release/job-report.ts';
import type { JobRequest } from '../release/release-execution.ts';
import type { Cloud } from './cloud.ts';
import type { CopyPlan } from './checks.ts';
import { copyFilestore, type FilestoreCopyResult } from './filestore-copy.ts';
import type { Patience } from './patience.ts';
import { TemporaryDatabase } from './temporary-database.ts';

/** Copies of objects under way at the same time: S3 takes 3,500 a second below one prefix, a person's computer far less. */
const CONCURRENCY = 64;

/** Hours that the database job may take; the state machine stops it then. */
const JOB_HOURS = 8;

/** Where a dump waits for the job, in the target's own backup bucket. */
const RECEIVED = 'received/';

export interface CopyProps {
  readonly plan: CopyPlan;
  readonly cloud: Cloud;
  readonly patience: Patience;
  /** Ends the copying; what was made for it is cleared away all the same. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly now: () => Date;
}

export interface CopyResult {
  readonly report: JobReport | undefined;
  readonly filestore: FilestoreCopyResult;
  readonly seconds: number;
}

/**
 * Puts production's latest recovery point into the target environment.
 *
 * The database first, the attachments after: what is copied of them is at least as new as the database. The job that restores,
 * neutralizes and verifies is the target's own, and gives the copy the served name only at its end; until then the target
 * serves what it served before, whatever happens here.
 *
 * @throws Error when the copy did not come into service. The temporary database is gone then as well.
 */
export async function copyProduction(props: CopyProps): Promise<CopyResult> {
  const started = props.now();
  const temporary = new TemporaryDatabase({
    databases: props.cloud.databases,
    patience: props.patience,
    from: props.plan.from.environment.name,
    to: props.plan.to.environment.name,
    say: props.say,
  });
  await temporary.deleteLeftOvers();
  const { report, filestore } =
    props.plan.source.kind === 'database'
      ? await copyFromDatabase(props, temporary)
      : await copyFromDump(props);
  return { report, filestore, seconds: Math.round((props.now().getTime() - started.getTime()) / 1000) };
}

type Copied = Omit<CopyResult, 'seconds'>;

async function copyFromDatabase(props: CopyProps, temporary: TemporaryDatabase): Promise<Copied> {
  const { plan, cloud, say, now } = props;
  if (plan.source.kind !== 'database') throw new Error('the source is no database');
  const identifier = datedName(`${plan.target.identifier}-copy`, now());
  const { instance } = plan.source;
  return withCleanUp(
    async () => {
      say(`restoring ${instance.identifier} as ${identifier}`);
      await temporary.restore(identifier, instance, plan.target);
      const address = await temporary.available(identifier);
      say('giving its administrator the password of the target');
      await temporary.setPassword(identifier, passwordIn(await cloud.secret(plan.masterSecret)));
      // Long after the recovery point: S3 Files exports a file a minute after it was written.
      const filestore = await copyAttachments(props);
      return { filestore, report: await receive(props, { source: address }) };
    },
    // Also where the answer to the restore was lost.
    async () => {
      say(`deleting ${identifier}`);
      await temporary.delete(identifier);
    },
  );
}

async function copyFromDump(props: CopyProps): Promise<Copied> {
  const { plan, cloud, say } = props;
  if (plan.source.kind !== 'dump') throw new Error('the source is no dump');
  const { bucket, dump } = plan.source;
  say(`taking the dump ${dump.key}`);
  const version = await versionOf(cloud, bucket, dump.key);
  const received = {
    bucket: plan.backupBucket,
    key: `${RECEIVED}${dump.key.slice(dump.key.lastIndexOf('/') + 1)}`,
  };
  return withCleanUp(
    async () => {
      await cloud.store.copy({ bucket, key: dump.key, version }, received);
      const filestore = await copyAttachments(props);
      return { filestore, report: await receive(props, { dump: received.key }) };
    },
    // For good: it holds everything of production, and is not neutralized.
    async () => {
      say('deleting the dump from the target');
      for await (const left of cloud.store.versions(received.bucket, RECEIVED)) {
        await cloud.store.deleteVersion({ bucket: received.bucket, key: left.key, version: left.version });
      }
    },
  );
}

/** Clears up whatever happens; what went wrong first is said first. */
async function withCleanUp<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  const [result] = await Promise.allSettled([work()]);
  try {
    await cleanUp();
  } catch (error) {
    const done = result.status === 'rejected' ? messageOf(result.reason) : 'the copy is in service';
    throw new Error(`${done}; and what was made for it may still be there: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function versionOf(cloud: Cloud, bucket: string, key: string): Promise<string> {
  for await (const found of cloud.store.versions(bucket, key)) {
    if (found.key === key && found.isLatest && !found.isDeleteMarker) return found.version;
  }
  throw new Error(`s3://${bucket}/${key} has expired meanwhile: run this again`);
}

async function copyAttachments({ plan, cloud, signal, say }: CopyProps): Promise<FilestoreCopyResult> {
  const result = await copyFilestore({
    store: cloud.store,
    ...plan.filestore,
    recoveryPoint: plan.source.recoveryPoint,
    concurrency: CONCURRENCY,
    signal,
  });
  say(`attachments: ${result.copied} copied, ${result.present} were there already`);
  return result;
}

/** Runs the target's database job, and waits for its end. */
async function receive(
  { plan, cloud, patience, say, now }: CopyProps,
  source: Readonly<Record<string, unknown>>,
): Promise<JobReport | undefined> {
  const request: JobRequest = {
    kind: 'receive',
    ...source,
    neutralize: true,
    copyOf: plan.from.environment.name,
  };
  const deadline = new Date(now().getTime() + JOB_HOURS * 3_600_000);
  const execution = await cloud.releases.start(plan.stateMachine, datedName('staging', now()), {
    request,
    deadline,
  });
  say('the database job restores, neutralizes and verifies');
  const end = await patience.until('the database job to end', async () => {
    const state = await cloud.releases.look(execution);
    return state.status === 'running' ? undefined : state;
  });
  const report = await cloud.releases.report(end, plan.logGroup);
  if (end.status === 'succeeded' && report?.outcome !== 'failed') return report;
  throw new Error(
    `the copy did not come into service, and ${plan.to.environment.name} serves what it served before: ` +
      (report?.error ?? end.why ?? 'no reason given') +
      (end.logStream === undefined ? '' : ` (log ${plan.logGroup}, stream ${end.logStream})`),
  );
}

function passwordIn(secret: string): string {
  const content: unknown = JSON.parse(secret);
  const password =
    typeof content === 'object' && content !== null && 'password' in content ? content.password : '';
  if (typeof password !== 'string' || password === '') throw new Error('the master secret holds no password');
  return password;
}
