import { Aws, Duration, Fn, RemovalPolicy, aws_backup as backup, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { VaultLock } from '../../config/environment.ts';

export interface RecoveryVaultProps {
  /** Encrypts the recovery points of services that have no key of their own, and all copies. */
  readonly encryptionKey: kms.IKey;
  /** Refuses to delete a recovery point before its time, or to keep a new one for less or for longer. */
  readonly lock: VaultLock;
}

/** Where recovery points are kept, or copies of them. It stays, with all of them, when its stack is deleted. */
export class RecoveryVault extends backup.BackupVault {
  constructor(scope: Construct, id: string, { encryptionKey, lock }: RecoveryVaultProps) {
    super(scope, id, {
      // The stack's own id, so that what a deleted stack leaves behind never blocks the next one.
      backupVaultName: `odoo-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`,
      encryptionKey,
      lockConfiguration: lockConfiguration(lock),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}

function lockConfiguration(lock: VaultLock): backup.LockConfiguration | undefined {
  if (lock.mode === 'none') return undefined;
  return {
    minRetention: Duration.days(lock.minDays),
    maxRetention: Duration.days(lock.maxDays),
    // AWS Backup has no field for the mode: a lock that can be changed for a number of days is one of compliance.
    changeableFor: lock.mode === 'compliance' ? Duration.days(lock.graceDays) : undefined,
  };
}
