import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf, planOf, production } from '../support/environments.ts';
import { STATEFUL_TYPES } from '../support/stateful.ts';
import { type Templates, templatesOf } from '../support/templates.ts';

// Both sides of the tier boundary, the ends of the supported range, and steps in between that change every derived size.
const COUNTS = [26, 40, 60, 99, 100, 150, 400, 1000, 2500, 5000];

// What CloudFormation does to a resource that loses it: replaces, deletes, or leaves it behind outside the stack.
const LOSSES: readonly string[] = [
  ResourceImpact.WILL_REPLACE,
  ResourceImpact.MAY_REPLACE,
  ResourceImpact.WILL_DESTROY,
  ResourceImpact.WILL_ORPHAN,
];

/**
 * What a deployment from one set of templates to the other would do to stateful resources, by the create-only
 * properties of CloudFormation's resource schemas.
 */
/** Pictures of the canary's last month, which expire by themselves where it is taken away. */
const PASSING = /^CanaryArtifacts/;

function lossesBetween(before: Templates, after: Templates): string[] {
  return Object.entries(before).flatMap(([stack, template]) => {
    const losses: string[] = [];
    fullDiff(template, after[stack] ?? { Resources: {} }).resources.forEachDifference((id, change) => {
      const type = change.oldResourceType ?? '';
      if (!STATEFUL_TYPES.includes(type) || PASSING.test(id)) return;
      if (LOSSES.includes(change.changeImpact) && !isInPlace(change))
        losses.push(`${stack}/${id} (${type}): ${change.changeImpact}`);
      const [old, now] = [storage(change.oldProperties), storage(change.newProperties)];
      if (now < old) losses.push(`${stack}/${id} (${type}): shrinks from ${old} to ${now} GiB`);
    });
    return losses;
  });
}

/**
 * Whether every change that the schema calls a possible replacement is one that RDS makes in place: the schema marks
 * some properties as create-only under conditions. A standby is added to a running instance, and the retention of
 * backups changes without an outage unless it comes from or goes to 0 (RDS User Guide, November 2026).
 */
function isInPlace(change: ResourceDifference): boolean {
  if (change.oldResourceType !== 'AWS::RDS::DBInstance') return false;
  const doubtful = Object.entries(change.propertyUpdates)
    .filter(([, update]) => LOSSES.includes(update.changeImpact ?? ''))
    .map(([name]) => name);
  return (
    doubtful.length > 0 &&
    doubtful.every(
      (name) =>
        name === 'MultiAZ' ||
        (name === 'BackupRetentionPeriod' &&
          Number(change.oldProperties?.[name]) > 0 &&
          Number(change.newProperties?.[name]) > 0),
    )
  );
}

function storage(properties: Readonly<Record<string, unknown>> | undefined): number {
  return Number(properties?.['AllocatedStorage'] ?? properties?.['Size'] ?? 0);
}

function synthesize(users: number, changes: Partial<Environment>, floorGiB = 0): Templates {
  const environment = environmentOf(users, changes);
  return templatesOf({ ...environment, storage: { ...environment.storage, floorGiB } });
}

const ENVIRONMENTS: Readonly<Record<string, Partial<Environment>>> = {
  'in a test system': {},
  'in a test system sized by measurement': { sizing: 'measured' },
  'in production': production,
};

describe.each(Object.entries(ENVIRONMENTS))('changing the number of users %s', (_name, changes) => {
  const deployed = new Map(COUNTS.map((users) => [users, synthesize(users, changes)]));

  const growths = COUNTS.flatMap((from) => COUNTS.filter((to) => to > from).map((to) => [from, to] as const));
  it.each(growths)('from %i up to %i loses nothing stateful', (from, to) => {
    expect(lossesBetween(deployed.get(from) ?? {}, deployed.get(to) ?? {})).toEqual([]);
  });

  const reductions = COUNTS.slice(1).map((from) => [from, COUNTS.filter((to) => to < from)] as const);
  it.each(reductions)('from %i down to any smaller count loses nothing stateful', (from, smaller) => {
    // The high-water mark that the operator writes down before going down.
    const floorGiB = planOf(from, changes).database.storageGiB;
    const losses = smaller.flatMap((to) =>
      lossesBetween(deployed.get(from) ?? {}, synthesize(to, changes, floorGiB)),
    );
    expect(losses).toEqual([]);
  });
});

const none = { Resources: {} };

describe('turning production on', () => {
  it.each([10, 40, 150])('with %i users loses nothing stateful, nor does turning it off again', (users) => {
    const [trial, real] = [synthesize(users, {}), synthesize(users, production)];
    // What is deployed in production is the high-water mark for the way back.
    const { storageGiB } = planOf(users, production).database;
    expect(lossesBetween(trial, real)).toEqual([]);
    // A deployment deletes no stack: the copies stay, and are added to no more.
    const { Recovery = none, 'Recovery-Network': network = none } = real;
    const back = { ...synthesize(users, {}, storageGiB), Recovery, 'Recovery-Network': network };
    expect(lossesBetween(real, back)).toEqual([]);
  });
});

const database = (properties: object): Templates => ({
  Data: { Resources: { Database: { Type: 'AWS::RDS::DBInstance', Properties: { ...properties } } } },
});

describe('the comparison itself', () => {
  it('sees a create-only property change', () => {
    const losses = lossesBetween(database({ KmsKeyId: 'a' }), database({ KmsKeyId: 'b' }));
    expect(losses).toEqual([`Data/Database (AWS::RDS::DBInstance): ${ResourceImpact.WILL_REPLACE}`]);
  });

  it('sees a removed resource', () => {
    expect(lossesBetween(database({}), { Data: { Resources: {} } })).toEqual([
      `Data/Database (AWS::RDS::DBInstance): ${ResourceImpact.WILL_DESTROY}`,
    ]);
  });

  it('sees a stack that is gone', () => {
    expect(lossesBetween(database({}), {})).toHaveLength(1);
  });

  it('sees storage that shrinks', () => {
    const losses = lossesBetween(database({ AllocatedStorage: '500' }), database({ AllocatedStorage: '50' }));
    expect(losses).toEqual(['Data/Database (AWS::RDS::DBInstance): shrinks from 500 to 50 GiB']);
  });

  it('sees a loss that comes together with a change in place', () => {
    const before = database({ MultiAZ: false, DBSubnetGroupName: 'a' });
    expect(lossesBetween(before, database({ MultiAZ: true, DBSubnetGroupName: 'b' }))).toHaveLength(1);
    const kept = database({ BackupRetentionPeriod: 7 });
    expect(lossesBetween(kept, database({ BackupRetentionPeriod: 0 }))).toHaveLength(1);
  });

  it('lets a change in place pass', () => {
    const before = database({ DBInstanceClass: 'db.m7g.large', AllocatedStorage: '50' });
    expect(
      lossesBetween(before, database({ DBInstanceClass: 'db.r7g.xlarge', AllocatedStorage: '500' })),
    ).toEqual([]);
  });
});
