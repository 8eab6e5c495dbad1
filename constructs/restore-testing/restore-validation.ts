import {
  ArnFormat,
  Stack,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import type { FilestoreFunctions } from './filestore-test.ts';
import { MountingPolicy } from './mounting-policy.ts';
import type { RestoreFunctions } from './restore-functions.ts';
import { validationMachine } from './validation-machine.ts';
import { validationStates, type ValidationStatesProps } from './validation-states.ts';

/** What AWS Backup calls the databases that it restores for a test. */
const RESTORED = 'awsbackup-restore-test-*';

export interface RestoreValidationProps {
  readonly functions: RestoreFunctions;
  /** ARN of the restore testing plan whose restores are validated; other restores are nobody's business here. */
  readonly planArn: string;
  /** Key of the machine's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that log is kept. */
  readonly logRetentionDays: number;
}

/**
 * Proves each restore test of AWS Backup at Odoo's level and gives the verdict that AWS Backup waits for: after that it
 * deletes what it restored.
 */
export class RestoreValidation extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: RestoreValidationProps) {
    super(scope, id);
    const { functions } = props;
    const { validate, report, filestore } = functions;
    const role = this.role(functions);
    if (filestore !== undefined) new MountingPolicy(this, 'Mounting', filestore).attachToRole(role);
    this.machine = validationMachine(this, {
      ...props,
      comment: 'Proves a restore test at the level of Odoo',
      states: validationStates(this, { validate, report, filestore: filestore && statesOf(filestore) }),
      role,
    });
  }

  private role({ validate, report }: RestoreFunctions): iam.Role {
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    const allow = (actions: string[], resources: string[]) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
    allow(['lambda:InvokeFunction'], [validate.functionArn, report.functionArn]);
    const restored = Stack.of(this).formatArn({
      service: 'rds',
      resource: 'db',
      resourceName: RESTORED,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    allow(['rds:DescribeDBInstances'], [restored]);
    allow(['backup:DescribeRestoreJob', 'backup:PutRestoreValidationResult'], ['*']);
    acknowledgeWildcard(
      role,
      restored,
      'AWS Backup names what it restores for a test when it does; the wildcard stands for the rest of that name, and the databases of the environment are not among them.',
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Restore jobs have no ARN that a policy could name. This role can read how they stand and say how a test ended.',
    );
    return role;
  }
}

function statesOf({ test, ...functions }: FilestoreFunctions): ValidationStatesProps['filestore'] {
  const { subnet, mountTargetSecurityGroup } = test;
  return {
    ...functions,
    subnetId: subnet.subnetId,
    securityGroupId: mountTargetSecurityGroup.securityGroupId,
  };
}
