import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import { type Located, resourcesOf, templatesOf } from '../../support/templates.ts';

const HOURS = 730;

/** How many of an item the bill charges for, in both Regions. */
function billed(users: number, changes: Partial<Environment>, item: string): number {
  const { items } = planOf(users, changes).costPerMonthUsd;
  return items
    .filter(
      (candidate) => candidate.item === item || candidate.item === `${item} in ${changes.recoveryRegion}`,
    )
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** What CloudWatch charges an alarm for: each metric that it looks at. */
function metricsOf({ resource: { Properties = {} } }: Located): unknown[] {
  const metrics: unknown = Properties['Metrics'];
  if (!Array.isArray(metrics)) return [Properties['MetricName']];
  return metrics.filter((metric: object) => 'MetricStat' in metric);
}

describe.each([
  [10, {}],
  [10, production],
  [40, {}],
  [150, production],
])('the bill of %i users charges for what the templates build', (users, changes) => {
  const templates = templatesOf(environmentOf(users, changes));
  const built = (...types: readonly string[]): number => resourcesOf(templates, ...types).length;

  it.each([
    ['KMS keys', 'AWS::KMS::Key', 1],
    ['NAT gateways', 'AWS::EC2::NatGateway', HOURS],
    ['Application Load Balancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer', HOURS],
    ['WAF web ACL', 'AWS::WAFv2::WebACL', 1],
    ['EFS sessions', 'AWS::EFS::FileSystem', 1],
  ])('%s', (item, type, each) => {
    expect(billed(users, changes, item)).toBe(built(type) * each);
  });

  it('secrets, and their copies in the recovery Region', () => {
    const copied = resourcesOf(templates, 'AWS::SecretsManager::Secret').filter(
      ({ resource }) => resource.Properties?.['ReplicaRegions'] !== undefined,
    );
    expect(billed(users, changes, 'Secrets')).toBe(built('AWS::SecretsManager::Secret') + copied.length);
  });

  it('every rule of the firewall', () => {
    const rules = resourcesOf(templates, 'AWS::WAFv2::WebACL').flatMap(
      ({ resource }) => resource.Properties?.['Rules'],
    );
    expect(billed(users, changes, 'WAF rules')).toBe(rules.flat().length);
  });

  it('no fewer alarms than there are, each as often as it has metrics, and not many more', () => {
    const metrics = resourcesOf(templates, 'AWS::CloudWatch::Alarm').flatMap(metricsOf);
    expect(billed(users, changes, 'Alarms')).toBeGreaterThanOrEqual(metrics.length);
    expect(billed(users, changes, 'Alarms')).toBeLessThanOrEqual(metrics.length + 6);
  });

  it("the server's own metrics, of which no alarm watches more than are billed", () => {
    const watched = resourcesOf(templates, 'AWS::CloudWatch::Alarm')
      .filter(({ resource }) => resource.Properties?.['Namespace'] === 'Odoo/Server')
      .map(({ resource }) =>
        JSON.stringify([resource.Properties?.['MetricName'], resource.Properties?.['Dimensions']]),
      );
    const metrics = billed(users, changes, "Server's own metrics");
    expect(metrics > 0).toBe(planOf(users, changes).tier === 'small');
    expect(new Set(watched).size).toBeLessThanOrEqual(metrics);
  });

  it('nothing that is not there, and no interface endpoint that it forgot', () => {
    const interfaces = resourcesOf(templates, 'AWS::EC2::VPCEndpoint').filter(
      ({ resource }) => resource.Properties?.['VpcEndpointType'] === 'Interface',
    );
    expect(interfaces).toEqual([]);
    expect(built('AWS::RDS::DBInstance')).toBe(planOf(users, changes).database.kind === 'rds' ? 1 : 0);
    expect(built('AWS::S3Files::FileSystem') > 0).toBe(billed(users, changes, 'S3 Files, files in use') > 0);
  });
});

it('charges for the snapshot of a golden image, and only for one that there is', () => {
  const item = 'EBS snapshot of the golden image';
  expect(billed(10, { server: { zone: 1, goldenImage: '2026-11' } }, item)).toBeGreaterThan(0);
  expect(billed(10, {}, item)).toBe(0);
});

/** Which of some items are charged for. */
const charged = (changes: Partial<Environment>, items: readonly string[]) =>
  items.map((item) => billed(40, changes, item) > 0);

it('charges for the copies of a filestore on EFS what EFS costs, and for those of a bucket what S3 does', () => {
  const region = { recoveryRegion: 'us-east-1' };
  const onEfs = { ...region, storage: { ...environmentOf(40).storage, filestore: 'efs' } } as const;
  const files = ['filestore (EFS)', 'recovery points of files'].map((what) => `Copies in us-east-1: ${what}`);
  const bucket = [
    'Copies in us-east-1: filestore and backups',
    'Copies to us-east-1: within 15 minutes (S3)',
  ];
  expect(charged(onEfs, files)).toEqual([true, true]);
  expect(charged(onEfs, bucket)).toEqual([false, false]);
  expect(charged(region, files)).toEqual([false, false]);
  expect(charged(region, bucket)).toEqual([true, true]);
});
