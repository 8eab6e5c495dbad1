import { STATEFUL_TYPES } from '../support/stateful.ts';
import { type Located, type Resource, resourcesOf, type Templates } from '../support/templates.ts';

/** A statement that holds in every architecture, and a resource that breaks it, to show that the check can fail. */
export interface Invariant {
  /** What is wrong, per offending resource; empty where the statement holds. */
  readonly offenders: (templates: Templates) => string[];
  readonly counterexample: Resource;
}

type Properties = Readonly<Record<string, unknown>>;

const named = ({ stack, logicalId }: Located): string => `${stack}/${logicalId}`;
const properties = ({ resource }: Located): Properties => resource.Properties ?? {};
const text = (value: unknown): string => JSON.stringify(value) ?? '';

/** Offenders among the resources of some types: those for which the statement does not hold. */
function every(types: readonly string[], holds: (located: Located) => boolean): Invariant['offenders'] {
  return (templates) =>
    resourcesOf(templates, ...types)
      .filter((located) => !holds(located))
      .map(named);
}

const KEPT = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];
const ENTRY_STACKS = ['Edge', 'Server'];
const WORLD = ['0.0.0.0/0', '::/0'];

function rulesOf(located: Located): readonly Properties[] {
  if (located.resource.Type === 'AWS::EC2::SecurityGroupIngress') return [properties(located)];
  const rules = properties(located)['SecurityGroupIngress'];
  return Array.isArray(rules) ? rules : [];
}

/** Whether a rule opens a port, as far as its numbers are known; the port of a database is known on deployment only. */
function includesPort(rule: Properties, port: number): boolean {
  if (rule['IpProtocol'] === '-1') return true;
  const [from, to] = [rule['FromPort'], rule['ToPort']];
  if (typeof from !== 'number' || typeof to !== 'number') return rule['SourceSecurityGroupId'] === undefined;
  return from <= port && port <= to;
}

