import { aws_events as events, aws_events_targets as targets, type aws_backup as backup } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';

export interface VaultEventsProps {
  readonly topic: AlarmTopic;
  readonly vault: backup.IBackupVault;
}

/** States in which a job of AWS Backup has ended and made nothing. */
const FAILED = ['FAILED', 'ABORTED', 'EXPIRED'];

/** Calls by which somebody deletes recovery points, or makes it possible. Nothing that belongs here makes them. */
const MEDDLING = [
  'DeleteBackupVault',
  'DeleteBackupVaultAccessPolicy',
  'DeleteBackupVaultLockConfiguration',
  'DeleteRecoveryPoint',
  'DisassociateRecoveryPoint',
  'PutBackupVaultAccessPolicy',
  'PutBackupVaultLockConfiguration',
  'UpdateRecoveryPointLifecycle',
];

/**
 * A message for each job of AWS Backup that failed, and for each change to the vault by somebody. The statement by which
 * EventBridge may publish has no condition: EventBridge knows none in the policy of a topic.
 */
export class VaultEvents extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic, vault }: VaultEventsProps) {
    super(scope, id);
    this.topic = topic;
    this.tellOfFailures(vault);
    this.tellOfMeddling(vault);
  }

  /** Not the metrics of AWS Backup, which count by vault without saying which job it was, or why. */
  private tellOfFailures({ backupVaultArn, backupVaultName }: backup.IBackupVault): void {
    this.tell('FailedJobs', 'Jobs of AWS Backup that failed', {
      detailType: ['Backup Job State Change', 'Copy Job State Change'],
      detail: {
        state: FAILED,
        // Of a backup and of a copy.
        $or: [
          { backupVaultArn: [backupVaultArn] },
          { backupVaultName: [backupVaultName] },
          { sourceBackupVaultArn: [backupVaultArn] },
        ],
      },
    });
  }

  /**
   * AWS Backup itself tells that a vault was changed or deleted; who deleted a recovery point comes from CloudTrail, and only
   * where the account has a trail.
   */
  private tellOfMeddling({ backupVaultArn, backupVaultName }: backup.IBackupVault): void {
    this.tell('VaultChanges', 'Changes to the vault with the recovery points', {
      detailType: ['Backup Vault State Change'],
      resources: [backupVaultArn],
    });
    this.tell('VaultCalls', 'Calls that delete recovery points, or make it possible', {
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['backup.amazonaws.com'],
        eventName: MEDDLING,
        requestParameters: { backupVaultName: [backupVaultName] },
      },
    });
  }

  private tell(id: string, description: string, pattern: events.EventPattern): void {
    new events.Rule(this, id, {
      description,
      eventPattern: { source: ['aws.backup'], ...pattern },
      targets: [new targets.SnsTopic(this.topic.topic)],
    });
  }
}
