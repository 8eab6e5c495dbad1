import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attachment, NOW, RECOVERY_POINT, RestoredCompany } from './restored-company.ts';
import { AUDIT, failuresOf, ID, RestoredFilestore } from './restored-filestore.ts';

let company: RestoredCompany;
beforeAll(async () => {
  company = await RestoredCompany.start(300);
});
afterAll(() => company?.stop());

let filestore: RestoredFilestore;
beforeEach(() => {
  filestore = new RestoredFilestore(company);
});
afterEach(() => filestore.remove());

/** Files of the audit bucket as they are, by what their names end with. */
const kept = (ending: string) => [...company.store.current(AUDIT)].filter(([key]) => key.endsWith(ending));

it('lets a good restore pass, with what it saw', async () => {
  await filestore.listBefore();
  const { validation, verdict } = await filestore.test();
  expect(validation.findings).toEqual([
    {
      check: 'file system',
      passed: true,
      details: expect.stringMatching(/^attachments at \/aws-backup-restore_2026\S+\/filestore\/odoo\/?$/),
    },
    { check: 'recovery point', passed: true, details: '2026-11-30T01:00:00.000Z, 2.0 hours ago' },
    {
      check: 'attachments',
      passed: true,
      details: expect.stringMatching(/^300 files of 0\.0 MiB looked at, 300 of them read$/),
    },
  ]);
  expect(verdict).toEqual({
    status: 'SUCCESSFUL',
    message: '3 checks passed; 300 attachments',
    report: `restore-tests/2026-11-30T03:00:00.000Z-passed-filestore-${ID}.html`,
  });
  const page = String(company.store.current(AUDIT).get(verdict.report)?.content);
  expect(page).toContain('<h1>Restore test of prod: the filestore on EFS</h1>');
  expect(page).not.toContain('Not part of it');
  expect(filestore.logged).toEqual([expect.objectContaining({ RestoreProven: 1, AttachmentsChecked: 300 })]);
});

it('lists the attachments beside each manifest, each file once, in order', async () => {
  await filestore.listBefore();
  expect(kept('.attachments.gz').map(([key]) => key)).toEqual([
    'manifests/2026-11-30T00:45:00.000Z.attachments.gz',
  ]);
  const [[, manifest] = []] = kept('.json');
  expect(JSON.parse(String(manifest?.content))).toMatchObject({
    attachments: { list: 'manifests/2026-11-30T00:45:00.000Z.attachments.gz', files: 300 },
  });
});

it('takes a directory at its own place, too, and any other for no filestore', async () => {
  await filestore.listBefore();
  const mount = join(filestore.mounts, ID);
  const [from, to] = [filestore.pathOf({ name: '..' }), join(mount, 'filestore')];
  renameSync(from, to);
  expect((await filestore.test()).failures).toEqual({});
  renameSync(to, join(mount, 'elsewhere'));
  expect((await filestore.test()).failures).toEqual({
    'file system':
      'no filestore/odoo/ on the restored file system, which has aws-backup-restore_2026-11-30T02-35-00-000Z, elsewhere',
  });
});

it('passes over a list whose manifest was never written, because counting broke off', async () => {
  await filestore.listBefore();
  company.store.put(AUDIT, 'manifests/2026-11-30T00:50:00.000Z.attachments.gz', { content: 'anything' });
  expect((await filestore.test()).failures).toEqual({});
});

it('does not miss what users have deleted meanwhile, nor what they have added', async () => {
  await filestore.listBefore();
  for (const number of [3, 4]) {
    rmSync(filestore.pathOf(attachment(number)));
    filestore.sql(`DELETE FROM ir_attachment WHERE store_fname = '${attachment(number).name}'`);
  }
  filestore.sql(
    `INSERT INTO ir_attachment (name, type, store_fname, file_size) VALUES ('new', 'binary', '${attachment(1000).name}', 9)`,
  );
  const { validation, verdict } = await filestore.test();
  expect(verdict.status).toBe('SUCCESSFUL');
  expect(validation.findings.at(-1)?.details).toMatch(/^298 files .*; 2 were deleted since they were listed/);
});

it('takes the size of old rows as it is, where Odoo has noted none', async () => {
  filestore.sql(`UPDATE ir_attachment SET file_size = NULL`);
  await filestore.listBefore();
  expect((await filestore.test()).failures).toEqual({});
});

