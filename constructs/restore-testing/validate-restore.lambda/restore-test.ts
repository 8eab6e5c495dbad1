import * as z from 'zod/mini';
import type { Tested } from '../../audit/report-key.ts';

/** The single server tests its volume itself. */
export type TestedByFunctions = Exclude<Tested, 'volume'>;

/** A restore as AWS Backup describes it, with times as Step Functions writes them. */
const jobSchema = z.object({
  RestoreJobId: z.string(),
  SourceResourceArn: z.string(),
  CreatedResourceArn: z.string(),
  RecoveryPointArn: z.string(),
  RecoveryPointCreationDate: z.iso.datetime(),
  CreationDate: z.iso.datetime(),
  /** AWS Backup's word, `RDS` or `EFS`. */
  ResourceType: z.optional(z.string()),
});

/** The restored database as RDS describes it. */
const instancesSchema = z.tuple([
  z.object({
    DbInstanceStatus: z.string(),
    Endpoint: z.object({ Address: z.string(), Port: z.number() }),
  }),
]);

/** What was restored, of what, and when. Times are ISO 8601. */
export interface RestoreTest {
  readonly restoreJobId: string;
  readonly of: TestedByFunctions;
  /** ARN of the resource, of its recovery point and of what was made of that. */
  readonly resource: string;
  readonly recoveryPointArn: string;
  readonly restored: string;
  readonly recoveryPoint: string;
  readonly restoreStarted: string;
}

/** @throws if AWS Backup left out what a validation needs. */
export function restoreTestOf(job: unknown): RestoreTest {
  const read = jobSchema.parse(job);
  return {
    restoreJobId: read.RestoreJobId,
    of: testedOf(read.ResourceType),
    resource: read.SourceResourceArn,
    recoveryPointArn: read.RecoveryPointArn,
    restored: read.CreatedResourceArn,
    recoveryPoint: read.RecoveryPointCreationDate,
    restoreStarted: read.CreationDate,
  };
}

/** The same for a report, in which what is not known is said to be so. */
export function whatIsKnownOf(job: unknown, now: Date): RestoreTest {
  const read = z.partial(jobSchema).safeParse(job).data ?? {};
  return {
    restoreJobId: read.RestoreJobId ?? 'unknown',
    of: testedOf(read.ResourceType),
    resource: read.SourceResourceArn ?? 'unknown',
    recoveryPointArn: read.RecoveryPointArn ?? 'unknown',
    restored: read.CreatedResourceArn ?? 'unknown',
    recoveryPoint: read.RecoveryPointCreationDate ?? 'unknown',
    restoreStarted: read.CreationDate ?? now.toISOString(),
  };
}

function testedOf(resourceType: string | undefined): TestedByFunctions {
  return resourceType === 'EFS' ? 'filestore' : 'database';
}

/** @throws if the database has no address. */
export function addressOf(instances: unknown): { readonly host: string; readonly port: number } {
  const [{ Endpoint }] = instancesSchema.parse(instances);
  return { host: Endpoint.Address, port: Endpoint.Port };
}
