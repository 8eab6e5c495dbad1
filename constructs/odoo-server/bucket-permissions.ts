import { aws_iam as iam, type aws_s3 as s3 } from 'aws-cdk-lib';
import { RESTORE_TESTS } from '../audit/audit-prefixes.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

export interface ServerBuckets {
  readonly filestoreBucket: s3.IBucket;
  readonly backupBucket: s3.IBucket;
  readonly auditBucket: s3.IBucket;
}

/**
 * Lets the server add to the filestore's copy but never delete from it, write and expire backups, and leave reports that it
 * cannot read again; each below a prefix of its own.
 */
export function allowBuckets(
  role: iam.Role,
  { filestoreBucket, backupBucket, auditBucket }: ServerBuckets,
): void {
  filestoreBucket.grantRead(role, 'filestore/*');
  filestoreBucket.grantPut(role, 'filestore/*');
  acknowledgeWildcard(
    role,
    filestoreBucket.arnForObjects('filestore/*'),
    'Filestore copy: Odoo names its files by their SHA-1, so objects can be given by their prefix only; the role cannot delete any of them.',
  );
  backupBucket.grantReadWrite(role, 'server/*');
  acknowledgeWildcard(
    role,
    backupBucket.arnForObjects('server/*'),
    'Backups: the server names and expires the objects of its own repository, below one prefix of a versioned bucket that keeps what is deleted.',
  );
  allowReports(role, auditBucket);
  acknowledgeBucketActions(role);
}

/** Not by the bucket's own grant, which also lets whoever writes set legal holds and tags. */
function allowReports(role: iam.Role, auditBucket: s3.IBucket): void {
  const reports = auditBucket.arnForObjects(`${RESTORE_TESTS}*-server.*`);
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [reports] }));
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
