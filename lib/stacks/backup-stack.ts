import { aws_backup as backup } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RecoveryPointWatch } from '../../constructs/backup/recovery-point-watch.ts';
import { RecoveryPoints } from '../../constructs/backup/recovery-points.ts';
import { warnOfComplianceLock } from '../compliance-lock.ts';
import type { DataStack } from './data-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';

export interface BackupStackProps extends OdooStackProps {
  readonly networkStack: NetworkStack;
  readonly dataStack: DataStack;
  /** @default - recovery points are not copied to another Region */
  readonly recoveryStack?: RecoveryStack;
  /** ARNs of what recovery points are made of. */
  readonly resourceArns: readonly string[];
  /**
   * Name of the instance of RDS.
   *
   * @default - the database is on the server
   */
  readonly databaseInstance?: string;
}

/** Recovery points in a vault, and their copies in the recovery Region. */
export class BackupStack extends OdooStack {
  readonly recoveryPoints: RecoveryPoints;

  constructor(scope: Construct, props: BackupStackProps) {
    super(scope, 'Backup', props, {
      description: 'recovery points and their restore tests',
      stateful: !props.recovered,
    });
    const { environment, networkStack, dataStack, resourceArns } = props;
    this.recoveryPoints = new RecoveryPoints(this, 'RecoveryPoints', {
      resourceArns,
      retention: environment.retention,
      windows: environment.windows,
      encryptionKey: dataStack.key,
      lock: environment.backup.vaultLock,
      copyTo: this.vaultsOfCopies(props),
    });
    new RecoveryPointWatch(this, 'RecoveryPointWatch', {
      environmentName: environment.name,
      vault: this.recoveryPoints.vault,
      resourceArns,
      databaseInstance: props.databaseInstance,
      logKey: networkStack.logKey,
      logRetentionDays: environment.retention.logDays,
    });
    warnOfComplianceLock(this, environment);
  }

  private vaultsOfCopies({ environment, recoveryStack }: BackupStackProps): readonly backup.IBackupVault[] {
    const { secondAccountVaultArn: arn } = environment.backup;
    return [
      ...(recoveryStack ? [recoveryStack.vault] : []),
      ...(arn ? [backup.BackupVault.fromBackupVaultArn(this, 'SecondAccountVault', arn)] : []),
    ];
  }
}
