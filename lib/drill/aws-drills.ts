import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { findStack, outputsOf } from '../cloudformation.ts';
import { Executions } from '../executions.ts';
import { type DeployedDrill, type DrillAccount, drillStack, type PhaseBegun } from './drill-account.ts';
import { readDrill } from './drill-execution.ts';
import { isReport, readDrillReport, type StoredReport } from './drill-report.ts';

/** The state that begins a phase (constructs/drill/drill-data.ts). */
const BEGINS = /^Begin to (.+)$/;

/** AWS itself, with the credentials that the AWS CLI would use. */
export function awsDrills(environment: string, region: string): DrillAccount {
  const cloudFormation = new CloudFormationClient({ region, maxAttempts: 8 });
  const s3 = new S3Client({ region, maxAttempts: 8 });
  const executions = new Executions(region);
  const stack = drillStack(environment);
  const look = async (execution: string) => readDrill(await executions.describe(execution));
  return {
    async deployed() {
      const found = await findStack(cloudFormation, stack);
      return found && deployedDrill(stack, outputsOf(found));
    },
    async running({ machine }) {
      const arns = await executions.running(machine);
      return Promise.all(arns.toReversed().map(look));
    },
    start: ({ machine }, name) => executions.start(machine, name, '{}'),
    look,
    async begunAfter(execution, event) {
      const events = await executions.eventsAfter(execution, event);
      const phases = events.flatMap(({ stateEnteredEventDetails, timestamp }): PhaseBegun[] => {
        const [, phase] = BEGINS.exec(stateEnteredEventDetails?.name ?? '') ?? [];
        return phase === undefined || timestamp === undefined ? [] : [{ phase, begun: timestamp }];
      });
      return { phases, last: events.at(-1)?.id ?? event };
    },
    async reportOf(drill, { arn, startedAt }) {
      // The name of a report begins with the moment in which its execution entered its first state, by another clock.
      const keys = await reportKeys(s3, drill, new Date(startedAt.getTime() - 60_000));
      for (const key of keys) {
        const stored = await readReport(s3, drill, key);
        if (stored.report.execution === arn) return stored;
      }
      return undefined;
    },
    async lastReport(drill) {
      const key = (await reportKeys(s3, drill)).at(-1);
      return key === undefined ? undefined : readReport(s3, drill, key);
    },
  };
}

/** @throws if the stack is of another checkout. */
function deployedDrill(stack: string, outputs: Readonly<Record<string, string>>): DeployedDrill {
  const { DrillStateMachine: machine, DrillReports: reports } = outputs;
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(reports ?? '') ?? [];
  if (machine === undefined || bucket === undefined || prefix === undefined) {
    throw new Error(
      `the stack ${stack} has no outputs DrillStateMachine and DrillReports: deploy it from this checkout`,
    );
  }
  return { machine, reports: { bucket, prefix } };
}

/** @param since - only of executions that were started from then on. */
async function reportKeys(
  s3: S3Client,
  { reports }: DeployedDrill,
  since?: Date,
): Promise<readonly string[]> {
  const keys: string[] = [];
  const pages = paginateListObjectsV2(
    { client: s3 },
    {
      Bucket: reports.bucket,
      Prefix: reports.prefix,
      ...(since && { StartAfter: `${reports.prefix}${since.toISOString()}` }),
    },
  );
  for await (const { Contents = [] } of pages) keys.push(...Contents.map(({ Key = '' }) => Key));
  return keys.filter((key) => isReport(key, reports.prefix));
}

async function readReport(s3: S3Client, { reports }: DeployedDrill, key: string): Promise<StoredReport> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: reports.bucket, Key: key }));
  const json = `s3://${reports.bucket}/${key}`;
  return {
    report: readDrillReport((await Body?.transformToString()) ?? ''),
    json,
    html: json.replace(/\.json$/, '.html'),
  };
}
