import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHandlers } from '../../constructs/restore-testing/validate-restore.lambda/handlers.ts';
import { settingsSchema } from '../../constructs/restore-testing/validate-restore.lambda/settings.ts';
import type { Validation } from '../../constructs/restore-testing/validate-restore.lambda/validation.ts';
import { localFolder } from '../../lib/local/workspace.ts';
import {
  type Attachment,
  NOW,
  PASSWORD,
  PREFIX,
  RECOVERY_POINT,
  type RestoredCompany,
} from './restored-company.ts';

export const AUDIT = 'audit';
export const ID = '7C3F-1';

/** What AWS Backup names the directory that it restores into. */
const RESTORED = 'aws-backup-restore_2026-11-30T02-35-00-000Z';

const JOB = {
  RestoreJobId: ID,
  ResourceType: 'EFS',
  SourceResourceArn: 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0production',
  CreatedResourceArn: 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0restored',
  RecoveryPointArn: 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1',
  RecoveryPointCreationDate: RECOVERY_POINT.toISOString(),
  CreationDate: new Date(NOW.getTime() - 1_500_000).toISOString(),
};

/** The attachments of a company on EFS: production's database, and what was restored, in a directory to be damaged. */
export class RestoredFilestore {
  readonly mounts = mkdtempSync(join(localFolder('tmp'), 'mounts-'));
  /** Production. */
  readonly database: string;
  job: Record<string, string> = { ...JOB };
  readAtMost = 1_000_000;
  private readonly company: RestoredCompany;
  /** Lines that CloudWatch makes metrics of. */
  readonly logged: Record<string, unknown>[] = [];

  constructor(company: RestoredCompany) {
    this.company = company;
    this.database = company.restore().endpoint.database;
    company.store.make(AUDIT);
    for (const { name, content } of company.attachments) this.write(name, content);
  }

  pathOf({ name }: Pick<Attachment, 'name'>): string {
    return join(this.mounts, ID, RESTORED, PREFIX, name);
  }

  write(name: string, content: string): void {
    const path = this.pathOf({ name });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  sql(statement: string): void {
    this.company.cluster.sql(statement, this.database);
  }

  /** The functions at a moment. */
  handlersAt(now: Date) {
    const { cluster, s3 } = this.company;
    const settings = settingsSchema.parse({
      ENVIRONMENT: 'prod',
      AWS_REGION: 'eu-central-1',
      AUDIT_BUCKET: AUDIT,
      FILESTORE_PREFIX: PREFIX,
      READ_AT_MOST: String(this.readAtMost),
      POSTGRESQL: cluster.sql('SHOW server_version_num').slice(0, 2),
      ODOO: '19.0',
      OLDEST_HOURS: '26',
      DATABASE: this.database,
      DATABASE_USER: 'odoo_verifier',
      DATABASE_HOST: cluster.host,
      DATABASE_PORT: String(cluster.port),
    });
    return createHandlers({
      settings,
      s3,
      ca: readFileSync(cluster.caBundle, 'utf8'),
      token: async () => PASSWORD,
      now: () => now,
      mounts: this.mounts,
      log: (line) => void this.logged.push(JSON.parse(line)),
    });
  }

  /** As a quarter of an hour before the backup. */
  listBefore(minutes = 15): Promise<{ readonly manifest: string }> {
    return this.handlersAt(new Date(RECOVERY_POINT.getTime() - minutes * 60_000)).noteManifest();
  }

  /** Invokes the function until it is done, or so many times. What Step Functions hands on is text. */
  async validate(
    noted: { readonly manifest: string },
    remaining: () => number = () => 900_000,
    most = Infinity,
  ): Promise<{ readonly validation: Validation; readonly invocations: number }> {
    const handlers = this.handlersAt(NOW);
    let validation: Partial<Validation> = {};
    let invocations = 0;
    do {
      const before: Partial<Validation> = JSON.parse(JSON.stringify(validation));
      const event = { job: this.job, noted, validation: before };
      validation = await handlers.validateFilestore(event, { getRemainingTimeInMillis: remaining });
      invocations++;
    } while (!validation.done && invocations < most);
    return { validation: { findings: [], done: false, ...validation }, invocations };
  }

  /** A test as the state machine makes it, of what was listed before. */
  async test() {
    const noted = await this.handlersAt(new Date(NOW.getTime() - 60_000)).noteManifest();
    const { validation } = await this.validate(noted);
    const verdict = await this.handlersAt(NOW).report({ job: this.job, validation });
    return { validation, verdict, failures: failuresOf(validation) };
  }

  remove(): void {
    rmSync(this.mounts, { recursive: true });
  }
}

/** The checks that failed, by name. */
export function failuresOf({ findings }: Validation): Readonly<Record<string, string>> {
  return Object.fromEntries(
    findings.filter(({ passed }) => !passed).map(({ check, details }) => [check, details]),
  );
}
