import {
  Aws,
  Duration,
  Fn,
  RemovalPolicy,
  aws_backup as backup,
  aws_events as events,
  aws_iam as iam,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Retention, Windows } from '../../config/environment.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { backupTime, START_MINUTES } from './backup-time.ts';

/** Days in a month, for counting recovery points: none is deleted before the next one is there. */
const MONTH = 31;

export interface RecoveryPointsProps {
  /** What recovery points are made of. */
  readonly resources: readonly backup.BackupResource[];
  readonly retention: Retention;
  /** Of the database's own backup and of its maintenance. */
  readonly windows: Windows;
  readonly encryptionKey: kms.IKey;
  /**
   * Refuses to delete a recovery point before its time, or to keep a new one for less, until an administrator of AWS Backup
   * takes the lock off.
   */
  readonly locked: boolean;
}

/**
 * Daily, weekly and monthly recovery points in a vault, by AWS Backup.
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
    const rules = rulesOf(props.retention);
    this.time = backupTime(props.windows);
    this.vault = new backup.BackupVault(this, 'Vault', {
      // The stack's own id, so that what a deleted stack leaves behind never blocks the next one.
      backupVaultName: `odoo-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`,
      encryptionKey: props.encryptionKey,
      lockConfiguration: props.locked ? lockFor(rules) : undefined,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.plan = new backup.BackupPlan(this, 'Plan', {
      backupVault: this.vault,
      backupPlanRules: rules.map((rule) => this.ruleOf(rule)),
    });
    this.plan.addSelection('Selection', {
      resources: [...props.resources],
      role: this.role(),
      disableDefaultBackupPolicy: true,
    });
  }

  private ruleOf({ name, days, on }: RuleOfTime): backup.BackupPlanRule {
    const [hour, minute] = [Math.floor(this.time / 60), this.time % 60];
    return new backup.BackupPlanRule({
      ruleName: name,
      scheduleExpression: events.Schedule.cron({ hour: String(hour), minute: String(minute), ...on }),
      startWindow: Duration.minutes(START_MINUTES),
      completionWindow: Duration.hours(12),
      deleteAfter: Duration.days(days),
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

interface RuleOfTime {
  readonly name: string;
  /** For how long its recovery points are kept. */
  readonly days: number;
  readonly on: { readonly day?: string; readonly weekDay?: string; readonly month?: string };
}

/** As many recovery points as the retention says, each until the same number of its kind have followed. */
function rulesOf({ daily, weekly, monthly }: Retention): readonly RuleOfTime[] {
  const rules: readonly (RuleOfTime & { readonly count: number })[] = [
    { name: 'Daily', count: daily, days: daily, on: { day: '*', month: '*' } },
    { name: 'Weekly', count: weekly, days: weekly * 7, on: { weekDay: 'SUN', month: '*' } },
    { name: 'Monthly', count: monthly, days: monthly * MONTH, on: { day: '1', month: '*' } },
  ];
  return rules.filter(({ count }) => count > 0).map(({ name, days, on }) => ({ name, days, on }));
}

/** Whatever a rule keeps fits in between: otherwise its jobs would fail. */
function lockFor(rules: readonly RuleOfTime[]): backup.LockConfiguration {
  const days = rules.map((rule) => rule.days);
  return {
    minRetention: Duration.days(Math.min(...days)),
    maxRetention: Duration.days(Math.max(...days)),
  };
}
