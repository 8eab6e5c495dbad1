import type { PlannedEnvironment } from '../../config/load.ts';
import type { Problem } from '../../config/problem.ts';
import type { Cloud, DatabaseInstance, DeployedStack, StoredObject } from './cloud.ts';
import { temporaryTags } from './temporary-database.ts';

/** Where the server of a small environment puts its nightly dumps. */
const DUMPS = 'server/dumps/';

/** Logical ids of what is read; a test pins them. */
export const RESOURCES = {
  database: 'DatabaseInstanceAA8A5FDE',
  masterSecret: 'DatabaseMasterSecretC5C2A01F',
  filestoreBucket: 'FilestoreBucket31C3BA78',
  backupBucket: 'BackupBucket26B8E51C',
};

/** Where the copy comes from. */
export type CopySource =
  | { readonly kind: 'database'; readonly instance: DatabaseInstance; readonly recoveryPoint: Date }
  | {
      readonly kind: 'dump';
      readonly bucket: string;
      readonly dump: StoredObject;
      readonly recoveryPoint: Date;
    };

/** Everything that a copy needs to know, all of it looked up and found in order. */
export interface CopyPlan {
  readonly from: PlannedEnvironment;
  readonly to: PlannedEnvironment;
  readonly source: CopySource;
  readonly target: DatabaseInstance;
  readonly masterSecret: string;
  readonly filestore: { readonly from: string; readonly to: string };
  /** Of the target: where a dump is put for the job to read. */
  readonly backupBucket: string;
  readonly stateMachine: string;
  readonly logGroup: string;
  /** Temporary databases of earlier runs. */
  readonly leftOvers: readonly string[];
}

/** What has to be looked up: every problem at once, or the plan of the copy. */
export async function planCopy(
  from: PlannedEnvironment,
  to: PlannedEnvironment,
  cloud: Cloud,
): Promise<CopyPlan | readonly Problem[]> {
  const problems: Problem[] = [...(await accountProblems(from, to, cloud))];
  const [fromData, toData, release] = await Promise.all([
    deployed(`${from.environment.name}-Data`, cloud, problems),
    deployed(`${to.environment.name}-Data`, cloud, problems),
    deployed(`${to.environment.name}-Release`, cloud, problems),
  ]);
  const target = toData && (await databaseOf(to, toData, cloud, problems));
  const source = fromData && (await sourceOf(from, fromData, cloud, problems));
  const buckets = [fromData, toData].map((stack) => stack?.resources[RESOURCES.filestoreBucket]);
  const found = {
    masterSecret: toData?.resources[RESOURCES.masterSecret],
    backupBucket: toData?.resources[RESOURCES.backupBucket],
    stateMachine: release?.outputs['StateMachine'],
    logGroup: release?.outputs['JobLogGroup'],
    fromBucket: buckets[0],
    toBucket: buckets[1],
  };
  const missing = Object.entries(found).filter(([, value]) => value === undefined);
  if (problems.length === 0 && missing.length > 0) {
    problems.push({
      path: `${to.environment.name}-Release, ${to.environment.name}-Data`,
      value: undefined,
      message: `lack ${missing.map(([name]) => name).join(', ')}: they were deployed by another version of this project`,
      allowed: 'stacks of this version',
      fix: `deploy both environments again: npx cdk deploy -c env=${to.environment.name} --all`,
    });
  }
  if (source?.kind === 'database' && target && source.instance.masterUser !== target.masterUser) {
    problems.push({
      path: `${to.environment.name}-Data`,
      value: target.masterUser,
      message: `has another administrator of its database than ${from.environment.name}, ${source.instance.masterUser}`,
      allowed: source.instance.masterUser,
      fix: 'deploy both environments with the same version of this project',
    });
  }
  const { masterSecret, backupBucket, stateMachine, logGroup, fromBucket, toBucket } = found;
  if (
    problems.length > 0 ||
    !source ||
    !target ||
    !masterSecret ||
    !backupBucket ||
    !stateMachine ||
    !logGroup
  ) {
    return problems;
  }
  if (!fromBucket || !toBucket) return problems;
  const filestore = { from: fromBucket, to: toBucket };
  const leftOvers = await cloud.databases.tagged(temporaryTags(to.environment.name));
  return {
    from,
    to,
    source,
    target,
    masterSecret,
    filestore,
    backupBucket,
    stateMachine,
    logGroup,
    leftOvers: leftOvers.map(({ identifier }) => identifier),
  };
}

