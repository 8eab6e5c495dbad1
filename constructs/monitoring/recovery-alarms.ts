import {
  aws_cloudwatch as cloudwatch,
  aws_events as events,
  aws_events_targets as targets,
  Duration,
  type aws_backup as backup,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RESTORE_METRICS } from '../restore-testing/validate-restore.lambda/metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

export interface RecoveryAlarmsProps {
  readonly topic: AlarmTopic;
  readonly vault: backup.IBackupVault;
  /**
   * Days after which a proof is overdue.
   *
   * @default - restores are not tested
   */
  readonly proofDays?: number;
}

/** States in which a job of AWS Backup has ended and made nothing. */
const FAILED = ['FAILED', 'ABORTED', 'EXPIRED'];

/**
 * Whether there are recovery points that can be restored: an alarm about the age of the last proof, and a message for each
 * job of AWS Backup that failed.
 */
export class RecoveryAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RecoveryAlarmsProps) {
    super(scope, id);
    const { topic, proofDays } = props;
    if (proofDays !== undefined) this.watchProof(topic, proofDays);
    this.tellOfFailures(props);
  }

  private watchProof(topic: AlarmTopic, proofDays: number): void {
    new OdooAlarm(this, 'Proof', {
      topic,
      name: 'restore-proof-overdue',
      severity: 'warning',
      meaning: `No restore of a backup has been proven for ${proofDays} days: whether there is a backup is not known.`,
      metric: new cloudwatch.Metric({
        namespace: RESTORE_METRICS,
        metricName: 'RestoreProofAge',
        dimensionsMap: { Environment: topic.environmentName },
        period: Duration.hours(1),
        statistic: 'Maximum',
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: Duration.days(proofDays).toSeconds(),
      // Published each hour, a little later each time.
      evaluationPeriods: 3,
      // Whoever does not hear of its age does not know it either.
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  /**
   * Not the metrics of AWS Backup, which count by vault without saying which job it was, or why. The statement by which
   * EventBridge may publish has no condition: EventBridge knows none in the policy of a topic.
   */
  private tellOfFailures({ topic, vault }: RecoveryAlarmsProps): void {
    new events.Rule(this, 'FailedJobs', {
      description: 'Jobs of AWS Backup that failed',
      eventPattern: {
        source: ['aws.backup'],
        detailType: ['Backup Job State Change', 'Copy Job State Change'],
        detail: {
          state: FAILED,
          // Of a backup and of a copy.
          $or: [
            { backupVaultArn: [vault.backupVaultArn] },
            { backupVaultName: [vault.backupVaultName] },
            { sourceBackupVaultArn: [vault.backupVaultArn] },
          ],
        },
      },
      targets: [new targets.SnsTopic(topic.topic)],
    });
  }
}
