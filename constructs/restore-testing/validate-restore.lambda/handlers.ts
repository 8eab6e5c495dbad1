import type { S3Client } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import { AuditBucket } from './audit-bucket.ts';
import { Database, type Endpoint } from './database.ts';
import type { Finding } from './finding.ts';
import { takeManifest } from './manifest.ts';
import { type Metric, metricLine } from './metrics.ts';
import type { Tested } from '../../audit/report-key.ts';
import { validateFilestore as validateRestoredFilestore } from './filestore-validation.ts';
import { addressOf, restoreTestOf, whatIsKnownOf } from './restore-test.ts';
import { hasPassed, messageOf, type RestoreReport } from './report.ts';
import type { Settings } from './settings.ts';
import { NOT_BEGUN, validate as validateRestored, type Validation } from './validation.ts';

/** What is left of an invocation when the last batch begins, ms: enough for a batch of objects that are read to the end. */
const RESERVE_MS = 3 * 60_000;

export interface Surroundings {
  readonly settings: Settings;
  readonly s3: S3Client;
  /** Certificates that vouch for RDS. */
  readonly ca: string;
  /** Password of the role for a host: a token of IAM. */
  readonly token: (host: string, port: number) => Promise<string>;
  readonly now: () => Date;
  /** Where restored file systems are mounted, each in a directory that has the id of its restore. */
  readonly mounts: string;
  /** Writes a line into the log, as it is. */
  readonly log: (line: string) => void;
}

/** What the state machine hands on. */
export interface RestoreEvent {
  /** As AWS Backup describes it. */
  readonly job: unknown;
  /** What the invocation before returned; empty before the first one. */
  readonly validation: Partial<Validation>;
}

/** An invocation, as far as it is looked at. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** What goes to AWS Backup. */
export interface Verdict {
  readonly status: 'SUCCESSFUL' | 'FAILED';
  readonly message: string;
  /** Key of the report in the audit bucket. */
  readonly report: string;
}

/** The functions of a restore test. */
export function createHandlers({ settings, s3, ca, token, now, mounts, log }: Surroundings) {
  const audit = new AuditBucket(s3, settings.AUDIT_BUCKET);
  const attachmentsOnEfs = settings.FILESTORE_BUCKET === undefined;

  const endpoint = (host: string, port: number): Endpoint => ({
    host,
    port,
    database: settings.DATABASE,
    user: settings.DATABASE_USER,
    password: () => token(host, port),
    ca,
  });

  const publish = (metrics: readonly Metric[]) => log(metricLine(settings.ENVIRONMENT, metrics, now()));

  /**
   * Counts what production holds, shortly before a backup of it is made, and lists its attachments where they are on EFS. That
   * first: counting may take longer than until the backup.
   */
  async function noteManifest(): Promise<{ readonly manifest: string }> {
    const database = await Database.connect(endpoint(settings.DATABASE_HOST, settings.DATABASE_PORT));
    const takenAt = now();
    try {
      const attachments = attachmentsOnEfs ? await audit.keepAttachments(database, takenAt) : undefined;
      const manifest = { ...(await takeManifest(database, takenAt)), attachments };
      return { manifest: await audit.keepManifest(manifest) };
    } finally {
      await database.close();
    }
  }

  /** Validates a restored database and its attachments as far as the invocation lasts. */
  async function validate(
    { job, instances, validation }: RestoreEvent & { readonly instances: unknown },
    invocation: Invocation,
  ): Promise<Validation> {
    const test = restoreTestOf(job);
    const { host, port } = addressOf(instances);
    const recoveryPoint = new Date(test.recoveryPoint);
    const restored = {
      id: test.restoreJobId,
      endpoint: endpoint(host, port),
      expected: {
        postgresql: settings.POSTGRESQL,
        odoo: settings.ODOO,
        recoveryPoint,
        oldestHours: settings.OLDEST_HOURS,
        manifest: await audit.manifestBefore(recoveryPoint),
      },
      filestore:
        settings.FILESTORE_BUCKET === undefined
          ? undefined
          : {
              s3,
              bucket: settings.FILESTORE_BUCKET,
              prefix: settings.FILESTORE_PREFIX,
              readAtMost: settings.READ_AT_MOST,
            },
    };
    return validateRestored(restored, { ...NOT_BEGUN, ...validation }, timeOf(invocation));
  }

  /** Validates a restored file system as far as the invocation lasts. */
  async function validateFilestore(
    { job, noted, validation }: RestoreEvent & { readonly noted: { readonly manifest: string } },
    invocation: Invocation,
  ): Promise<Validation> {
    const test = restoreTestOf(job);
    const recoveryPoint = new Date(test.recoveryPoint);
    const restored = {
      id: test.restoreJobId,
      mount: join(mounts, test.restoreJobId),
      path: settings.FILESTORE_PREFIX,
      expected: { recoveryPoint, oldestHours: settings.OLDEST_HOURS },
      restoreStarted: new Date(test.restoreStarted),
      before: await audit.manifestBefore(recoveryPoint),
      now: await audit.manifest(noted.manifest),
      lists: audit.lists,
      readAtMost: settings.READ_AT_MOST,
    };
    return validateRestoredFilestore(restored, { ...NOT_BEGUN, ...validation }, timeOf(invocation));
  }

  function timeOf(invocation: Invocation) {
    return { now: now(), late: () => invocation.getRemainingTimeInMillis() < RESERVE_MS };
  }

  /** Writes the report, and says what it comes to. */
  async function writeReport({ job, validation }: RestoreEvent): Promise<Verdict> {
    const test = whatIsKnownOf(job, now());
    const report: RestoreReport = {
      environment: settings.ENVIRONMENT,
      ...test,
      validated: now().toISOString(),
      findings: [...(validation.findings ?? []), ...leftBehind(validation)],
      attachments: validation.attachments,
      attachmentsOnEfs,
    };
    const proven = hasPassed(report);
    const key = await audit.keepReport(report);
    const seconds = (now().getTime() - Date.parse(test.restoreStarted)) / 1000;
    publish([
      { name: 'RestoreProven', unit: 'Count', value: proven ? 1 : 0 },
      { name: 'RestoreDuration', unit: 'Seconds', value: seconds },
      { name: 'AttachmentsChecked', unit: 'Count', value: report.attachments?.checked ?? 0 },
    ]);
    return { report: key, status: proven ? 'SUCCESSFUL' : 'FAILED', message: messageOf(report) };
  }

  /**
   * Publishes how long ago a restore was proven last: of what was proven longest ago, where more is tested than the database.
   * Nothing before there is anything to prove.
   */
  async function publishProofAge(): Promise<void> {
    const tested: readonly Tested[] = attachmentsOnEfs ? ['database', 'filestore'] : ['database'];
    const proofs = await Promise.all(tested.map((of) => audit.lastProof(of)));
    const moments = proofs.flatMap((proof) => proof?.getTime() ?? []);
    if (moments.length === 0) return;
    const value = (now().getTime() - Math.min(...moments)) / 1000;
    publish([{ name: 'RestoreProofAge', unit: 'Seconds', value }]);
  }

  return { noteManifest, validate, validateFilestore, report: writeReport, publishProofAge };
}

/** What a test leaves behind costs, and keeps AWS Backup from deleting what it restored. */
function leftBehind({ leftBehind: error }: Partial<Validation>): readonly Finding[] {
  if (error === undefined) return [];
  return [{ check: 'clean-up', passed: false, details: error.Cause ?? 'failed without a reason' }];
}
