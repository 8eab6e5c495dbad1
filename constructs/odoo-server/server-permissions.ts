import {
  Aws,
  type aws_autoscaling as autoscaling,
  type aws_ec2 as ec2,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_logs as logs,
  type aws_ssm as ssm,
  Stack,
} from 'aws-cdk-lib';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { RESTORE_METRICS } from '../restore-testing/validate-restore.lambda/metrics.ts';
import { MAINTENANCE_METRICS } from '../database-maintenance/maintain.lambda/handlers.ts';
import { SERVER_METRICS } from './server-metrics.ts';

/**
 * Lets Auto Scaling launch servers whose volumes are encrypted with a customer key. Without it launches fail, minutes
 * after the deployment seemed to go well, with `Client.InternalError`.
 *
 * The role is matched by a condition instead of being named as the principal: KMS refuses a policy that names a role
 * which does not exist, and this one appears only with the account's first Auto Scaling group.
 */
export function allowAutoScalingToUse(key: kms.IKey): void {
  const callers = {
    StringEquals: { 'kms:CallerAccount': Aws.ACCOUNT_ID },
    ArnEquals: {
      'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    },
  };
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AutoScalingUsesTheKey',
      principals: [new iam.AnyPrincipal()],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: callers,
    }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AutoScalingAttachesVolumes',
      principals: [new iam.AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { ...callers, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  );
}

/** What the SSM agent calls to register itself and to open channels. AWS offers no resource to name for any of them. */
export const SSM_AGENT_ACTIONS: readonly string[] = [
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/**
 * Lets the SSM agent register and open sessions, and nothing else. `AmazonSSMManagedInstanceCore` would also let it read
 * every parameter of the account.
 */
export function allowSessionManager(role: iam.Role): void {
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: [...SSM_AGENT_ACTIONS],
      resources: ['*'],
    }),
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'An agent of Session Manager registers itself, opens its own channels and looks a log group up by its name, an ACME client finds a hosted zone by its name, a container engine logs in to its registry, metrics go to a namespace that a condition names: AWS offers no resource to name for any of these actions, and none of them reads or changes anything of another machine.',
  );
}

/** Lets servers of the group attach the data volume, to themselves only as far as EC2 can tell them apart: by group. */
export function allowDataVolume(
  role: iam.Role,
  volume: ec2.Volume,
  group: autoscaling.AutoScalingGroup,
): void {
  volume.grantAttachVolumeByResourceTag(role, [group]);
  acknowledgeWildcard(
    role,
    Stack.of(role).formatArn({ service: 'ec2', resource: 'instance', resourceName: '*' }),
    'Taking over volume and address: servers are unknown before their launch; conditions on a tag limit both permissions to the one group, and volume and address are named.',
  );
}

/** Tag that marks the servers of one group. */
export interface ServerTag {
  readonly key: string;
  readonly value: string;
}

/** Lets the server take over its address: this one only, and only for servers of its own group. */
export function allowAddress(role: iam.Role, address: ec2.CfnEIP, subnet: ec2.ISubnet, tag: ServerTag): void {
  const stack = Stack.of(role);
  const ec2Arn = (resource: string, resourceName: string): string =>
    stack.formatArn({ service: 'ec2', resource, resourceName });
  const ownInterfaces = ec2Arn('network-interface', '*');
  const ownServers = ec2Arn('instance', '*');
  const associate = { actions: ['ec2:AssociateAddress'] };
  role.addToPolicy(
    new iam.PolicyStatement({ ...associate, resources: [ec2Arn('elastic-ip', address.attrAllocationId)] }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      ...associate,
      resources: [ownServers],
      conditions: { StringEquals: { [`ec2:ResourceTag/${tag.key}`]: tag.value } },
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      ...associate,
      resources: [ownInterfaces],
      conditions: { ArnEquals: { 'ec2:Subnet': ec2Arn('subnet', subnet.subnetId) } },
    }),
  );
  acknowledgeWildcard(
    role,
    ownInterfaces,
    'Taking over the address: network interfaces are unknown before the launch; a condition limits them to the server subnet, and the only address that may be associated is named.',
  );
}

/**
 * Lets the server read its settings. Not by the parameter's own grant, which also shows what they were before.
 */
export function allowParameter(role: iam.Role, parameter: ssm.IParameter): void {
  role.addToPolicy(
    new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameter.parameterArn] }),
  );
}

/**
 * Lets the server's agents write logs and metrics: into its own log group, its own namespace and those of restore proofs and of the look at the database.
 *
 * Session Manager looks the log group up before it opens a logged session, by an action that takes no resource.
 */
export function allowReporting(role: iam.Role, logGroup: logs.ILogGroup): void {
  logGroup.grant(role, 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents');
  role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:DescribeLogGroups'], resources: ['*'] }));
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'cloudwatch:namespace': [SERVER_METRICS, RESTORE_METRICS, MAINTENANCE_METRICS] },
      },
    }),
  );
}

/** Lets the server answer ACME's challenges in the zone: that one TXT record, nothing else. */
export function allowAcmeChallenge(role: iam.Role, zoneId: string, domain: string): void {
  const route53Arn = (resource: string, resourceName: string): string =>
    Stack.of(role).formatArn({ service: 'route53', region: '', account: '', resource, resourceName });
  const changes = route53Arn('change', '*');
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['route53:ChangeResourceRecordSets'],
      resources: [route53Arn('hostedzone', zoneId)],
      conditions: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [`_acme-challenge.${domain}`],
          'route53:ChangeResourceRecordSetsRecordTypes': ['TXT'],
        },
      },
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['route53:ListHostedZones'], resources: ['*'] }));
  role.addToPolicy(new iam.PolicyStatement({ actions: ['route53:GetChange'], resources: [changes] }));
  acknowledgeWildcard(
    role,
    changes,
    'ACME challenge: a change of a zone gets its id when it is made, so the state of a change can only be read by a wildcard; reading it shows no record.',
  );
}
