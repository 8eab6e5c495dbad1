import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COPIES_NOTE } from '../../../constructs/audit/audit-prefixes.ts';
import { Database } from '../../../constructs/restore-testing/validate-restore.lambda/database.ts';
import {
  type Manifest,
  takeManifest,
} from '../../../constructs/restore-testing/validate-restore.lambda/manifest.ts';
import {
  NOT_BEGUN,
  validate,
} from '../../../constructs/restore-testing/validate-restore.lambda/validation.ts';
import { lookAtBackups } from '../../../lib/backups/look-at-backups.ts';
import { serviceAccount } from '../../lib/backups/account.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import type { PostgresCluster } from '../../support/postgres.ts';
import { endpointOf, PREFIX } from '../restored-company.ts';
import { COPY } from './deployed-watch.ts';
import { attachmentsOf, historyOf, type Work } from './odoo-at-work.ts';
import { type Circumstances, TwoRegions } from './two-regions.ts';

// The Region is lost while people work: real PostgreSQL with a log that is copied, files that are copied, each with a delay of its
// own. What chooses the moment, looks at it and tells of it is what a recovery has.

const CASES: Readonly<Record<string, Circumstances>> = {
  'attachments are further behind': { seed: 11, filesWithin: 1_500, logWithin: 300 },
  'the database is further behind': { seed: 12, filesWithin: 200, logWithin: 1_500 },
  'both are behind': { seed: 13, filesWithin: 1_000, logWithin: 1_000 },
  'hardly anything is behind': { seed: 14, filesWithin: 50, logWithin: 50 },
};

interface Rehearsal {
  readonly regions: TwoRegions;
  readonly manifest: Manifest;
  readonly point: Date;
  readonly restored: PostgresCluster;
  /** What had been committed in the Region that was lost, which nobody but a test can look at. */
  readonly home: readonly Work[];
}

const rehearsals: Record<string, Rehearsal> = {};
const started: TwoRegions[] = [];

beforeAll(async () => {
  const cases = Object.entries(CASES);
  const manifests: Manifest[] = [];
  for (const [, circumstances] of cases) {
    const regions = await TwoRegions.start(circumstances);
    started.push(regions);
    manifests.push(await manifestOf(regions));
  }
  await Promise.all(started.map((regions) => regions.workUntilLost()));
  for (const [index, [name]] of cases.entries()) {
    const [regions, manifest] = [started[index], manifests[index]];
    if (regions && manifest) rehearsals[name] = await recover(regions, manifest);
  }
}, 300_000);
afterAll(() => {
  for (const { restored } of Object.values(rehearsals)) restored.stop();
  for (const regions of started) regions.remove();
});

async function manifestOf({ log }: TwoRegions): Promise<Manifest> {
  const database = await Database.connect(endpointOf(log.cluster, 'odoo'));
  const manifest = await takeManifest(database, new Date());
  await database.close();
  return manifest;
}

async function recover(regions: TwoRegions, manifest: Manifest): Promise<Rehearsal> {
  const point = await regions.restorePoint();
  const restored = await regions.restore(point);
  regions.log.cluster.revive();
  return { regions, manifest, point, restored, home: await historyOf(regions.log.cluster) };
}

/** Attachments that the database named at a moment. */
function namedAt(home: readonly Work[], moment: Date): readonly string[] {
  const named = new Set<string>();
  for (const { what, file = '', committed } of home) {
    if (committed > moment.getTime()) break;
    if (what === 'attached') named.add(file);
    if (what === 'removed') named.delete(file);
  }
  return [...named];
}

describe.each(Object.keys(CASES))('when %s', (name) => {
  const rehearsal = (): Rehearsal => {
    const found = rehearsals[name];
    if (found === undefined) throw new Error(`${name} was not rehearsed`);
    return found;
  };

  it('everything that was committed before the moment is there, and nothing of what was committed later', async () => {
    const { home, point, restored } = rehearsal();
    const [kept, lost] = [true, false].map((before) =>
      home.filter(({ committed }) => committed <= point.getTime() === before),
    );
    expect(await historyOf(restored)).toEqual(kept);
    // Otherwise nothing was seen.
    expect(kept).not.toEqual([]);
    expect(lost).not.toEqual([]);
  });

  it('every attachment that a row names is there, with its content; also what was deleted later', async () => {
    const { regions, manifest, point, restored, home } = rehearsal();
    expect(await attachmentsOf(restored)).toEqual(expect.arrayContaining([...namedAt(home, point)]));
    const { findings } = await validate(
      {
        id: 'rehearsal',
        endpoint: endpointOf(restored, 'odoo'),
        expected: {
          postgresql: Number(restored.sql('SHOW server_version_num').slice(0, 2)),
          odoo: '19.0',
          recoveryPoint: point,
          oldestHours: 1,
          manifest,
        },
        filestore: { s3: regions.s3, bucket: COPY, prefix: PREFIX, readAtMost: 100_000 },
      },
      NOT_BEGUN,
      { now: regions.later, late: () => false },
    );
    expect(findings.filter(({ passed }) => !passed)).toEqual([]);
    const deletedLater = home.filter(
      ({ what, committed }) => what === 'removed' && committed > point.getTime(),
    );
    expect(deletedLater).not.toEqual([]);
  });

  it('npm run backups says that moment', async () => {
    const { regions, point } = rehearsal();
    const { recovery, primary } = serviceAccount('test', regions.later);
    const [copied] = recovery.backups;
    if (copied === undefined) throw new Error('nothing is copied');
    primary.refused.add('all');
    recovery.backups = [{ ...copied, window: { from: regions.log.from, until: regions.log.until } }];
    recovery.vaults = { 'odoo-copies': [] };
    for (const { text, written } of regions.notes.toReversed())
      recovery.put('test-audit-replica', COPIES_NOTE, text, written);
    const report = await lookAtBackups({
      planned: { environment: environmentOf(150, production), plan: planOf(150, production) },
      cloudIn: async (region) => (region === 'eu-west-1' ? recovery : primary),
      now: regions.later,
    });
    const said = report.regions[1]?.coordination.point;
    // RDS takes whole seconds.
    expect(Math.floor((said?.at.getTime() ?? 0) / 1000)).toBe(point.getTime() / 1000);
  });
});

it('a later moment would have rows without their files: by the last of RDS, or by the newest note', () => {
  const found = rehearsals['attachments are further behind'];
  if (found === undefined) throw new Error('it was not rehearsed');
  const { regions, home } = found;
  const without = (moment: Date) => namedAt(home, moment).filter((name) => !regions.hasArrived(name));
  expect(without(found.point)).toEqual([]);
  expect(without(regions.log.until)).not.toEqual([]);
  const [newest] = regions.notes;
  const told = new Date(JSON.parse(newest?.text ?? '').filestore.until);
  expect(told.getTime()).toBeGreaterThan(regions.lost.getTime());
});
