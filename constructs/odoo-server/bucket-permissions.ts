import { aws_iam as iam, type aws_s3 as s3 } from 'aws-cdk-lib';
import { MAINTENANCE, RESTORE_TESTS } from '../audit/audit-prefixes.ts';
import { SERVER_BACKUPS } from '../backup/backup-prefixes.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { ownBackups } from './backup-files.ts';

export interface ServerBuckets {
  readonly filestoreBucket: s3.IBucket;
  readonly backupBucket: s3.IBucket;
  readonly auditBucket: s3.IBucket;
  /** The server goes on with copies of what another one has left. */
  readonly broughtBack: boolean;
}

/**
 * Lets the server add to the filestore's copy but never delete from it, write and expire backups, and leave reports that it
 * cannot read again; each below a prefix of its own. What it was brought back from it can read alone.
 */
export function allowBuckets(
  role: iam.Role,
  { filestoreBucket, backupBucket, auditBucket, broughtBack }: ServerBuckets,
): void {
  filestoreBucket.grantRead(role, 'filestore/*');
  filestoreBucket.grantPut(role, 'filestore/*');
  acknowledgeWildcard(
    role,
    filestoreBucket.arnForObjects('filestore/*'),
    'Filestore copy: Odoo names its files by their SHA-1, so objects can be given by their prefix only; the role cannot delete any of them.',
  );
  const backups = `${ownBackups(broughtBack)}*`;
  backupBucket.grantReadWrite(role, backups);
  acknowledgeWildcard(
    role,
    backupBucket.arnForObjects(backups),
    'Backups: the server names and expires the objects of its own repository, below one prefix of a versioned bucket that keeps what is deleted.',
  );
  if (broughtBack) allowCopiedBackups(role, backupBucket);
  allowReports(role, auditBucket);
  acknowledgeBucketActions(role);
}

function allowCopiedBackups(role: iam.Role, backupBucket: s3.IBucket): void {
  const copied = `${SERVER_BACKUPS}*`;
  backupBucket.grantRead(role, copied);
  acknowledgeWildcard(
    role,
    backupBucket.arnForObjects(copied),
    'Copies of the backups that the server was brought back from: a repository is read file by file, below one prefix; none of it can be changed.',
  );
}

/** Not by the bucket's own grant, which also lets whoever writes set legal holds and tags. */
function allowReports(role: iam.Role, auditBucket: s3.IBucket): void {
  const reports = auditBucket.arnForObjects(`${RESTORE_TESTS}*-server.*`);
  const looks = auditBucket.arnForObjects(`${MAINTENANCE}*`);
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [reports, looks] }));
  acknowledgeWildcard(
    role,
    looks,
    'Reports of the weekly look at the database: each is named after its moment; the server can read none of them, and versions are kept.',
  );
  auditBucket.encryptionKey?.grantEncrypt(role);
  acknowledgeWildcard(
    role,
    reports,
    'Reports of restore proofs: each is named after its moment; nothing else of the audit bucket can be written, nothing read, and its versions are kept.',
  );
}

/** The wildcards in the actions of the bucket grants, and why each is right. */
function acknowledgeBucketActions(role: iam.Role): void {
  const reasons = {
    's3:GetObject*':
      'Reads objects with their tags and versions, below one prefix in each of two buckets of this environment.',
    's3:GetBucket*':
      'Reads location and settings of two buckets of this environment, for which backup tools ask.',
    's3:List*': 'Lists two buckets of this environment, to find what the copy or the repository lacks.',
    's3:DeleteObject*':
      'Expires old backups below the prefix of the server; the bucket keeps their versions.',
    's3:Abort*': 'Ends multipart uploads that the server itself began below its prefixes.',
    'kms:ReEncrypt*':
      'The two actions with which S3 re-encrypts an object, on the data key of this environment alone.',
    'kms:GenerateDataKey*': 'Makes the keys of uploaded objects from the data key of this environment alone.',
  };
  for (const [action, reason] of Object.entries(reasons)) {
    acknowledge(role, `AwsSolutions-IAM5[Action::${action}]`, reason);
  }
}
