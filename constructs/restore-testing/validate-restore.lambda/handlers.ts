import type { S3Client } from '@aws-sdk/client-s3';
import { AuditBucket } from './audit-bucket.ts';
import { Database, type Endpoint } from './database.ts';
import { takeManifest } from './manifest.ts';
import { type Metric, metricLine } from './metrics.ts';
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
export function createHandlers({ settings, s3, ca, token, now, log }: Surroundings) {
  const audit = new AuditBucket(s3, settings.AUDIT_BUCKET);

  const endpoint = (host: string, port: number): Endpoint => ({
    host,
    port,
    database: settings.DATABASE,
    user: settings.DATABASE_USER,
    password: () => token(host, port),
    ca,
  });

  const publish = (metrics: readonly Metric[]) => log(metricLine(settings.ENVIRONMENT, metrics, now()));

  /** Counts what production holds, shortly before a backup of it is made. */
  async function noteManifest(): Promise<{ readonly manifest: string }> {
    const database = await Database.connect(endpoint(settings.DATABASE_HOST, settings.DATABASE_PORT));
    try {
      return { manifest: await audit.keepManifest(await takeManifest(database, now())) };
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
    const late = () => invocation.getRemainingTimeInMillis() < RESERVE_MS;
    return validateRestored(restored, { ...NOT_BEGUN, ...validation }, { now: now(), late });
  }

  /** Writes the report, and says what it comes to. */
  async function writeReport({ job, validation }: RestoreEvent): Promise<Verdict> {
    const test = whatIsKnownOf(job, now());
    const report: RestoreReport = {
      environment: settings.ENVIRONMENT,
      ...test,
      validated: now().toISOString(),
      findings: validation.findings ?? [],
      attachments: validation.attachments,
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

  /** Publishes how long ago a restore was proven last; nothing before there is anything to prove. */
  async function publishProofAge(): Promise<void> {
    const last = await audit.lastProof();
    if (last === undefined) return;
    const value = (now().getTime() - last.getTime()) / 1000;
    publish([{ name: 'RestoreProofAge', unit: 'Seconds', value }]);
  }

  return { noteManifest, validate, report: writeReport, publishProofAge };
}
