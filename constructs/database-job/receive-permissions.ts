import type { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

/** What the job reads in the backup bucket, and why the names of those objects cannot be given. */
const READ = {
  'server/dumps/*':
    'dumps are named after the moment that they were made in; reading only, below this prefix.',
  'server/handover/*': 'manifests of handovers, named like their dumps; reading only, below this prefix.',
  'received/*':
    'dumps of another environment that are to be neutralized here, named after theirs; reading only, below this prefix.',
  'failback/*':
    'dumps by which an environment goes home from its recovery Region, named after the moment that it began; reading, below this prefix.',
} as const;

/** pgBackRest's list of the backups of the single server: there is one where there was a server. */
const BACKUPS = 'server/pgbackrest/backup/odoo/backup.info';

/** Lets the database job read what the single server of an environment that has outgrown it leaves behind. */
export function allowReceiving(role: iam.IRole, bucket: s3.IBucket): void {
  bucket.grantRead(role, BACKUPS);
  for (const [pattern, reason] of Object.entries(READ)) {
    bucket.grantRead(role, pattern);
    acknowledgeWildcard(role, bucket.arnForObjects(pattern), `Database that is received: ${reason}`);
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
