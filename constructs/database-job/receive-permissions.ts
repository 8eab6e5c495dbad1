import type { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

/** What the job reads in the backup bucket: dumps and manifests of the single server, and whether there was one. */
const READ = ['server/dumps/*', 'server/handover/*', 'server/pgbackrest/backup/odoo/backup.info'] as const;

/** Lets the database job read what the single server of an environment that has outgrown it leaves behind. */
export function allowReceiving(role: iam.IRole & iam.IGrantable, bucket: s3.IBucket): void {
  for (const pattern of READ) {
    bucket.grantRead(role, pattern);
    if (pattern.endsWith('*')) {
      acknowledgeWildcard(
        role,
        bucket.arnForObjects(pattern),
        'Growth from the single server: the job reads the dump and the manifest that the server left, whose names are moments; reading only, below this prefix.',
      );
    }
  }
  const reasons = {
    's3:GetObject*':
      'Reads objects with their versions, below the named prefixes of the backup bucket alone.',
    's3:GetBucket*': 'Reads location and settings of the backup bucket alone.',
    's3:List*': 'Lists the backup bucket, so that what is missing can be told from what is forbidden.',
  };
  for (const [action, reason] of Object.entries(reasons)) {
    acknowledge(role, `AwsSolutions-IAM5[Action::${action}]`, reason);
  }
}
