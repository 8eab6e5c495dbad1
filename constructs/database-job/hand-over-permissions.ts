import { aws_iam as iam, type aws_s3 as s3 } from 'aws-cdk-lib';
import { FAILBACK_DUMPS } from '../backup/backup-prefixes.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

/** What an upload takes, in one piece or in parts; giving one up included. */
const WRITE = ['s3:AbortMultipartUpload', 's3:PutObject'];

/**
 * Lets the database job of an environment that lives in its recovery Region write the dump with which it goes home. Beside
 * what it may read there; the encryption takes a new data key for each object, and an upload in parts reads its own again.
 */
export function allowHandingOver(role: iam.IRole, bucket: s3.IBucket): void {
  const dumps = bucket.arnForObjects(`${FAILBACK_DUMPS}*`);
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: WRITE, resources: [dumps] }));
  const key = bucket.encryptionKey;
  key?.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey');
  acknowledgeWildcard(
    role,
    dumps,
    'Handover: a dump is named after the moment at which the way home was begun; writing and reading, below this one prefix.',
  );
}
