import { BackupClient, DescribeBackupVaultCommand } from '@aws-sdk/client-backup';
import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetBucketEncryptionCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { PatientClient } from '../../aws-patience.ts';
import { replicationRule, secret, vault } from '../answers.ts';
import type { DeployedStorage } from '../deployed.ts';

/** Amazon S3, AWS Backup, Key Management Service and Secrets Manager, of which only descriptions are read. */
export function awsStorage(config: PatientClient): DeployedStorage {
  const s3 = new S3Client(config);
  const backup = new BackupClient(config);
  const keys = new KMSClient(config);
  const secrets = new SecretsManagerClient(config);
  return {
    async bucket(Bucket) {
      const [{ Status }, encryption, isPrivate] = await Promise.all([
        s3.send(new GetBucketVersioningCommand({ Bucket })),
        encryptionOf(s3, Bucket),
        isBlocked(s3, Bucket),
      ]);
      return { versioning: Status, encryption, isPrivate };
    },
    async replication(Bucket) {
      const rules = await unlessNone('ReplicationConfigurationNotFoundError', async () => {
        const answer = await s3.send(new GetBucketReplicationCommand({ Bucket }));
        return z.array(replicationRule).parse(answer.ReplicationConfiguration?.Rules);
      });
      return (rules ?? []).map(({ Status }) => Status);
    },
    async vault(name) {
      return vault.parse(await backup.send(new DescribeBackupVaultCommand({ BackupVaultName: name })));
    },
    async key(KeyId) {
      const { KeyMetadata } = await keys.send(new DescribeKeyCommand({ KeyId }));
      const state = z.string().parse(KeyMetadata?.KeyState);
      // Of a key that waits for its deletion Key Management Service refuses to say.
      if (state !== 'Enabled') return { state, rotates: false };
      const { KeyRotationEnabled = false } = await keys.send(new GetKeyRotationStatusCommand({ KeyId }));
      return { state, rotates: KeyRotationEnabled };
    },
    async secret(SecretId) {
      return secret.parse(await secrets.send(new DescribeSecretCommand({ SecretId })));
    },
  };
}

function encryptionOf(s3: S3Client, Bucket: string): Promise<string | undefined> {
  return unlessNone('ServerSideEncryptionConfigurationNotFoundError', async () => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    return ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  });
}

async function isBlocked(s3: S3Client, Bucket: string): Promise<boolean> {
  const block = await unlessNone('NoSuchPublicAccessBlockConfiguration', async () => {
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    return PublicAccessBlockConfiguration;
  });
  const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = block ?? {};
  return [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every(Boolean);
}

/** S3 answers with an error where something was never configured. */
async function unlessNone<T>(name: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && error.name === name) return undefined;
    throw error;
  }
}