function encryptionOf({ resource }: Located): boolean {
  const found = resource.Properties ?? {};
  switch (resource.Type) {
    case 'AWS::RDS::DBInstance':
      return found['StorageEncrypted'] === true && found['KmsKeyId'] !== undefined;
    case 'AWS::S3::Bucket':
      return found['BucketEncryption'] !== undefined;
    case 'AWS::EFS::FileSystem':
    case 'AWS::EC2::Volume':
      return found['Encrypted'] === true && found['KmsKeyId'] !== undefined;
    case 'AWS::SecretsManager::Secret':
    case 'AWS::S3Files::FileSystem':
      return found['KmsKeyId'] !== undefined;
    default:
      return true;
  }
}

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'every stateful resource is kept when its stack is deleted or it is replaced': {
    offenders: every(
      STATEFUL_TYPES,
      ({ resource }) =>
        KEPT.includes(resource.DeletionPolicy ?? '') && KEPT.includes(resource.UpdateReplacePolicy ?? ''),
    ),
    counterexample: { Type: 'AWS::EFS::FileSystem', DeletionPolicy: 'Retain' },
  },
  'every stateful resource is encrypted, all but the log bucket with a key of the customer': {
    offenders: every(STATEFUL_TYPES, encryptionOf),
    counterexample: { Type: 'AWS::EC2::Volume', Properties: { Encrypted: true } },
  },
  'no stateful resource has a name that an input could change': {
    offenders: every(
      STATEFUL_TYPES,
      // A name made of the stack's own id is none: it is as stable as the stack.
      (located) =>
        ['BucketName', 'DBInstanceIdentifier', 'Name'].every((key) => {
          const name = properties(located)[key];
          return name === undefined || text(name).includes('"AWS::StackId"');
        }),
    ),
    counterexample: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'filestore' } },
  },
  'no security group but the entry is open to the internet, and only on 80 and 443': {
    offenders: every(['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'], (located) =>
      rulesOf(located)
        .filter((rule) => WORLD.includes(String(rule['CidrIp'] ?? rule['CidrIpv6'])))
        .every(
          (rule) =>
            ENTRY_STACKS.includes(located.stack) &&
            rule['FromPort'] === rule['ToPort'] &&
            [80, 443].includes(Number(rule['FromPort'])),
        ),
    ),
    counterexample: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0', FromPort: 8069, ToPort: 8069 }] },
    },
  },
  'nothing listens for SSH or remote desktop': {
    offenders: every(['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'], (located) =>
      rulesOf(located).every((rule) => [22, 3389].every((port) => !includesPort(rule, port))),
    ),
    counterexample: { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { FromPort: 1, ToPort: 1024 } },
  },
  'no password is written into a template': {
    offenders: (templates) =>
      resourcesOf(templates)
        .filter((located) =>
          /"(MasterUserPassword|SecretString|Password)":"(?!\{\{resolve:)/.test(text(properties(located))),
        )
        .map(named),
    counterexample: { Type: 'AWS::RDS::DBInstance', Properties: { MasterUserPassword: 'hunter2' } },
  },
  'every bucket is versioned, closed to the public and refuses plain HTTP': {
    offenders: (templates) =>
      resourcesOf(templates, 'AWS::S3::Bucket')
        .filter((located) => {
          const bucket = text(properties(located));
          const policy = resourcesOf(templates, 'AWS::S3::BucketPolicy').find(
            (candidate) =>
              candidate.stack === located.stack &&
              text(properties(candidate)['Bucket']).includes(located.logicalId),
          );
          return !(
            bucket.includes('"VersioningConfiguration":{"Status":"Enabled"}') &&
            bucket.includes('"RestrictPublicBuckets":true') &&
            policy !== undefined &&
            text(properties(policy)).includes('"aws:SecureTransport":"false"')
          );
        })
        .map(named),
    counterexample: {
      Type: 'AWS::S3::Bucket',
      Properties: { VersioningConfiguration: { Status: 'Enabled' } },
    },
  },
  'every log group is encrypted and expires': {
    offenders: every(
      ['AWS::Logs::LogGroup'],
      (located) => 'RetentionInDays' in properties(located) && 'KmsKeyId' in properties(located),
    ),
    counterexample: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
  },
  'every key rotates': {
    offenders: every(['AWS::KMS::Key'], (located) => properties(located)['EnableKeyRotation'] === true),
    counterexample: { Type: 'AWS::KMS::Key' },
  },
  'every HTTPS listener speaks TLS 1.2 or newer only': {
    offenders: every(['AWS::ElasticLoadBalancingV2::Listener'], (located) =>
      properties(located)['Protocol'] === 'HTTPS'
        ? String(properties(located)['SslPolicy']).startsWith('ELBSecurityPolicy-TLS13-1-2-Res')
        : text(properties(located)['DefaultActions']).includes('"Protocol":"HTTPS"'),
    ),
    counterexample: { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { Protocol: 'HTTPS' } },
  },
  'no role may do everything': {
    offenders: every(
      ['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'],
      (located) =>
        !/"Action":("\*"|\["\*"\])|AdministratorAccess|PowerUserAccess/.test(text(properties(located))),
    ),
    counterexample: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } },
    },
  },
  'no database, task or subnet hands out public addresses': {
    offenders: every(
      ['AWS::RDS::DBInstance', 'AWS::ECS::Service', 'AWS::EC2::Subnet'],
      (located) =>
        !/"(PubliclyAccessible|MapPublicIpOnLaunch)":true|"AssignPublicIp":"ENABLED"/.test(
          text(properties(located)),
        ),
    ),
    counterexample: { Type: 'AWS::EC2::Subnet', Properties: { MapPublicIpOnLaunch: true } },
  },
  'every launch template demands IMDSv2': {
    offenders: every(['AWS::EC2::LaunchTemplate'], (located) =>
      text(properties(located)).includes('"HttpTokens":"required"'),
    ),
    counterexample: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: {} } },
  },
  'every database forces TLS': {
    offenders: every(['AWS::RDS::DBParameterGroup'], (located) =>
      text(properties(located)['Parameters']).includes('"rds.force_ssl":"1"'),
    ),
    counterexample: { Type: 'AWS::RDS::DBParameterGroup', Properties: { Parameters: { work_mem: '16384' } } },
  },
  'every container logs, runs without privileges and without a writable root': {
    offenders: every(['AWS::ECS::TaskDefinition'], (located) => {
      const containers = properties(located)['ContainerDefinitions'];
      return (
        Array.isArray(containers) &&
        containers.every(
          (container: Properties) =>
            container['LogConfiguration'] !== undefined &&
            container['ReadonlyRootFilesystem'] === true &&
            container['Privileged'] !== true,
        )
      );
    }),
    counterexample: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Image: 'odoo' }] },
    },
  },
};
