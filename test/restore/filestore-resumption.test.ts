import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { attachment, NOW, RestoredCompany } from './restored-company.ts';
import { AUDIT, failuresOf, ID, RestoredFilestore } from './restored-filestore.ts';

// With LARGE=1 in the environment as many as docs/benchmarks.md tells of for the bucket; more than two batches otherwise.
const COUNT = process.env['LARGE'] === '1' ? 100_000 : 5_000;

/** Milliseconds that are left of an invocation: enough for another batch, and not. */
const [ENOUGH, LATE] = [900_000, 60_000];

let company: RestoredCompany;
beforeAll(async () => {
  company = await RestoredCompany.start(COUNT);
}, 600_000);
afterAll(() => company?.stop());

let filestore: RestoredFilestore;
let noted: { readonly manifest: string };
beforeEach(async () => {
  filestore = new RestoredFilestore(company);
  await filestore.listBefore();
  noted = await filestore.handlersAt(NOW).noteManifest();
}, 600_000);
afterEach(() => filestore.remove(), 600_000);

/** Time for one batch in each invocation. */
function oneBatch(): () => number {
  let looks = 0;
  return () => (looks++ % 2 === 0 ? ENOUGH : LATE);
}

it('goes on where an invocation had no more time, with the same result', async () => {
  rmSync(filestore.pathOf(attachment(3)));
  filestore.write(attachment(4).name, 'cut');
  filestore.sql(`DELETE FROM ir_attachment WHERE store_fname = '${attachment(5).name}'`);
  noted = await filestore.handlersAt(new Date(NOW.getTime() + 1)).noteManifest();
  const whole = await filestore.validate(noted);
  expect(whole.invocations).toBe(1);
  const parts = await filestore.validate(noted, oneBatch());
  expect(parts.invocations).toBe(Math.ceil(COUNT / 2000) + 1);
  expect(parts.validation.findings).toEqual(whole.validation.findings);
  expect(parts.validation.attachments).toEqual(whole.validation.attachments);
  expect(whole.validation.attachments).toMatchObject({ checked: COUNT - 1, deletedSince: 1 });
  expect(Object.keys(failuresOf(whole.validation))).toEqual(['attachments']);
}, 600_000);

it('fails where the file system was taken off between two invocations', async () => {
  const { validation: begun } = await filestore.validate(noted, oneBatch(), 1);
  expect(begun).toMatchObject({ done: false, attachments: { checked: 2000 } });
  renameSync(join(filestore.mounts, ID), join(filestore.mounts, 'away'));
  const event = { job: filestore.job, noted, validation: begun };
  const ended = await filestore
    .handlersAt(NOW)
    .validateFilestore(event, { getRemainingTimeInMillis: () => ENOUGH });
  expect(ended.done).toBe(true);
  expect(failuresOf(ended)).toEqual({ 'file system': expect.stringContaining('is not mounted') });
}, 600_000);

it('reads a sample, and looks at all', async () => {
  filestore.readAtMost = COUNT / 20;
  const { validation } = await filestore.validate(noted);
  expect(validation.attachments?.checked).toBe(COUNT);
  expect(validation.attachments?.read).toBeGreaterThan(COUNT * 0.03);
  expect(validation.attachments?.read).toBeLessThan(COUNT * 0.07);
}, 600_000);

it('writes a long list in parts, whole or not at all', async () => {
  filestore.sql(
    `INSERT INTO ir_attachment (name, type, store_fname, file_size)
     SELECT 'many', 'binary', left(sum, 2) || '/' || left(sum, 40), n
       FROM (SELECT n, encode(sha256(n::text::bytea), 'hex') AS sum FROM generate_series(1, 450000) n) files`,
  );
  const later = filestore.handlersAt(new Date(NOW.getTime() + 1));
  const { manifest: key } = await later.noteManifest();
  const manifest = JSON.parse(String(company.store.current(AUDIT).get(key)?.content));
  expect(manifest).toMatchObject({ attachments: { files: COUNT + 450_000 } });
  const list = company.store.current(AUDIT).get(manifest.attachments.list)?.content ?? '';
  expect(Buffer.byteLength(list)).toBeGreaterThan(8 * 2 ** 20);
  expect(company.store.uploads.size).toBe(0);
  const { validation } = await filestore.validate({ manifest: key });
  expect(validation.attachments).toMatchObject({ checked: COUNT, done: true });
  expect(failuresOf(validation)).toEqual({});
}, 600_000);
