import type { Comparison } from './comparison.ts';
import type { DeployedResources } from './deployed-resources.ts';

/** Types whose replacement would lose data or move everything that depends on them. */
const STATEFUL_TYPES: ReadonlySet<string> = new Set([
  'AWS::EC2::VPC',
  'AWS::EC2::Subnet',
  'AWS::EC2::Volume',
  'AWS::EFS::FileSystem',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::S3Files::FileSystem',
  'AWS::SecretsManager::Secret',
]);

/** Physical id of every stateful resource by its place in the stacks. */
export type StatefulIds = Readonly<Record<string, string>>;

export function statefulIds({ all }: DeployedResources): StatefulIds {
  const stateful = all.filter(({ type }) => STATEFUL_TYPES.has(type));
  return Object.fromEntries(
    stateful.map(({ stack, logicalId, physicalId }) => [`${stack}/${logicalId}`, physicalId]),
  );
}

/** What was there before a change is the same thing after it. */
export function comparePreserved(before: StatefulIds, after: StatefulIds): readonly Comparison[] {
  return Object.entries(before).map(([place, id]) => ({
    what: `${place} is still the same resource`,
    expected: id,
    actual: after[place],
  }));
}