const path = (number: number) => filestore.pathOf(attachment(number));
const name = (number: number) => attachment(number).name;

/** What is done after the list was made, the check that names it, and how. */
type Damage = readonly [what: string, check: string, named: () => RegExp | string, damage: () => unknown];

const DAMAGES: readonly Damage[] = [
  [
    'a missing file',
    'attachments',
    () => new RegExp(`^1 missing \\(${name(7)}\\); 300 files .*, 299 of them read$`),
    () => rmSync(path(7)),
  ],
  [
    'a truncated file',
    'attachments',
    () => new RegExp(`^1 wrong size \\(${name(8)}\\)`),
    () => writeFileSync(path(8), attachment(8).content.slice(1)),
  ],
  [
    'a file with another content',
    'attachments',
    () => new RegExp(`^1 wrong content \\(${name(9)}\\)`),
    () => writeFileSync(path(9), attachment(9).content.replace('attachment', 'attaehment')),
  ],
  [
    'a file that cannot be read',
    'attachments',
    () => new RegExp(`^1 not readable \\(${name(10)}\\)`),
    () => {
      rmSync(path(10));
      mkdirSync(path(10));
    },
  ],
  [
    'a link instead of a file',
    'attachments',
    () => new RegExp(`^1 not readable \\(${name(11)}\\)`),
    () => {
      rmSync(path(11));
      symlinkSync(path(12), path(11));
    },
  ],
  [
    'several files of one directory',
    'attachments',
    () => /^\d+ missing \(.*\); 300 files/,
    () => rmSync(join(path(13), '..'), { recursive: true }),
  ],
  [
    'a file system that is not mounted',
    'file system',
    () => `the restored file system is not mounted at ${join(filestore.mounts, ID)}`,
    () => renameSync(join(filestore.mounts, ID), join(filestore.mounts, 'of-another-test')),
  ],
  [
    'an empty file system',
    'file system',
    () => 'no filestore/odoo/ on the restored file system, which has nothing',
    () => {
      rmSync(join(filestore.mounts, ID), { recursive: true });
      mkdirSync(join(filestore.mounts, ID));
    },
  ],
  [
    'an old recovery point',
    'recovery point',
    () => /50\.0 hours ago; at most 26 hours are allowed: backups are not made/,
    () => {
      const old = new Date(NOW.getTime() - 50 * 3_600_000).toISOString();
      filestore.job = { ...filestore.job, RecoveryPointCreationDate: old };
      return filestore.listBefore(48 * 60 + 15);
    },
  ],
  [
    'a list that is gone',
    'attachments',
    () => /^could not be checked: /,
    () => company.store.forget(AUDIT, 'manifests/2026-11-30T00:45:00.000Z.attachments.gz'),
  ],
  [
    'a list that is cut off',
    'attachments',
    () => /^could not be checked: unexpected end of file/,
    () => rewriteList((list) => list.subarray(0, -100)),
  ],
  [
    'a list that is none',
    'attachments',
    () => /^could not be checked: /,
    () => rewriteList(() => gzipSync('no list\n')),
  ],
  [
    'attachments that were all deleted since',
    'attachments',
    () => 'no attachment from before the backup is there any more',
    () =>
      filestore.sql(`DELETE FROM ir_attachment WHERE type = 'binary';
        INSERT INTO ir_attachment (name, type, store_fname) VALUES ('new', 'binary', '${name(1000)}')`),
  ],
  [
    'no attachments now',
    'attachments',
    () => /^no attachment was there at 2026-11-30T02:59/,
    () => filestore.sql(`DELETE FROM ir_attachment`),
  ],
];

function rewriteList(change: (list: Buffer) => Buffer): void {
  const [[key, version] = ['']] = kept('.attachments.gz');
  company.store.put(AUDIT, key, { content: change(Buffer.from(version?.content ?? '')) });
}

describe('damage', () => {
  it.each(DAMAGES)('%s is caught and named', async (_what, check, named, damage) => {
    await filestore.listBefore();
    await damage();
    const { failures, verdict } = await filestore.test();
    expect(Object.keys(failures)).toEqual([check]);
    expect(failures[check]).toMatch(named());
    expect(verdict.status).toBe('FAILED');
    expect(verdict.report).toContain('-failed-filestore-');
  });
});

