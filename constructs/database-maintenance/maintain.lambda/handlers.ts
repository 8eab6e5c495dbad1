import { type S3, NoSuchKey } from '@aws-sdk/client-s3';
import { MAINTENANCE, MAINTENANCE_NOTE } from '../../audit/audit-prefixes.ts';
import { Database, type Endpoint } from '../../restore-testing/validate-restore.lambda/database.ts';
import { type Metric, metricLine } from '../../restore-testing/validate-restore.lambda/metrics.ts';
import { keyOf, maintain, type MaintenanceReport, momentOf, type Statements } from './maintenance.ts';

/** Namespace of the metrics, on the single server too. */
export const MAINTENANCE_METRICS = 'Odoo/Maintenance';

/** The construct `DatabaseMaintenance` writes them. */
export interface Settings {
  /** For example `prod`. */
  readonly environment: string;
  readonly auditBucket: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Role of the database that signs in by IAM. */
  readonly user: string;
}

export interface Surroundings {
  readonly settings: Settings;
  readonly s3: Pick<S3, 'getObject' | 'listObjectsV2' | 'putObject'>;
  /** Certificates that vouch for RDS. */
  readonly ca: string;
  /** Password of the role: a token of IAM. */
  readonly token: Endpoint['password'];
  readonly statements: Statements;
  readonly now: () => Date;
  /** Writes a line into the log, as it is. */
  readonly log: (line: string) => void;
}

/** The functions of the weekly look at the database. */
export function createHandlers({ settings, s3, ca, token, statements, now, log }: Surroundings) {
  const { environment, auditBucket: Bucket } = settings;

  const publish = (metrics: readonly Metric[]) =>
    log(metricLine(environment, metrics, now(), MAINTENANCE_METRICS));

  async function put(Key: string, content: object): Promise<void> {
    await s3.putObject({
      Bucket,
      Key,
      Body: JSON.stringify(content, undefined, 2),
      ContentType: 'application/json',
    });
  }

  async function maintainDatabase(): Promise<{ readonly report: string }> {
    const { host, port, database, user } = settings;
    const application = 'odoo-maintenance';
    const session = await Database.connect({ host, port, database, user, password: token, ca, application });
    try {
      const report = { environment, ...(await maintain(session, statements, now)) };
      const key = `${MAINTENANCE}${keyOf(report)}`;
      await put(key, report);
      publish(metricsOf(report));
      return { report: key };
    } finally {
      await session.close();
    }
  }

  /** Publishes how long ago the last look was; before the first one, for how long it has been waited for. */
  async function publishAge(): Promise<void> {
    const last = (await lastReport()) ?? (await expectedSince());
    publish([{ name: 'MaintenanceAge', unit: 'Seconds', value: (now().getTime() - last.getTime()) / 1000 }]);
  }

  async function lastReport(): Promise<Date | undefined> {
    // Ten years of reports are less than a page.
    const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: MAINTENANCE });
    return Contents.flatMap(({ Key = '' }) => momentOf(Key) ?? []).at(-1);
  }

  async function expectedSince(): Promise<Date> {
    try {
      const { Body } = await s3.getObject({ Bucket, Key: MAINTENANCE_NOTE });
      const { since }: { since: string } = JSON.parse((await Body?.transformToString()) ?? '');
      return new Date(since);
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error;
      await put(MAINTENANCE_NOTE, { since: now().toISOString() });
      return now();
    }
  }

  return { maintainDatabase, publishAge };
}

function metricsOf({ findings, measures }: MaintenanceReport): readonly Metric[] {
  return [
    { name: 'Findings', unit: 'Count', value: findings.length },
    {
      name: 'UrgentFindings',
      unit: 'Count',
      value: findings.filter(({ severity }) => severity === 'urgent').length,
    },
    { name: 'BloatShare', unit: 'Percent', value: measures['bloatPercent'] ?? 0 },
    { name: 'MaintenanceAge', unit: 'Seconds', value: 0 },
  ];
}
