import { Aws, Duration, Fn, RemovalPolicy, aws_backup as backup, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Retention } from '../../config/environment.ts';
import { recoveryPointRules } from './recovery-point-rules.ts';

export interface RecoveryVaultProps {
  readonly retention: Retention;
  /** Encrypts the recovery points of services that have no key of their own, and all copies. */
  readonly encryptionKey: kms.IKey;
  /**
   * Refuses to delete a recovery point before its time, or to keep a new one for less, until an administrator of AWS Backup
   * takes the lock off.
   */
  readonly locked: boolean;
}

/** Where recovery points are kept, or copies of them. It stays, with all of them, when its stack is deleted. */
export class RecoveryVault extends backup.BackupVault {
  constructor(scope: Construct, id: string, { retention, encryptionKey, locked }: RecoveryVaultProps) {
    super(scope, id, {
      // The stack's own id, so that what a deleted stack leaves behind never blocks the next one.
      backupVaultName: `odoo-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`,
      encryptionKey,
      lockConfiguration: locked ? lockFor(retention) : undefined,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}

/** Whatever a rule keeps fits in between: otherwise its jobs would fail. */
function lockFor(retention: Retention): backup.LockConfiguration {
  const days = recoveryPointRules(retention).map((rule) => rule.days);
  return {
    minRetention: Duration.days(Math.min(...days)),
    maxRetention: Duration.days(Math.max(...days)),
  };
}
