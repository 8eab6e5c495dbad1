import type { aws_backup as backup } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { RestoreProofAlarm } from './restore-proof-alarm.ts';
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
    if (proofDays !== undefined) new RestoreProofAlarm(this, 'Proof', { topic, proofDays });
    new VaultEvents(this, 'Vault', { topic, vault });
  }
}
