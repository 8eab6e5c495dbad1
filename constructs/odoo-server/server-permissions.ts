import {
  Aws,
  type aws_autoscaling as autoscaling,
  type aws_ec2 as ec2,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_s3 as s3,
  type aws_s3_assets as s3_assets,
  Stack,
} from 'aws-cdk-lib';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

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

/**
 * Lets the SSM agent register and open sessions, and nothing else. `AmazonSSMManagedInstanceCore` would also let it read
 * every parameter of the account.
 */
export function allowSessionManager(role: iam.Role): void {
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resources: ['*'],
    }),
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'An agent of Session Manager registers itself and opens its own channels, an ACME client finds a hosted zone by its name, a container engine logs in to its registry: AWS offers no resource to name for any of these actions, and none of them reads or changes anything of another machine.',
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
 * Lets the server read its bundle. Not by the asset's own grant, which opens the whole assets bucket, other
 * environments' files included.
 */
export function allowBundle(role: iam.Role, bundle: s3_assets.Asset): void {
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [bundle.bucket.arnForObjects(bundle.s3ObjectKey)],
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

/**
 * Lets the server add to the filestore's copy but never delete from it, and write and expire backups; each below a
 * prefix of its own.
 */
export function allowBuckets(
  role: iam.Role,
  { filestoreBucket, backupBucket }: { filestoreBucket: s3.IBucket; backupBucket: s3.IBucket },
): void {
  filestoreBucket.grantRead(role, 'filestore/*');
  filestoreBucket.grantPut(role, 'filestore/*');
  acknowledgeWildcard(
    role,
    filestoreBucket.arnForObjects('filestore/*'),
    'Filestore copy: Odoo names its files by their SHA-1, so objects can be given by their prefix only; the role cannot delete any of them.',
  );
  backupBucket.grantReadWrite(role, 'server/*');
  acknowledgeWildcard(
    role,
    backupBucket.arnForObjects('server/*'),
    'Backups: the server names and expires the objects of its own repository, below one prefix of a versioned bucket that keeps what is deleted.',
  );
  acknowledgeBucketActions(role);
}

/** The wildcards in the actions of the bucket grants, and why each is right. */
function acknowledgeBucketActions(role: iam.Role): void {
  const reasons = {
    's3:GetObject*':
      'Reads objects with their tags and versions, below one prefix in each of two buckets of this environment.',
    's3:GetBucket*':
      'Reads location and settings of two buckets of this environment, for which backup tools ask.',
    's3:List*': 'Lists two buckets of this environment, to find what the copy or the repository lacks.',
    's3:DeleteObject*':
      'Expires old backups below the prefix of the server; the bucket keeps their versions.',
    's3:Abort*': 'Ends multipart uploads that the server itself began below its prefixes.',
    'kms:ReEncrypt*':
      'The two actions with which S3 re-encrypts an object, on the data key of this environment alone.',
    'kms:GenerateDataKey*': 'Makes the keys of uploaded objects from the data key of this environment alone.',
  };
  for (const [action, reason] of Object.entries(reasons)) {
    acknowledge(role, `AwsSolutions-IAM5[Action::${action}]`, reason);
  }
}