describe('without a list from shortly before the backup nothing is proven', () => {
  const NOBODY = 'could not be checked: nobody has noted what was there when the backup was made';

  it('where there is none', async () => {
    expect((await filestore.test()).failures).toEqual({ attachments: NOBODY });
  });

  it('where it is too old', async () => {
    await filestore.listBefore(27 * 60);
    expect((await filestore.test()).failures).toEqual({ attachments: NOBODY });
  });

  it('where it is newer than the backup', async () => {
    await filestore.listBefore(-15);
    expect((await filestore.test()).failures).toEqual({ attachments: NOBODY });
  });

  it('where there was a manifest without one', async () => {
    const taken = await filestore.listBefore();
    const content = company.store.current(AUDIT).get(taken.manifest)?.content;
    const { attachments: _, ...manifest } = JSON.parse(String(content));
    company.store.put(AUDIT, taken.manifest, { content: JSON.stringify(manifest) });
    expect((await filestore.test()).failures).toEqual({
      attachments: 'could not be checked: nobody has listed the attachments at 2026-11-30T00:45:00.000Z',
    });
  });

  it('where it is empty', async () => {
    filestore.sql(`CREATE TABLE away AS TABLE ir_attachment; DELETE FROM ir_attachment`);
    await filestore.listBefore();
    filestore.sql(`INSERT INTO ir_attachment TABLE away`);
    expect((await filestore.test()).failures).toEqual({
      attachments: 'no attachment was there at 2026-11-30T00:45:00.000Z',
    });
  });

  it('where what is there now was listed before the restore began', async () => {
    const { validation } = await filestore.validate(await filestore.listBefore());
    expect(failuresOf(validation)['attachments']).toMatch(
      /could not be checked: what is there now was listed at/,
    );
  });
});

describe('the age of the last proof', () => {
  const DAY = 86_400_000;
  const ageAt = async (days: number) => {
    filestore.logged.length = 0;
    await filestore.handlersAt(new Date(NOW.getTime() + days * DAY)).publishProofAge();
    return filestore.logged[0]?.['RestoreProofAge'];
  };
  const passed = (days: number, rest: string) => {
    const at = new Date(NOW.getTime() + days * DAY).toISOString();
    company.store.put(AUDIT, `restore-tests/${at}-passed-${rest}.json`);
  };

  it('is that of the database, however fresh the proof of the filestore is', async () => {
    passed(0, '1A2B');
    passed(5, 'filestore-1A2C');
    expect(await ageAt(6)).toBe(6 * 86_400);
  });

  it('is that of the filestore, however fresh the proof of the database is', async () => {
    passed(0, 'filestore-1A2B');
    passed(5, '1A2C');
    expect(await ageAt(6)).toBe(6 * 86_400);
  });

  it('counts from the first list as long as no filestore was proven, and not from the first manifest', async () => {
    company.store.put(AUDIT, 'manifests/2025-01-01T00:00:00.000Z.json');
    await filestore.listBefore(0);
    passed(5, '1A2C');
    expect(await ageAt(6)).toBe(6 * 86_400 + (NOW.getTime() - RECOVERY_POINT.getTime()) / 1000);
  });

  it('takes no failed report for a proof', async () => {
    passed(0, 'filestore-1A2B');
    passed(5, '1A2B');
    company.store.put(
      AUDIT,
      `restore-tests/${new Date(NOW.getTime() + DAY).toISOString()}-failed-filestore-1A2C.json`,
    );
    expect(await ageAt(6)).toBe(6 * 86_400);
  });
});

it('is a failure when something was left behind, whatever was proven', async () => {
  await filestore.listBefore();
  const noted = await filestore.handlersAt(NOW).noteManifest();
  const { validation } = await filestore.validate(noted);
  const leftBehind = { Error: 'AccessDenied', Cause: 'may not delete a mount target' };
  const verdict = await filestore
    .handlersAt(NOW)
    .report({ job: filestore.job, validation: { ...validation, leftBehind } });
  expect(verdict).toMatchObject({ status: 'FAILED', message: 'clean-up: may not delete a mount target' });
});
