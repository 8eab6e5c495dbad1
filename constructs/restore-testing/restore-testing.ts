import {
  Aws,
  Fn,
  aws_backup as backup,
  type aws_ec2 as ec2,
  aws_iam as iam,
  type aws_rds as rds,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';

/** Hours for which what was restored is kept at most, waiting for its verdict. */
const VALIDATION_HOURS = 24;

/** Days within which a recovery point is looked for. */
const SELECTION_DAYS = 7;

export interface RestoreTestingProps {
  readonly vault: backup.IBackupVault;
  /** Whose recovery points are restored. */
  readonly instance: rds.IDatabaseInstance;
  readonly parameterGroupName: string;
  readonly subnetGroupName: string;
  /** Identity of what was restored: who may reach it is the caller's. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** When tests begin, as AWS Backup's cron expression. */
  readonly schedule: string;
}

/**
 * Restores the newest recovery point on schedule, by AWS Backup, into the isolated subnets, where nothing but the
 * validation reaches it. The name of the plan has the stack's own id in it, because a name cannot be had twice in a Region.
 */
export class RestoreTesting extends Construct {
  readonly plan: backup.CfnRestoreTestingPlan;

  constructor(scope: Construct, id: string, props: RestoreTestingProps) {
    super(scope, id);
    const { vault, schedule } = props;
    this.plan = new backup.CfnRestoreTestingPlan(this, 'Plan', {
      restoreTestingPlanName: `odoo_${Fn.join('_', Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))}`,
      scheduleExpression: schedule,
      startWindowHours: 8,
      recoveryPointSelection: {
        algorithm: 'LATEST_WITHIN_WINDOW',
        includeVaults: [vault.backupVaultArn],
        recoveryPointTypes: ['SNAPSHOT'],
        selectionWindowDays: SELECTION_DAYS,
      },
    });
    this.selectDatabase(props);
  }

  /** Without these AWS Backup restores into the default VPC, with its default security group. */
  private selectDatabase(props: RestoreTestingProps): void {
    const selection = new backup.CfnRestoreTestingSelection(this, 'Database', {
      restoreTestingPlanName: this.plan.restoreTestingPlanName,
      restoreTestingSelectionName: 'database',
      protectedResourceType: 'RDS',
      protectedResourceArns: [props.instance.instanceArn],
      iamRoleArn: this.role().roleArn,
      validationWindowHours: VALIDATION_HOURS,
      restoreMetadataOverrides: {
        dbSubnetGroupName: props.subnetGroupName,
        dbParameterGroupName: props.parameterGroupName,
        // Texts, also where they stand for a list or a truth value.
        vpcSecurityGroupIds: `["${props.securityGroup.securityGroupId}"]`,
        enableIamDatabaseAuthentication: 'true',
      },
    });
    selection.node.addDependency(this.plan);
  }

  private role(): iam.Role {
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
