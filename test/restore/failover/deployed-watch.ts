import type { S3 } from '@aws-sdk/client-s3';
import { COPIES_NOTE } from '../../../constructs/audit/audit-prefixes.ts';
import { createHandler } from '../../../constructs/recovery/watch-copies.lambda/watch-copies.mjs';
import { KEY } from '../../constructs/recovery/copied-region.ts';
import type { CopiedLog } from './copied-log.ts';
import type { ReplicationLatency } from './replication-latency.ts';

/** The bucket with the copied attachments, and the one with the notes. */
export const COPY = 'filestore-copy';
export const AUDIT_COPY = 'audit-copy';

/** Milliseconds within which S3 Files has exported a file into the bucket that is copied. */
export const EXPORTED_WITHIN = 2_000;

/** The watch over the copies, as it is deployed, before what S3 and RDS would say of these. */
export function deployedWatch(log: CopiedLog, latency: ReplicationLatency, s3: S3): () => Promise<unknown> {
  return createHandler({
    clients: {
      cloudWatch: latency.client,
      rds: {
        describeDBInstanceAutomatedBackups: async () => ({
          DBInstanceAutomatedBackups: [{ KmsKeyId: KEY, RestoreWindow: { LatestTime: log.until } }],
        }),
      },
      efs: {
        describeFileSystems: async () => ({}),
        describeReplicationConfigurations: async () => ({}),
      },
      backup: { listRecoveryPointsByBackupVault: async () => ({}) },
      s3,
    },
    settings: {
      environment: 'prod',
      bucket: AUDIT_COPY,
      key: COPIES_NOTE,
      vault: 'vault',
      encryptionKey: KEY,
      filestore: { kind: 's3', bucket: COPY, delay: EXPORTED_WITHIN / 1000 },
      database: { kind: 'rds' },
    },
    now: () => new Date(),
    log: () => undefined,
  });
}
