import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { loadEnvironmentFiles, resolveAll } from '../../../config/load.ts';
import { rebuildDocument } from '../../../lib/cli/document-rebuild.ts';
import { beside } from '../../../lib/rebuild/beside.ts';
import { type Kept, kept } from '../../../lib/rebuild/kept.ts';
import { remade } from '../../../lib/rebuild/remade.ts';
import { isCopied } from '../../support/copied.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { STATEFUL_TYPES } from '../../support/stateful.ts';
import { type Located, resourcesOf, templatesOf } from '../../support/templates.ts';

/** The shipped environments, and what none of them asks for. */
async function environments(): Promise<readonly Environment[]> {
  const shipped = resolveAll(await loadEnvironmentFiles(), {});
  if (!shipped.ok) throw new Error('the shipped environments are wrong');
  const { storage, monitoring } = environmentOf(150);
  return [
    ...shipped.value.map(({ environment }) => environment),
    environmentOf(10, {
      ...production,
      server: { zone: 1, goldenImage: '2026-11', dataVolume: '2026-11-22' },
      alarmEmail: 'odoo-alarms@example.com',
      monitoring: { ...monitoring, costAnomalyMonitor: 'tag' },
    }),
    environmentOf(150, { ...production, storage: { ...storage, filestore: 'efs' } }),
  ];
}

const deployed = (await environments()).map((environment) => ({
  environment,
  templates: templatesOf(environment),
}));
const resources = deployed.flatMap(({ templates }) => resourcesOf(templates));
const remadeTypes = remade.flatMap(({ types }) => types);

const placeOf = ({ stack, logicalId }: Located) => `${stack}/${logicalId}`;
const named = (located: Located) => `${placeOf(located)} ${located.resource.Type}`;

function holds({ resources: held }: Kept, located: Located): boolean {
  const places = held[located.resource.Type];
  return places === 'all' || (places ?? []).some((place) => placeOf(located).startsWith(place));
}

const keepersOf = (located: Located) => kept.filter((entry) => holds(entry, located));

describe('what a rebuild needs', () => {
  it('accounts for every resource of every architecture, once', () => {
    const wrong = resources.filter((located) => {
      const times =
        keepersOf(located).length + remadeTypes.filter((type) => type === located.resource.Type).length;
      return times !== 1;
    });
    expect([...new Set(wrong.map(named))]).toEqual([]);
  });

  it('takes nothing that a stack leaves behind, or that is stateful, for something that is made again', () => {
    // Permissions and records that others depend on are kept beside what they belong to, and hold nothing.
    const empty = ['AWS::IAM::Role', 'AWS::Route53::RecordSet', 'AWS::S3::BucketPolicy'];
    const holding = resources.filter(
      ({ resource: { Type, DeletionPolicy = 'Delete' } }) =>
        (STATEFUL_TYPES.includes(Type) || DeletionPolicy !== 'Delete') && !empty.includes(Type),
    );
    expect(holding.length).toBeGreaterThan(50);
    expect(holding.filter((located) => keepersOf(located).length === 0).map(named)).toEqual([]);
  });

  it('names nothing that no template has', () => {
    const types = new Set(resources.map(({ resource }) => resource.Type));
    expect(remadeTypes.filter((type) => !types.has(type))).toEqual([]);
    const places = kept.flatMap((entry) =>
      Object.entries(entry.resources).flatMap(([type, beginnings]) =>
        (beginnings === 'all' ? [''] : beginnings).map((beginning) => ({ type, beginning })),
      ),
    );
    const found = ({ type, beginning }: { type: string; beginning: string }) =>
      resources.some((located) => located.resource.Type === type && placeOf(located).startsWith(beginning));
    expect(places.filter((place) => !found(place))).toEqual([]);
  });

  it('names a copy in the recovery Region exactly where the templates make one', () => {
    const types = [
      'AWS::RDS::DBInstance',
      'AWS::EFS::FileSystem',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
    ];
    const copied = deployed.filter(({ environment }) => environment.recoveryRegion === 'eu-west-1');
    const wrong = copied.flatMap(({ templates }) =>
      resourcesOf(templates, ...types).filter((located) => {
        const isNamed = keepersOf(located).some(
          ({ inRecoveryRegion }) => !inRecoveryRegion.startsWith('none'),
        );
        return isNamed !== isCopied(templates, located);
      }),
    );
    expect(copied.length).toBeGreaterThan(2);
    expect(wrong.map(named)).toEqual([]);
  });

  it('says of everything where its copy is, or why there is none', () => {
    for (const { what, inRegion, inRecoveryRegion, comesBack } of kept) {
      for (const copy of [inRegion, inRecoveryRegion]) {
        expect(copy, what).toMatch(/^(?!none).{10,}|^none: .{10,}/);
      }
      expect(comesBack, what).not.toBe('');
    }
    expect(beside.filter(({ where, comesBack }) => where === '' || comesBack === '')).toEqual([]);
  });
});

it('docs/rebuild.md is what the lists say now; otherwise run: npm run docs:rebuild', async () => {
  const stored = await readFile(new URL('../../../docs/rebuild.md', import.meta.url), 'utf8');
  expect(stored).toBe(rebuildDocument());
});
