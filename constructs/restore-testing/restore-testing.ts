import { Aws, Fn, aws_backup as backup, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';

/** Hours for which what was restored is kept at most, waiting for its verdict. */
const VALIDATION_HOURS = 24;

/** Days within which a recovery point is looked for. */
const SELECTION_DAYS = 7;

/** Tag that AWS Backup gives to whatever it restores for a test. */
export const RESTORE_TEST_TAG = 'awsbackup-restore-test';

export interface RestoreTestingProps {
  readonly vault: backup.IBackupVault;
  /** When tests begin, as AWS Backup's cron expression. */
  readonly schedule: string;
  /**
   * Hours after that within which they begin.
   *
   * @default 8
   */
  readonly startWindowHours?: number;
}

/** Something of which recovery points are in the vault, and how they are restored for a test. */
export interface TestedResource {
  /** Name of the selection, for example `database`. */
  readonly name: string;
  /** As AWS Backup calls its kind. */
  readonly type: 'RDS' | 'EBS' | 'EFS';
  readonly arn: string;
  /** What AWS Backup would choose otherwise: texts, also where they stand for a list or a truth value. */
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * Restores the newest recovery point on schedule, by AWS Backup. The name of the plan has the stack's own id in it, because a
 * name cannot be had twice in a Region.
 */
export class RestoreTesting extends Construct {
  readonly plan: backup.CfnRestoreTestingPlan;

  private readonly role: iam.Role;

  constructor(scope: Construct, id: string, { vault, schedule, startWindowHours = 8 }: RestoreTestingProps) {
    super(scope, id);
    this.plan = new backup.CfnRestoreTestingPlan(this, 'Plan', {
      restoreTestingPlanName: `odoo_${Fn.join('_', Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))}`,
      scheduleExpression: schedule,
      startWindowHours,
      recoveryPointSelection: {
        algorithm: 'LATEST_WITHIN_WINDOW',
        includeVaults: [vault.backupVaultArn],
        recoveryPointTypes: ['SNAPSHOT'],
        selectionWindowDays: SELECTION_DAYS,
      },
    });
    this.role = this.restoringRole();
  }

  /** Tests the recovery points of one resource. */
  test(id: string, { name, type, arn, overrides }: TestedResource): void {
    const selection = new backup.CfnRestoreTestingSelection(this, id, {
      restoreTestingPlanName: this.plan.restoreTestingPlanName,
      restoreTestingSelectionName: name,
      protectedResourceType: type,
      protectedResourceArns: [arn],
      iamRoleArn: this.role.roleArn,
      validationWindowHours: VALIDATION_HOURS,
      restoreMetadataOverrides: { ...overrides },
    });
    selection.node.addDependency(this.plan);
  }

  private restoringRole(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForRestores'),
      ],
    });
    acknowledge(
      role,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores]',
      'The policy that AWS keeps for exactly this service role, which only AWS Backup can take. It makes new resources and overwrites none.',
    );
    return role;
  }
}
