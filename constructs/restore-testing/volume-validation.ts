import {
  type aws_autoscaling as autoscaling,
  aws_iam as iam,
  type aws_kms as kms,
  Stack,
  type aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { RESTORE_TEST_TAG } from './restore-testing.ts';
import { validationMachine } from './validation-machine.ts';
import { VolumeProofDocument } from './volume-proof-document.ts';
import { volumeStates } from './volume-states.ts';

export interface VolumeValidationProps {
  readonly environmentName: string;
  /** The group of the server that looks at what was restored. */
  readonly autoScalingGroup: autoscaling.IAutoScalingGroup;
  /** Tells its servers from all others. */
  readonly serverTag: { readonly key: string; readonly value: string };
  /** ARN of production's volume, which is never touched. */
  readonly dataVolumeArn: string;
  /** Key of what is restored. */
  readonly dataKey: kms.IKey;
  /** ARN of the restore testing plan. */
  readonly planArn: string;
  /** Key of the machine's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that log is kept. */
  readonly logRetentionDays: number;
}

/**
 * Proves each restore test of the data volume at Odoo's level: attaches what was restored to the server in service, has the
 * server look at it, detaches it, and gives the verdict that AWS Backup waits for.
 *
 * It is not the server that attaches: its role may attach the data volume and nothing else.
 */
export class VolumeValidation extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: VolumeValidationProps) {
    super(scope, id);
    const { documentName } = new VolumeProofDocument(this, 'Document', props.environmentName);
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    allowToAsk(role);
    allowToAttach(role, props);
    allowToProve(role, documentName, props);
    this.machine = validationMachine(this, {
      ...props,
      comment: 'Proves a restore test of the data volume at the level of Odoo',
      states: volumeStates(this, { groupName: props.autoScalingGroup.autoScalingGroupName, documentName }),
      role,
    });
  }
}

function allowToAsk(role: iam.Role): void {
  const actions = [
    'autoscaling:DescribeAutoScalingGroups',
    'backup:DescribeRestoreJob',
    'backup:PutRestoreValidationResult',
    'ec2:DescribeVolumes',
    'ssm:GetCommandInvocation',
  ];
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Restore jobs, commands that were sent and descriptions have no ARN that a policy could name. This role can read how they stand and say how a test ended.',
  );
}

/** What AWS Backup restored for a test and tagged so, to a server of the group, and never production's volume. */
function allowToAttach(role: iam.Role, { serverTag, dataVolumeArn, dataKey }: VolumeValidationProps): void {
  const { region } = Stack.of(role);
  const [anyVolume, anyServer] = [ec2Arn(role, 'volume'), ec2Arn(role, 'instance')];
  const actions = ['ec2:AttachVolume', 'ec2:DetachVolume'];
  role.addToPolicy(
    new iam.PolicyStatement({
      actions,
      resources: [anyVolume],
      conditions: { Null: { [`aws:ResourceTag/${RESTORE_TEST_TAG}`]: 'false' } },
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      actions,
      resources: [anyServer],
      conditions: { StringEquals: { [`aws:ResourceTag/${serverTag.key}`]: serverTag.value } },
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions, resources: [dataVolumeArn] }));
  // With this EC2 lets the server's host decrypt the volume for as long as it is attached.
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['kms:CreateGrant'],
      resources: [dataKey.keyArn],
      conditions: {
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
        StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com` },
      },
    }),
  );
  acknowledgeWildcard(
    role,
    anyVolume,
    'The id of a restored volume is not known before it is restored. A condition asks for the tag that AWS Backup gives to what it restores for a test, and the data volume is denied by name.',
  );
  acknowledgeWildcard(
    role,
    anyServer,
    'Servers are unknown before their launch; a condition on a tag limits attaching, detaching and the one command to those of the group.',
  );
}

/** That one command, on a server of the group. */
function allowToProve(role: iam.Role, documentName: string, { serverTag }: VolumeValidationProps): void {
  const actions = ['ssm:SendCommand'];
  const document = Stack.of(role).formatArn({
    service: 'ssm',
    resource: 'document',
    resourceName: documentName,
  });
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: [document] }));
  role.addToPolicy(
    new iam.PolicyStatement({
      actions,
      resources: [ec2Arn(role, 'instance')],
      conditions: { StringEquals: { [`ssm:resourceTag/${serverTag.key}`]: serverTag.value } },
    }),
  );
}

function ec2Arn(role: iam.Role, resource: 'volume' | 'instance'): string {
  return Stack.of(role).formatArn({ service: 'ec2', resource, resourceName: '*' });
}
