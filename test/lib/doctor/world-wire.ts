import type { Refusal, Success, WireCall } from '../../support/aws-wire.ts';
import { noStack } from '../../support/stack-answers.ts';
import { parts, type Thing } from './thing.ts';
import { type World, NOW } from './world.ts';
import { json, xml } from './xml.ts';

type Answer = Success | Refusal | undefined;
type Answers = (world: World, call: WireCall) => Answer;

/** What the account answers to AWS's own clients. */
export function answerOf(world: World, call: WireCall): Answer {
  const refusal = world.refused.get(actionOf(call)) ?? world.refused.get(call.region);
  if (refusal !== undefined) return refusal;
  return SERVICES[call.service]?.(world, call);
}

/** What AWS says to credentials that may not do something. */
export function notAllowed(action: string): Refusal {
  const message = `User: arn:aws:iam::111122223333:user/duty is not authorized to perform: ${action} on resource: * because no identity-based policy allows it`;
  return { code: 'AccessDeniedException', status: 403, message };
}

/** What IAM calls a service that signs under another name, and calls of S3 that it names otherwise. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };
const OF_BUCKETS = {
  versioning: 'GetBucketVersioning',
  encryption: 'GetEncryptionConfiguration',
  publicAccessBlock: 'GetBucketPublicAccessBlock',
  replication: 'GetReplicationConfiguration',
};
const OF_PATHS: readonly (readonly [RegExp, string])[] = [
  [/^GET \/backup-vaults\/[^/]+$/, 'DescribeBackupVault'],
  [/^GET \/v2\/email\/account$/, 'GetAccount'],
  [/^GET \/v2\/email\/identities\//, 'GetEmailIdentity'],
];

/** The action of IAM that a call takes, for example `rds:DescribeDBInstances`. */
export function actionOf({ service, operation, parameters }: WireCall): string {
  const ofBucket = Object.entries(OF_BUCKETS).find(([name]) => name in parameters)?.[1];
  const ofPath = OF_PATHS.find(([path]) => path.test(operation))?.[1];
  const name = (service === 's3' ? ofBucket : ofPath) ?? operation.split('.').at(-1);
  return `${PREFIXES[service] ?? service}:${name}`;
}

function thingOf({ things }: World, { region }: WireCall, id: unknown): Thing {
  const found = things.get(`${region} ${String(id)}`);
  if (found === undefined) throw new Error(`nothing in ${region} is ${String(id)}`);
  return found;
}

const VPCS = 'L-F678F1CE';

const query = (fields: object): Success => ({ body: xml(fields) });
const jsonOf = (fields: object): Success => ({ body: json(fields) });

const SERVICES: Readonly<Record<string, Answers>> = {
  sts: ({ account }) => query({ Account: account }),
  cloudformation,
  rds,
  ecs: (world, call) => {
    const { services, taskDefinition } = call.parameters;
    if (operationOf(call) === 'DescribeTaskDefinition') {
      return jsonOf({ taskDefinition: thingOf(world, call, taskDefinition) });
    }
    return jsonOf({ services: [thingOf(world, call, Object(services)[0])] });
  },
  'application-autoscaling': (world) => {
    const target = world.thing('AWS::ApplicationAutoScaling::ScalableTarget');
    return jsonOf({ ScalableTargets: target['MinCapacity'] === undefined ? [] : [target] });
  },
  states: (world, call) => jsonOf(thingOf(world, call, call.parameters['stateMachineArn'])),
  autoscaling: (world, call) =>
    query({ AutoScalingGroups: [thingOf(world, call, call.parameters['AutoScalingGroupNames.member.1'])] }),
  ec2: (world, call) =>
    operationOf(call) === 'DescribeVolumes'
      ? query({ volumeSet: [thingOf(world, call, call.parameters['VolumeId.1'])] })
      : query({ instanceTypeOfferingSet: world.isOffered ? [{ instanceType: 'some' }] : [] }),
  elasticloadbalancing,
  wafv2: (world, call) => {
    const { firewall } = thingOf(world, call, call.parameters['ResourceArn']);
    return jsonOf({ WebACL: firewall && { ARN: firewall, Name: 'acl', Id: '1' } });
  },
  acm: (world, call) => jsonOf({ Certificate: thingOf(world, call, call.parameters['CertificateArn']) }),
  s3,
  backup: (world, call) => jsonOf(thingOf(world, call, call.operation.split('/').at(-1))),
  kms: (world, call) => {
    const key = thingOf(world, call, call.parameters['KeyId']);
    return jsonOf(operationOf(call) === 'DescribeKey' ? { KeyMetadata: key } : key);
  },
  secretsmanager: (world, call) => jsonOf(thingOf(world, call, call.parameters['SecretId'])),
  monitoring: (world, call) => {
    const names: unknown[] = Object.values(Object(call.parameters['AlarmNames']));
    // Those that are not there are left out.
    const alarms = names.flatMap((name): Thing[] => {
      const alarm = world.things.get(`${call.region} ${String(name)}`);
      return alarm === undefined ? [] : [alarm];
    });
    return jsonOf({
      MetricAlarms: alarms.filter((alarm) => !isComposite(alarm)),
      CompositeAlarms: alarms.filter(isComposite),
    });
  },
  sns: (world, call) =>
    query({ Subscriptions: thingOf(world, call, call.parameters['TopicArn'])['subscriptions'] }),
  logs: (world, call) => {
    const group = world.things.get(`${call.region} ${String(call.parameters['logGroupNamePrefix'])}`);
    return jsonOf({ logGroups: group?.['logGroupName'] === undefined ? [] : [group] });
  },
  ses: (world, call) =>
    jsonOf(
      call.operation.includes('/identities/') ? world.mailIdentity : (world.mailAccount[call.region] ?? {}),
    ),
  servicequotas: (world, call) => {
    const { QuotaCode, ServiceCode } = call.parameters;
    // What was never asked for has a default alone.
    if (QuotaCode === VPCS && operationOf(call) === 'GetServiceQuota') {
      return { code: 'NoSuchResourceException', message: 'no such quota' };
    }
    const Value = world.quotas.get(`${call.region} ${String(QuotaCode)}`);
    return jsonOf({ Quota: { QuotaCode, ServiceCode, Value } });
  },
};

