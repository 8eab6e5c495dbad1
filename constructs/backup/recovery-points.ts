import { Duration, aws_backup as backup, aws_events as events, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Retention, Windows } from '../../config/environment.ts';
import { DAY } from '../../config/week-time.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { backupTime, START_MINUTES } from './backup-time.ts';
import { type RecoveryPointRule, recoveryPointRules } from './recovery-point-rules.ts';
import { RecoveryVault, type RecoveryVaultProps } from './recovery-vault.ts';

/** A recovery point is complete within so many hours of its beginning, or its job has failed. */
export const COMPLETION_HOURS = 12;

/** For so long after its time a backup is begun and made, as a rule. */
const BUSY_MINUTES = START_MINUTES + 60;

export interface RecoveryPointsProps extends RecoveryVaultProps {
  /** ARNs of what recovery points are made of. */
  readonly resourceArns: readonly string[];
  readonly retention: Retention;
  /** Of the database's own backup and of its maintenance. */
  readonly windows: Windows;
  /** Vaults to which each recovery point is copied, for as long as it is kept itself. */
  readonly copyTo: readonly backup.IBackupVault[];
}

/**
 * Daily, weekly and monthly recovery points in a vault, by AWS Backup, and copies of them in others.
 *
 * Snapshots only, never continuous backups: with those AWS Backup takes the retention of the database's own backups over,
 * and every later update of its stack fails.
 *
 * Kept when the stack is deleted: the vault with all recovery points.
 */
export class RecoveryPoints extends Construct {
  readonly vault: backup.BackupVault;
  readonly plan: backup.BackupPlan;
  /** When the plan begins each day, in minutes after midnight UTC. */
  readonly time: number;

  constructor(scope: Construct, id: string, props: RecoveryPointsProps) {
    super(scope, id);
    const { retention, copyTo } = props;
    this.time = backupTime(props.windows);
    this.vault = new RecoveryVault(this, 'Vault', props);
    this.plan = new backup.BackupPlan(this, 'Plan', {
      backupVault: this.vault,
      backupPlanRules: recoveryPointRules(retention).map((rule) => this.ruleOf(rule, copyTo)),
    });
    this.plan.addSelection('Selection', {
      resources: props.resourceArns.map((arn) => backup.BackupResource.fromArn(arn)),
      role: this.role(),
      disableDefaultBackupPolicy: true,
    });
  }

  /** When snapshots are made, in minutes after Monday 00:00 UTC. */
  get busy(): readonly { readonly from: number; readonly minutes: number }[] {
    return Array.from({ length: 7 }, (_, day) => ({ from: day * DAY + this.time, minutes: BUSY_MINUTES }));
  }

  private ruleOf(
    { name, days, on }: RecoveryPointRule,
    copyTo: readonly backup.IBackupVault[],
  ): backup.BackupPlanRule {
    const [hour, minute] = [Math.floor(this.time / 60), this.time % 60];
    const deleteAfter = Duration.days(days);
    return new backup.BackupPlanRule({
      ruleName: name,
      scheduleExpression: events.Schedule.cron({ hour: String(hour), minute: String(minute), ...on }),
      startWindow: Duration.minutes(START_MINUTES),
      completionWindow: Duration.hours(COMPLETION_HOURS),
      deleteAfter,
      copyActions:
        copyTo.length === 0
          ? undefined
          : copyTo.map((destinationBackupVault) => ({ destinationBackupVault, deleteAfter })),
    });
  }

  private role(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForBackup'),
      ],
    });
    acknowledge(
      role,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]',
      'The policy that AWS keeps for exactly this service role, which only AWS Backup can take; what is backed up is named by the selection.',
    );
    return role;
  }
}