async function accountProblems(
  from: PlannedEnvironment,
  to: PlannedEnvironment,
  cloud: Cloud,
): Promise<readonly Problem[]> {
  const account = await cloud.account();
  return [from.environment, to.environment]
    .filter((environment) => environment.account !== undefined && environment.account !== account)
    .map((environment) => ({
      path: `${environment.name}.account`,
      value: environment.account,
      message: `is not the account of your credentials, ${account}`,
      allowed: account,
      fix: `use credentials of ${environment.account}`,
    }));
}

async function deployed(name: string, cloud: Cloud, problems: Problem[]): Promise<DeployedStack | undefined> {
  const stack = await cloud.stack(name);
  if (stack === undefined) {
    problems.push({
      path: name,
      value: undefined,
      message: 'is not deployed, or never was completely',
      allowed: 'a deployed stack',
      fix: `npx cdk deploy -c env=${name.slice(0, name.lastIndexOf('-'))} --all`,
    });
  }
  return stack;
}

async function databaseOf(
  { environment }: PlannedEnvironment,
  stack: DeployedStack,
  cloud: Cloud,
  problems: Problem[],
): Promise<DatabaseInstance | undefined> {
  const identifier = stack.resources[RESOURCES.database];
  const instance = identifier === undefined ? undefined : await cloud.databases.find(identifier);
  if (instance?.status === 'available') return instance;
  problems.push({
    path: `${environment.name}-Data`,
    value: instance?.status,
    message:
      identifier === undefined ? 'has no database' : `has a database that is not available (${identifier})`,
    allowed: 'a database that is available',
    fix: 'wait until RDS has ended what it does, or see the runbook, then run this again',
  });
  return undefined;
}

async function sourceOf(
  from: PlannedEnvironment,
  stack: DeployedStack,
  cloud: Cloud,
  problems: Problem[],
): Promise<CopySource | undefined> {
  if (from.plan.tier === 'small') return newestDump(from, stack, cloud, problems);
  const instance = await databaseOf(from, stack, cloud, problems);
  if (instance === undefined) return undefined;
  if (instance.latestRestorable !== undefined) {
    return { kind: 'database', instance, recoveryPoint: instance.latestRestorable };
  }
  problems.push({
    path: `${from.environment.name}-Data`,
    value: instance.identifier,
    message: 'has no recovery point yet',
    allowed: 'a database with automated backups',
    fix: 'wait for its first automated backup, some minutes after it was made',
  });
  return undefined;
}

async function newestDump(
  { environment }: PlannedEnvironment,
  stack: DeployedStack,
  cloud: Cloud,
  problems: Problem[],
): Promise<CopySource | undefined> {
  const bucket = stack.resources[RESOURCES.backupBucket];
  let dump: StoredObject | undefined;
  if (bucket !== undefined) {
    for await (const found of cloud.store.objects(bucket, DUMPS)) {
      // Their names are the moments at which they began.
      if (found.key.endsWith('.dump')) dump = found;
    }
  }
  if (bucket !== undefined && dump !== undefined) {
    return { kind: 'dump', bucket, dump, recoveryPoint: begin(dump) };
  }
  problems.push({
    path: `${environment.name}-Data`,
    value: bucket && `s3://${bucket}/${DUMPS}`,
    message: 'has no nightly dump yet',
    allowed: 'a single server that has run for one night',
    fix: 'make one now: sudo systemctl start odoo-backup@dump on the server (docs/backup-and-restore.md)',
  });
  return undefined;
}

/** `server/dumps/2026-11-22T01-05-00Z.dump`; the time of writing where somebody put it there by another name. */
function begin({ key, modified }: StoredObject): Date {
  const written = /(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\dZ)\.dump$/.exec(key);
  return written ? new Date(`${written[1]}:${written[2]}:${written[3]}`) : modified;
}
