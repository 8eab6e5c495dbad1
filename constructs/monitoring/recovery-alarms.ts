import { aws_cloudwatch as cloudwatch, Duration, type aws_backup as backup } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RESTORE_METRICS } from '../restore-testing/validate-restore.lambda/metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';
import { VaultEvents } from './vault-events.ts';

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

/**
 * Whether there are recovery points that can be restored: an alarm about the age of the last proof, and messages about failed
 * jobs of AWS Backup and about whoever changes the vault.
 */
export class RecoveryAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RecoveryAlarmsProps) {
    super(scope, id);
    const { topic, vault, proofDays } = props;
    if (proofDays !== undefined) this.watchProof(topic, proofDays);
    new VaultEvents(this, 'Vault', { topic, vault });
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
}
