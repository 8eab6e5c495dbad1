import { aws_iam as iam, type aws_kms as kms, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { COPIES_NOTE, FENCE, FENCE_NOTE } from '../audit/audit-prefixes.ts';
import { SERVER_RECOVERY_POINTS } from '../backup/backup-prefixes.ts';
import type { AutomatedBackupPoint } from '../database/restored-instance.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { CopiesLookup } from './copies-lookup.ts';

export interface RestorePointProps {
  readonly environmentName: string;
  /** `latest`, or a moment (ISO 8601). */
  readonly wanted: string;
  /** Copy of the audit bucket, with the note of how far the copies are. */
  readonly auditBucket: s3.IBucket;
  /**
   * Copy of what the database is restored from: RDS's automated backups, or a bucket with the backups of the single server.
   */
  readonly database: { readonly kind: 'rds' } | { readonly kind: 's3'; readonly bucket: s3.IBucket };
  /** Key of all copies, by which those of this environment are told from others'. */
  readonly encryptionKey: kms.IKey;
  /** What the secrets are for that are needed, as they are tagged. */
  readonly secrets: readonly string[];
  /**
   * Where users reach Odoo. While something answers there, nothing is brought back beside it.
   *
   * @default - it is not looked whether somebody is served
   */
  readonly url?: string;
  /** Key of the functions' own log. */
  readonly logKey: kms.IKey;
  /** Days for which that is kept. */
  readonly logRetentionDays: number;
}

/**
 * What an environment is brought back from: the newest moment, or the one that was asked for, of which database and
 * attachments are both there.
 *
 * Looked up by the deployment that makes it and never again: what it found is the id of the resource. Synthesis asks AWS
 * nothing, and `latest` is the same moment in every later deployment.
 */
export class RestorePoint extends CopiesLookup {
  /** The moment, to the second, UTC, for example `2026-11-30T10:15:00Z`. */
  readonly time: string;

  constructor(scope: Construct, id: string, props: RestorePointProps) {
    super(scope, id, {
      resourceType: 'Custom::RestorePoint',
      handler: 'onRestorePoint',
      settings: settings(props),
      allow: (role) => allowFinding(role, props),
      properties: { Wanted: props.wanted },
      logKey: props.logKey,
      logRetentionDays: props.logRetentionDays,
    });
    this.time = this.found.getAttString('RestoreTime');
  }

  /** Where RDS restores the database from, and to which moment. */
  get automatedBackup(): AutomatedBackupPoint {
    return { automatedBackupArn: this.found.getAttString('Source'), time: this.time };
  }

  /** ARN of the copy of a secret, by what it is for. */
  secretArn(purpose: string): string {
    return this.found.getAttString(purpose);
  }
}

function allowFinding(role: iam.Role, { auditBucket, database, encryptionKey }: RestorePointProps): void {
  const allow = (actions: string[], ...resources: string[]) =>
    role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
  allow(['s3:GetObjectVersion'], auditBucket.arnForObjects(COPIES_NOTE));
  allow(['s3:ListBucketVersions'], auditBucket.bucketArn);
  allow(['s3:GetObject'], auditBucket.arnForObjects(FENCE), auditBucket.arnForObjects(FENCE_NOTE));
  // What is not there is then "not found" and not "denied".
  allow(['s3:ListBucket'], auditBucket.bucketArn);
  allow(['kms:Decrypt'], encryptionKey.keyArn);
  if (database.kind === 's3') {
    allow(['s3:GetObject'], database.bucket.arnForObjects(SERVER_RECOVERY_POINTS));
    allow(['s3:ListBucket'], database.bucket.bucketArn);
  }
  allow(
    [
      ...(database.kind === 'rds' ? ['rds:DescribeDBInstanceAutomatedBackups'] : []),
      'secretsmanager:ListSecrets',
    ],
    '*',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'What RDS and Secrets Manager have copied here has an ARN that only they know, so it has to be looked for among all. The actions read names and times; no content of a secret.',
  );
}

/** As restore-point.mjs reads them. */
function settings({ database, ...props }: RestorePointProps): Readonly<Record<string, unknown>> {
  return {
    environment: props.environmentName,
    bucket: props.auditBucket.bucketName,
    key: COPIES_NOTE,
    database:
      database.kind === 's3'
        ? { kind: 's3', bucket: database.bucket.bucketName, key: SERVER_RECOVERY_POINTS }
        : { kind: 'rds', encryptionKey: props.encryptionKey.keyArn },
    secrets: props.secrets,
    fence: FENCE,
    fenceNote: FENCE_NOTE,
    url: props.url,
  };
}
