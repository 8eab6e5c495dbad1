import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { comparePlans } from '../../config/sizing/compare-plans.ts';
import { environmentOf, planOf, production } from '../support/environments.ts';
import { resourcesOf, type Templates, templatesOf } from '../support/templates.ts';

// What the plan says about a change of size, beside the templates that would be deployed.

const SERVICE_COUNTS = [26, 40, 60, 99, 100, 150, 310, 400, 2500];
const SERVER_COUNTS = [1, 10, 11, 20, 25];

/** For each row of a change: what of the templates it speaks of. It is there if and only if that differs. */
const SERVICE_ROWS: Readonly<Record<string, (templates: Templates) => unknown>> = {
  'PostgreSQL parameters': (templates) => propertiesOf(templates, 'AWS::RDS::DBParameterGroup', 'Parameters'),
  'Database class': (templates) => propertiesOf(templates, 'AWS::RDS::DBInstance', 'DBInstanceClass'),
  'Standby database': (templates) => propertiesOf(templates, 'AWS::RDS::DBInstance', 'MultiAZ'),
  'Database storage': (templates) =>
    propertiesOf(templates, 'AWS::RDS::DBInstance', 'AllocatedStorage', 'MaxAllocatedStorage'),
  'Web node': (templates) => tasksOf(templates, 'OdooWebDefinition'),
  'Web nodes': (templates) =>
    propertiesOf(templates, 'AWS::ApplicationAutoScaling::ScalableTarget', 'MinCapacity', 'MaxCapacity'),
  'Scheduled jobs': (templates) => tasksOf(templates, 'OdooCronDefinition'),
  'NAT gateways': (templates) => resourcesOf(templates, 'AWS::EC2::NatGateway').length,
  Firewall: (templates) => propertiesOf(templates, 'AWS::WAFv2::WebACL', 'Rules'),
};

const SERVER_ROWS: Readonly<Record<string, (templates: Templates) => unknown>> = {
  'Data volume': (templates) => propertiesOf(templates, 'AWS::EC2::Volume', 'Size'),
};

function propertiesOf(templates: Templates, type: string, ...names: readonly string[]): unknown {
  return resourcesOf(templates, type).map(({ resource }) => names.map((name) => resource.Properties?.[name]));
}

function launchedBy(templates: Templates): unknown {
  return propertiesOf(templates, 'AWS::EC2::LaunchTemplate', 'LaunchTemplateData');
}

function tasksOf(templates: Templates, id: string): unknown {
  return resourcesOf(templates, 'AWS::ECS::TaskDefinition')
    .filter(({ logicalId }) => logicalId.includes(id))
    .map(({ resource: { Properties } }) => [
      Properties?.['ContainerDefinitions'],
      Properties?.['Cpu'],
      Properties?.['Memory'],
    ]);
}

/** From each count to its neighbours and to both ends. */
function pairsOf(counts: readonly number[]) {
  return counts.flatMap((from, index) =>
    [counts[index - 1], counts[index + 1], counts[0], counts.at(-1)]
      .filter((to) => to !== undefined && to !== from)
      .map((to) => [from, Number(to)] as const),
  );
}

const ENVIRONMENTS: Readonly<Record<string, Partial<Environment>>> = {
  'in a test system': {},
  'in a test system sized by measurement': { sizing: 'measured' },
  'in production': production,
};

describe.each(Object.entries(ENVIRONMENTS))('what the plan says of a change %s', (_name, changes) => {
  const deployed = new Map<string, Templates>();

  /** With the storage that was there before, as the plan advises. */
  const templates = (users: number, floorGiB = 0): Templates => {
    const key = `${users} ${floorGiB}`;
    const environment = environmentOf(users, {
      ...changes,
      ...(users <= 25 && { availability: 'single-az' }),
    });
    const found =
      deployed.get(key) ?? templatesOf({ ...environment, storage: { ...environment.storage, floorGiB } });
    deployed.set(key, found);
    return found;
  };

  const compared = (from: number, to: number) => {
    const tier = to <= 25 ? { ...changes, availability: 'single-az' as const } : changes;
    const [before, after] = [planOf(from, tier), planOf(to, tier)];
    const floorGiB = Math.max(
      0,
      after.database.storageGiB < before.database.storageGiB ? before.database.storageGiB : 0,
    );
    const { changes: rows } = comparePlans(before, after, environmentOf(to, tier));
    return { rows, before: templates(from), after: templates(to, floorGiB) };
  };

  it.each(pairsOf(SERVICE_COUNTS))('from %i to %i users is what the templates change', (from, to) => {
    const { rows, before, after } = compared(from, to);
    const said = rows.map(({ what }) => what).filter((what) => what !== 'Architecture');
    const changed = Object.entries(SERVICE_ROWS)
      .filter(([, look]) => !isDeepStrictEqual(look(before), look(after)))
      .map(([what]) => what);
    expect(said.toSorted()).toEqual(changed.toSorted());
  });

  it.each(pairsOf(SERVER_COUNTS))(
    'from %i to %i users replaces the server if and only if it says so',
    (from, to) => {
      const { rows, before, after } = compared(from, to);
      expect(rows.some(({ effect }) => effect === 'minutes away')).toBe(
        !isDeepStrictEqual(launchedBy(before), launchedBy(after)),
      );
      for (const [what, look] of Object.entries(SERVER_ROWS)) {
        expect(rows.some((row) => row.what === what)).toBe(!isDeepStrictEqual(look(before), look(after)));
      }
    },
  );
});
