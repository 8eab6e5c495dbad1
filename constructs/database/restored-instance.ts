import type { aws_rds as rds } from 'aws-cdk-lib';

/** A moment in automated backups that RDS has copied into this Region. */
export interface AutomatedBackupPoint {
  /** ARN of the replicated automated backups. */
  readonly automatedBackupArn: string;
  /** Before the latest that RDS can restore, to the second, UTC, for example `2026-11-30T10:15:00Z`. */
  readonly time: string;
}

/** RDS takes it from the backup, and refuses to be told. */
const INHERITED = ['MasterUsername', 'KmsKeyId', 'StorageEncrypted'];

/**
 * RDS takes it from the backup too, and CloudFormation would ask for it in a second step, which fails where it is less than
 * what came back: storage that has grown, a minor version that has moved on.
 */
const NEVER_LESS = ['AllocatedStorage', 'EngineVersion'];

/**
 * Lets an instance begin as what a backup holds. The password of its administrator is the one of its own properties, also
 * in what was restored.
 *
 * On the resource, because the instance's own properties do not know it.
 */
export function restoreInstance(
  instance: rds.CfnDBInstance,
  { automatedBackupArn, time }: AutomatedBackupPoint,
): void {
  instance.sourceDbInstanceAutomatedBackupsArn = automatedBackupArn;
  instance.restoreTime = time;
  for (const property of [...INHERITED, ...NEVER_LESS]) instance.addPropertyDeletionOverride(property);
}
