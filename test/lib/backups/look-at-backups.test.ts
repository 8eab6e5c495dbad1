import { beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { DATABASE_NAME } from '../../../constructs/database/odoo-database.ts';
import { FILESTORE_DIRECTORY } from '../../../constructs/filestore/filestore-bucket.ts';
import { FILESTORE_PREFIX } from '../../../lib/backups/filestore-versions.ts';
import { lookAtBackups } from '../../../lib/backups/look-at-backups.ts';
import { COPIES_NOTE } from '../../../constructs/audit/audit-prefixes.ts';
import type { BackupsReport, RegionReport } from '../../../lib/backups/report.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';
import {
  ago,
  bringBack,
  DAY,
  type FakeRegion,
  HOUR,
  MINUTE,
  NOW,
  serverAccount,
  serverList,
  serviceAccount,
  watermark,
} from './account.ts';

let primary: FakeRegion;
let recovery: FakeRegion;

async function look(
  users: number,
  { at, ...changes }: Partial<Environment> & { readonly at?: Date } = {},
): Promise<BackupsReport & { readonly first: RegionReport; readonly second: RegionReport }> {
  const environment = environmentOf(users, { ...production, ...changes });
  const report = await lookAtBackups({
    planned: { environment, plan: planOf(users, { ...production, ...changes }) },
    cloudIn: async (region) => (region === 'eu-central-1' ? primary : recovery),
    at,
    now: NOW,
  });
  const [first, second = first] = report.regions;
  if (first === undefined || second === undefined) throw new Error('no Region was looked at');
  return { ...report, first, second };
}

const whys = ({ problems }: BackupsReport) =>
  problems.map(({ region, what, why }) => `${region}, ${what}: ${why}`);

const attachmentsOf = ({ coordination: { point } }: RegionReport) => point?.attachments;

describe('of medium and large', () => {
  beforeEach(() => ({ primary, recovery } = serviceAccount('test')));

  it('everything that can be restored is found, and nothing is wrong', async () => {
    const { first, second, problems } = await look(150);
    expect(problems).toEqual([]);
    expect(first).toMatchObject({
      region: 'eu-central-1',
      role: 'primary',
      windows: [{ kind: 'automated-backup', resourceId: 'db-ABCDEFGHIJKL', until: ago(5 * MINUTE) }],
      filestore: { bucket: 'test-filestore', until: NOW, keptDays: 42 },
      proofs: [{ verdict: 'passed', provenAt: ago(18 * HOUR), restoredTo: new Date('2026-11-29T03:30:00Z') }],
      surroundings: {
        subnetGroup: 'test-subnets',
        securityGroup: 'sg-0123456789abcdef0',
        parameterGroup: 'test-parameters',
        vault: 'odoo-1a2b',
        auditBucket: 'test-audit',
      },
    });
    expect(first.points).toHaveLength(47);
    expect(second).toMatchObject({
      region: 'eu-west-1',
      role: 'recovery',
      filestore: { bucket: 'test-filestore-replica', until: ago(15 * MINUTE) },
      proofs: [{ verdict: 'passed' }],
      copiesToldAt: ago(2 * MINUTE),
    });
    expect(second.points).toHaveLength(30);
  });

  it('each thing is asked once in each Region', async () => {
    await look(150);
    // Of the copies, the newest note, and the one that counts.
    for (const [{ asked }, count] of [
      [primary, 7],
      [recovery, 9],
    ] as const) {
      expect(asked).toHaveLength(count);
      expect(new Set(asked).size).toBe(count);
    }
  });

  it('a note from before the database has arrived need not be looked for', async () => {
    recovery.objects['test-audit-replica/watermarks/copies.json']?.shift();
    const { second } = await look(150);
    expect(recovery.asked).toHaveLength(8);
    expect(second.filestore).toMatchObject({ until: ago(15 * MINUTE) });
  });

  it('without a note from before the database has arrived, no point is named that has one from after it', async () => {
    recovery.objects['test-audit-replica/watermarks/copies.json']?.pop();
    const report = await look(150);
    expect(report.second.coordination.point).toBeUndefined();
    expect(whys(report)[0]).toMatch(/it was not written before 2026-11-30T03:06:40/);
  });

  // The newest one says three minutes: perhaps only because nothing comes any more.
  it('in the recovery Region the database is not newer than the attachments that have arrived', async () => {
    const { second } = await look(150);
    expect(second.coordination.point).toMatchObject({
      at: ago(15 * MINUTE),
      givenUp: 15 * MINUTE,
      givenUpForFilestore: 9 * MINUTE,
    });
  });

  it('only backups under the key of the copies are taken for the own ones', async () => {
    const { second } = await look(150);
    expect(second.windows.map(({ resourceId }) => resourceId)).toEqual(['db-ABCDEFGHIJKL']);
  });

  it('a moment that was asked for is looked for in both Regions', async () => {
    const at = ago(3 * DAY);
    const { first, second, problems } = await look(150, { at });
    expect(problems).toEqual([]);
    for (const { coordination } of [first, second])
      expect(coordination.point).toMatchObject({ at, givenUp: 0 });
  });

  it('a moment that lies too far from what there is, is a problem that names the nearest', async () => {
    const report = await look(150, { at: new Date('2026-10-20T12:00:00Z') });
    expect(whys(report)).toEqual([
      'eu-central-1, 2026-10-20T12:00:00Z: 8 h 19 min of work is lost, promised are 1 h at most; the nearest before it is 2026-10-20T03:41:00Z, the nearest after it 2026-10-21T03:41:00Z',
      'eu-west-1, 2026-10-20T12:00:00Z: nothing can be restored from then or before, the first after it is 2026-10-26T03:12:40Z',
    ]);
  });

  it('attachments that are gone are a problem', async () => {
    primary.kept['test-filestore'] = 10;
    const report = await look(150, { at: ago(12 * DAY) });
    expect(whys(report)).toEqual([
      'eu-central-1, attachments: those that were deleted between 2026-11-18T03:12:40Z and 2026-11-20T03:12:40Z are gone',
    ]);
  });

  it('copies that lag by more than the promise are a problem', async () => {
    const noted = ago(7 * MINUTE);
    recovery.put('test-audit-replica', 'watermarks/copies.json', watermark(noted, ago(2 * HOUR)), noted);
    const report = await look(150);
    expect(whys(report)).toEqual([
      'eu-west-1, 2026-11-30T03:12:40Z: 2 h of work is lost, promised are 1 h at most; the nearest before it is 2026-11-30T01:12:40Z',
    ]);
  });

  it.each([
    ['primary', 'recovery'],
    ['recovery', 'primary'],
  ] as const)('the loss of the %s Region leaves what the %s one has', async (lost, left) => {
    const regions = { primary, recovery };
    const before = await look(150);
    regions[lost].refused.add('all');
    const after = await look(150);
    const of = (report: BackupsReport) => report.regions.find(({ role }) => role === left);
    expect(of(after)).toEqual(of(before));
    expect(after.problems.length).toBeGreaterThan(0);
    expect(after.problems.every(({ why }) => why === 'ECONNREFUSED')).toBe(true);
    expect(after.regions.find(({ role }) => role === lost)?.coordination.point).toBeUndefined();
  });

  it.each([
    [
      'automatedBackups',
      /^eu-central-1, RDS, automated backups of prod-data-databaseinstance.*: not authorized/,
    ],
    ['recoveryPoints', /^eu-central-1, AWS Backup, vault odoo-1a2b: not authorized/],
    ['keptDays', /^eu-central-1, S3, lifecycle of bucket test-filestore: not authorized/],
    ['keys', /^eu-central-1, reports of restore tests, s3:\/\/test-audit\/restore-tests\/: not authorized/],
    ['text', /^eu-central-1, report s3:\/\/test-audit\/restore-tests\/.*: not authorized/],
    ['resources', /^eu-central-1, stack test-(Data|Backup): not authorized/],
  ] as const)('what is refused is named, and never passed over: %s', async (question, expected) => {
    primary.refused.add(question);
    expect(whys(await look(150))[0]).toMatch(expected);
  });

  it('without RDS the newest recovery point is the answer', async () => {
    primary.refused.add('automatedBackups');
    const { first } = await look(150);
    expect(first.coordination.point).toMatchObject({
      at: new Date('2026-11-29T03:41:00Z'),
      source: { kind: 'recovery-point', created: new Date('2026-11-29T03:30:00Z') },
    });
  });

  it('how long attachments are kept is not made up where nobody says', async () => {
    primary.refused.add('keptDays');
    const { first } = await look(150);
    expect(first.coordination.point?.attachments).toMatchObject({ keptUntil: 'unknown' });
  });

  it.each([
    ['was never written', undefined, 'it was never written'],
    ['is no JSON', 'not json', 'is not JSON'],
    ['lacks a part', { writtenAt: NOW.toISOString(), backups: null, database: null }, 'filestore'],
    [
      'has a moment without a zone',
      { ...watermark(ago(7 * MINUTE), null), filestore: { until: '2026-11-30T03:00:00' } },
      'ISO datetime',
    ],
  ])('how far the copies are %s: no point in the recovery Region', async (_, content, why) => {
    delete recovery.objects['test-audit-replica/watermarks/copies.json'];
    if (content !== undefined) recovery.put('test-audit-replica', 'watermarks/copies.json', content);
    const report = await look(150);
    expect(report.second.coordination.point).toBeUndefined();
    expect(whys(report)).toEqual([
      expect.stringContaining(
        `eu-west-1, how far the copies are, s3://test-audit-replica/watermarks/copies.json`,
      ),
      'eu-west-1, attachments: how far they are there is not known, so no database can be named that has all of its own',
    ]);
    expect(whys(report)[0]).toContain(why);
  });

  it('a watermark that does not know of attachments lets no point be named', async () => {
    recovery.put('test-audit-replica', 'watermarks/copies.json', watermark(ago(7 * MINUTE), null));
    expect((await look(150)).second.coordination.point).toBeUndefined();
  });

  it('a stack that is missing, or of another version, is named', async () => {
    recovery.stacks = {};
    primary.stacks['test-Backup'] = [];
    expect(whys(await look(150))).toEqual([
      'eu-central-1, stack test-Backup: has no AWS::Backup::BackupVault: deploy it from this checkout',
      'eu-west-1, stack test-Recovery: there is none in the account of your credentials',
    ]);
  });

  it('without a recovery Region only one is asked, and that is no problem', async () => {
    const report = await look(150, { recoveryRegion: undefined });
    expect(report.regions).toHaveLength(1);
    expect(report.problems).toEqual([]);
    expect(recovery.asked).toEqual([]);
  });

  it('recovery points that are not complete are counted apart', async () => {
    const [newest] = primary.vaults['odoo-1a2b'] ?? [];
    if (newest) primary.vaults['odoo-1a2b']?.push({ ...newest, arn: 'arn:partial', status: 'PARTIAL' });
    const { first } = await look(150);
    expect(first.unusable).toEqual([{ name: 'arn:partial', status: 'PARTIAL' }]);
    expect(first.points).toHaveLength(47);
  });

  it('a new environment has no backup yet', async () => {
    primary.backups = [];
    primary.vaults = { 'odoo-1a2b': [] };
    expect(whys(await look(150))).toEqual(['eu-central-1, database: there is no backup of it yet']);
  });

  it('a proof of the filestore on EFS is none of the database, nor the other way round', async () => {
    for (const [hours, rest] of [
      [17, 'passed-filestore-7C40'],
      [2, 'failed-filestore-7C41'],
    ] as const) {
      primary.put('test-audit', `restore-tests/${ago(hours * HOUR).toISOString()}-${rest}.json`, {
        recoveryPoint: ago(48 * HOUR).toISOString(),
      });
    }
    const { first } = await look(150);
    expect(first.proofs).toMatchObject([
      { verdict: 'passed', provenAt: ago(18 * HOUR) },
      { of: 'filestore', verdict: 'passed', provenAt: ago(17 * HOUR), restoredTo: ago(48 * HOUR) },
      { of: 'filestore', verdict: 'failed', provenAt: ago(2 * HOUR) },
    ]);
    expect(first.proofs[0]).not.toHaveProperty('of');
  });

  it('attachments on EFS that are replicated no more, as after a recovery, are a promise that is not kept', async () => {
    const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' as const };
    const noted = ago(10 * MINUTE);
    recovery.put('test-audit-replica', 'watermarks/copies.json', watermark(noted, ago(30 * HOUR)), noted);
    const { problems } = await look(150, { storage });
    expect(problems).toContainEqual(
      expect.objectContaining({
        region: 'eu-west-1',
        why: expect.stringMatching(/of work is lost, promised/),
      }),
    );
  });

  it('attachments on EFS are those of the first moment that is not older than the database', async () => {
    const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' as const };
    for (const { vaults } of [primary, recovery]) {
      for (const points of Object.values(vaults)) {
        points.push(...points.map((point) => ({ ...point, arn: `${point.arn}-efs`, resourceType: 'EFS' })));
      }
    }
    const newest = await look(150, { storage });
    expect(newest.problems).toEqual([]);
    expect(attachmentsOf(newest.first)).toMatchObject({ name: 'the file system in service', created: NOW });
    expect(newest.second.coordination.point?.at).toEqual(ago(15 * MINUTE));
    expect(attachmentsOf(newest.second)).toMatchObject({
      name: 'the replica of the file system',
      created: ago(15 * MINUTE),
    });
    const old = await look(150, { storage, at: new Date('2026-11-27T12:00:00Z') });
    for (const region of [old.first, old.second]) {
      expect(attachmentsOf(region)).toMatchObject({
        kind: 'point',
        created: new Date('2026-11-28T03:30:00Z'),
      });
    }
  });
});

describe('of small', () => {
  beforeEach(() => ({ primary, recovery } = serverAccount()));

  it('what the server says is found, and nothing is wrong', async () => {
    const { first, problems } = await look(10);
    expect(problems).toEqual([]);
    expect(first).toMatchObject({
      windows: [{ kind: 'pgbackrest', name: 's3://test-backups/server/pgbackrest/', until: ago(3 * MINUTE) }],
      filestore: { until: ago(5 * MINUTE) },
      proofs: [{ verdict: 'passed', report: 'restore-tests/of-the-server.json' }],
      volumeProof: { verdict: 'passed', report: 'restore-tests/of-the-volume.json' },
      serverToldAt: ago(2 * MINUTE),
    });
    expect(first.points.map(({ kind }) => kind)).toEqual([...Array(7).fill('volume'), 'dump', 'dump']);
  });

  it('the database is not newer than the attachments that were copied from the server', async () => {
    expect((await look(10)).first.coordination.point).toMatchObject({
      at: ago(5 * MINUTE),
      givenUpForFilestore: 2 * MINUTE,
    });
  });

  it('in the recovery Region only what has arrived with everything that it names is believed', async () => {
    // Backups are there until nine minutes ago: the list of twelve minutes ago is, what the one of seven names may not be.
    const { second } = await look(10);
    expect(second.serverToldAt).toEqual(ago(12 * MINUTE));
    expect(second.windows[0]?.until).toEqual(ago(13 * MINUTE));
    expect(second.coordination.point?.at).toEqual(ago(15 * MINUTE));
  });

  it('attachments in the recovery Region are behind the copy, where that lags', async () => {
    recovery.put(
      'test-audit-replica',
      'watermarks/copies.json',
      watermark(ago(2 * MINUTE), ago(40 * MINUTE), ago(9 * MINUTE)),
    );
    expect((await look(10)).second.coordination.point?.at).toEqual(ago(40 * MINUTE));
  });

  it('a note from after the last that was heard of the server does not count', async () => {
    for (const [noted, until] of [
      [ago(4 * MINUTE), ago(14 * MINUTE)],
      [ago(MINUTE), ago(MINUTE)],
    ] as const)
      recovery.put('test-audit-replica', 'watermarks/copies.json', watermark(noted, until, until), noted);
    const { second } = await look(10);
    expect(second.serverToldAt).toEqual(ago(17 * MINUTE));
    expect(second.copiesToldAt).toEqual(ago(MINUTE));
  });

  it('without knowing how far the backups are, recovery points of the data volume are left', async () => {
    recovery.put(
      'test-audit-replica',
      'watermarks/copies.json',
      watermark(ago(2 * MINUTE), ago(MINUTE), null),
    );
    const report = await look(10);
    expect(report.second.windows).toEqual([]);
    expect(report.second.coordination.point).toMatchObject({
      source: { kind: 'volume' },
      attachments: { kind: 'included' },
    });
    expect(whys(report)[0]).toBe(
      "eu-west-1, copy of the server's backups, s3://test-backups-replica: how far it is, is not known",
    );
  });

  it.each([
    ['was never written', undefined, 'the server has not written it'],
    ['is no JSON', '{', 'is not JSON'],
    [
      'has its moments the wrong way round',
      { ...serverList(NOW), database: { oldest: NOW.toISOString(), latest: ago(1).toISOString() } },
      'oldest is after latest',
    ],
    ['lacks a part', { ...serverList(NOW), filestore: undefined }, 'filestore'],
  ])('what the server says %s: it is a problem, and the volume is left', async (_, content, why) => {
    delete primary.objects['test-backups/server/recovery-points.json'];
    if (content !== undefined) primary.put('test-backups', 'server/recovery-points.json', content);
    const report = await look(10);
    expect(whys(report)[0]).toContain(
      'eu-central-1, what the server says, s3://test-backups/server/recovery-points.json: ',
    );
    expect(whys(report)[0]).toContain(why);
    expect(report.first.coordination.point?.source.kind).toBe('volume');
  });

  it('a server that is silent for hours is a problem', async () => {
    primary.put('test-backups', 'server/recovery-points.json', serverList(ago(5 * HOUR)));
    expect(whys(await look(10))[0]).toMatch(/^eu-central-1, 2026-11-30T03:12:40Z: 5 h 3 min of work is lost/);
  });

  it('a test in which nothing came back is a test that failed', async () => {
    const proof = {
      provenAt: ago(HOUR).toISOString(),
      restoredTo: null,
      verdict: 'failed',
      report: 'a.json',
    };
    primary.put('test-backups', 'server/recovery-points.json', { ...serverList(NOW), proof });
    expect((await look(10)).first.proofs).toEqual([
      { provenAt: ago(HOUR), restoredTo: undefined, verdict: 'failed', report: 'a.json' },
    ]);
  });

  it('a test that was never made is no proof, and is not made up for by one of another kind', async () => {
    primary.put('test-backups', 'server/recovery-points.json', { ...serverList(NOW), proof: null });
    const { proofs, volumeProof } = (await look(10)).first;
    expect(proofs).toEqual([]);
    expect(volumeProof).toMatchObject({ verdict: 'passed' });
  });

  it.each([{ volumeProof: null }, { volumeProof: undefined }])(
    'a recovery point of the data volume that was never tested is not proven by the backup that was: %o',
    async (unproven) => {
      primary.put('test-backups', 'server/recovery-points.json', { ...serverList(NOW), ...unproven });
      const { proofs, volumeProof } = (await look(10)).first;
      expect(proofs).toHaveLength(1);
      expect(volumeProof).toBeUndefined();
    },
  );
});

it.each([10, 40, 150])('what is read of stacks is what they have: %i users', (users) => {
  const templates = templatesOf(environmentOf(users, production));
  const found = resourcesOf(templates);
  const has = (stack: string, type: string, id: string) =>
    found.filter(
      (located) =>
        located.stack === stack && located.resource.Type === type && located.logicalId.startsWith(id),
    ).length;
  for (const id of ['FilestoreBucket', 'BackupBucket', 'AuditBucket']) {
    expect(has('Data', 'AWS::S3::Bucket', id)).toBe(1);
  }
  for (const id of ['FilestoreReplica', 'BackupReplica', 'AuditReplica']) {
    expect(has('Recovery', 'AWS::S3::Bucket', id)).toBe(1);
  }
  expect(has('Recovery', 'AWS::KMS::Key', 'Key')).toBe(1);
  expect(JSON.stringify(templates['Recovery'])).toContain(COPIES_NOTE);
  for (const stack of ['Backup', 'Recovery']) expect(has(stack, 'AWS::Backup::BackupVault', '')).toBe(1);
  const services = users > 25 ? 1 : 0;
  expect(has('Data', 'AWS::RDS::DBInstance', 'DatabaseInstance')).toBe(services);
  expect(has('Data', 'AWS::RDS::DBSubnetGroup', '')).toBe(services);
  expect(has('Data', 'AWS::RDS::DBParameterGroup', '')).toBe(services);
  expect(has('Data', 'AWS::EC2::SecurityGroup', 'DatabaseSecurityGroup')).toBe(services);
});

const roles = ({ regions }: BackupsReport) => regions.map(({ region, role }) => `${region} ${role}`);

describe('an environment that was brought back', () => {
  describe('of medium and large', () => {
    beforeEach(() => {
      ({ primary, recovery } = serviceAccount('test'));
      bringBack({ recovery });
    });

    it('is looked at where it runs, with what it has made since, and after that at what was before', async () => {
      const report = await look(40);
      expect(roles(report)).toEqual(['eu-west-1 recovered', 'eu-west-1 recovery', 'eu-central-1 primary']);
      expect(report.first).toMatchObject({
        windows: [{ name: 'recovered', from: ago(2 * DAY), until: ago(5 * MINUTE) }],
        filestore: { bucket: 'test-filestore-replica', until: NOW },
        surroundings: {
          subnetGroup: 'recovered-subnets',
          securityGroup: 'sg-recovered',
          vault: 'odoo-recovered',
          auditBucket: 'test-audit-replica',
        },
      });
      expect(report.second.windows).toMatchObject([{ resourceId: 'db-ABCDEFGHIJKL' }]);
      expect(report.problems).toEqual([]);
    });

    it('is not accused of copies that stand still since', async () => {
      const then = { from: ago(35 * DAY), until: ago(2 * DAY) };
      recovery.backups = recovery.backups.map((backup) =>
        backup.instance === 'recovered' ? backup : { ...backup, window: then },
      );
      recovery.put('test-audit-replica', COPIES_NOTE, watermark(ago(2 * DAY), ago(2 * DAY)), ago(2 * DAY));
      expect(whys(await look(40))).toEqual([]);
    });

    it('is told that its own backups do not come', async () => {
      recovery.backups = recovery.backups.map((backup) =>
        backup.instance === 'recovered'
          ? { ...backup, window: { from: ago(2 * DAY), until: ago(5 * HOUR) } }
          : backup,
      );
      expect(whys(await look(40)).join()).toMatch(/^eu-west-1, .* of work is lost, promised are 1 h at most/);
    });

    it('runs at home again once the fence is lifted, though what it was brought back into is still there', async () => {
      delete recovery.objects['test-audit-replica/fence/fenced.json'];
      expect(roles(await look(40))).toEqual(['eu-central-1 primary', 'eu-west-1 recovery']);
    });
  });

  it('of small, it has its backups beside the copies', async () => {
    ({ primary, recovery } = serverAccount());
    bringBack({ recovery });
    recovery.put(
      'test-backups-replica',
      'recovered/recovery-points.json',
      serverList(ago(MINUTE)),
      ago(MINUTE),
    );
    const { first, regions } = await look(10);
    expect(regions.map(({ role }) => role)).toEqual(['recovered', 'recovery', 'primary']);
    expect(first).toMatchObject({
      windows: [{ kind: 'pgbackrest', name: 's3://test-backups-replica/recovered/pgbackrest/' }],
      serverToldAt: ago(MINUTE),
    });
  });
});

it('attachments are looked for where the mount and the server put them', () => {
  expect(FILESTORE_PREFIX).toBe(`${FILESTORE_DIRECTORY}/${DATABASE_NAME}/`);
});