function operationOf({ operation }: WireCall): string {
  return operation.split('.').at(-1) ?? '';
}

function cloudformation(world: World, call: WireCall): Answer {
  const name = String(call.parameters['StackName']);
  const stack = world.stacks[name];
  if (stack === undefined || stack.region !== call.region) return noStack(name);
  switch (call.operation) {
    case 'DescribeStacks': {
      const { StackStatus, EnableTerminationProtection } = stack;
      return query({
        Stacks: [{ StackName: name, CreationTime: NOW, StackStatus, EnableTerminationProtection }],
      });
    }
    case 'ListStackResources':
      return query({
        StackResourceSummaries: stack.resources.map((each) => ({ ...each, LastUpdatedTimestamp: NOW })),
      });
    case 'GetTemplate':
      return query({ TemplateBody: stack.template });
    case 'DetectStackResourceDrift': {
      const id = String(call.parameters['LogicalResourceId']);
      const resource = stack.resources.find((each) => each.LogicalResourceId === id);
      // As an emulator of AWS words it.
      if (resource?.ResourceType === 'AWS::Backup::BackupVault') {
        return {
          code: 'ValidationError',
          message: `Drift detection is not supported for resource type [${resource.ResourceType}]`,
        };
      }
      return query({
        StackResourceDrift: {
          StackId: name,
          LogicalResourceId: id,
          ResourceType: resource?.ResourceType,
          Timestamp: NOW,
          ...(world.drifted.get(id) ?? { StackResourceDriftStatus: 'IN_SYNC' }),
        },
      });
    }
    default:
      return undefined;
  }
}

function rds(world: World, call: WireCall): Answer {
  switch (call.operation) {
    case 'DescribeDBInstances':
      return query({ DBInstances: [thingOf(world, call, call.parameters['DBInstanceIdentifier'])] });
    case 'DescribePendingMaintenanceActions':
      return query({
        PendingMaintenanceActions:
          world.maintenance.length === 0 ? [] : [{ PendingMaintenanceActionDetails: world.maintenance }],
      });
    case 'DescribeDBEngineVersions':
      return query({ DBEngineVersions: [world.engineVersion] });
    case 'DescribeOrderableDBInstanceOptions':
      return query({ OrderableDBInstanceOptions: world.isOffered ? [{ MultiAZCapable: true }] : [] });
    default:
      return undefined;
  }
}

function elasticloadbalancing(world: World, call: WireCall): Answer {
  const { parameters, operation } = call;
  switch (operation) {
    case 'DescribeLoadBalancers':
      return query({
        LoadBalancers: [thingOf(world, call, parameters['LoadBalancerArns.member.1'])['balancer']],
      });
    case 'DescribeLoadBalancerAttributes':
      return query({ Attributes: thingOf(world, call, parameters['LoadBalancerArn'])['attributes'] });
    case 'DescribeListeners':
      return query({ Listeners: [...world.things.values()].filter((thing) => 'ListenerArn' in thing) });
    case 'DescribeTargetHealth':
      return query({
        TargetHealthDescriptions: thingOf(world, call, parameters['TargetGroupArn'])['targets'],
      });
    default:
      return undefined;
  }
}

function s3(world: World, call: WireCall): Answer {
  const { parameters, operation } = call;
  const bucket = thingOf(world, call, operation.split('/')[1]);
  if ('versioning' in parameters) {
    return query({ VersioningConfiguration: { Status: bucket['versioning'] } });
  }
  if ('encryption' in parameters) {
    if (bucket['encryption'] === undefined) {
      return { code: 'ServerSideEncryptionConfigurationNotFoundError', status: 404 };
    }
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: bucket['encryption'] } };
    return query({ ServerSideEncryptionConfiguration: { Rule: rule } });
  }
  if ('publicAccessBlock' in parameters) {
    if (bucket['block'] === undefined) return { code: 'NoSuchPublicAccessBlockConfiguration', status: 404 };
    return query({ PublicAccessBlockConfiguration: bucket['block'] });
  }
  if ('replication' in parameters) {
    if (parts(bucket['rules']).length === 0)
      return { code: 'ReplicationConfigurationNotFoundError', status: 404 };
    // The list has no element of its own.
    const rules = parts(bucket['rules'])
      .map((rule) => `<Rule>${xml(rule)}</Rule>`)
      .join('');
    return { body: `<ReplicationConfiguration>${rules}</ReplicationConfiguration>` };
  }
  return undefined;
}

function isComposite(alarm: Thing): boolean {
  return 'AlarmRule' in alarm;
}
