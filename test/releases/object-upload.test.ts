import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { findPython } from '../support/python.ts';
import { VersionedStore } from './staging/versioned-store.ts';

// The job's own client of S3 against a store that refuses what is not signed as AWS's client signs it.
const python = findPython(['psycopg2'], ['python3-psycopg2']);
const FILES = fileURLToPath(new URL('../../constructs/database-job/files', import.meta.url));
const KEY = 'failback/2026-11-30T10-00-00Z.dump';
const MIB = 2 ** 20;

let s3: VersionedStore;
let folder: string;
beforeAll(async () => {
  s3 = new VersionedStore();
  await s3.listen();
  folder = mkdtempSync(join(tmpdir(), 'upload-'));
});
afterAll(() => {
  s3?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  s3.make('backups');
  s3.uploads.clear();
  s3.isBusy = () => false;
});

/** Uploads that many bytes in parts of 5 MiB. */
async function upload(bytes: number) {
  const content = randomBytes(bytes);
  const file = join(folder, 'dump');
  writeFileSync(file, content);
  const program = `
import time
from pathlib import Path
from object_store import ObjectStore
from object_upload import upload
time.sleep = lambda seconds: None
upload(ObjectStore("backups", "eu-central-1"), "${KEY}", Path("${file}"), ${5 * MIB})`;
  const child = spawn(python, ['-B', '-c', program], {
    cwd: FILES,
    env: { PATH: process.env['PATH'], ...s3.environment },
  });
  const [said, code] = await Promise.all([
    Promise.all([text(child.stdout), text(child.stderr)]),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  return { content, code, output: said.join('') };
}

const stored = () => s3.current('backups').get(KEY)?.content;

it.each([
  ['a small one', 1000],
  ['one of exactly a part', 5 * MIB],
  ['one in parts', 12 * MIB + 1],
])('a file becomes an object with the same bytes: %s', async (_, bytes) => {
  const { content, code, output } = await upload(bytes);
  expect(code, output).toBe(0);
  expect(Buffer.from(stored() ?? '').equals(content)).toBe(true);
  expect(s3.uploads.size).toBe(0);
});

it('a part that S3 has no time for is sent again', async () => {
  let refusals = 2;
  s3.isBusy = (method, address) => method === 'PUT' && address.includes('partNumber=2') && refusals-- > 0;
  const { content, code, output } = await upload(12 * MIB);
  expect(output).toContain('again: HTTP Error 503');
  expect(code, output).toBe(0);
  expect(Buffer.from(stored() ?? '').equals(content)).toBe(true);
});

it('an upload that is given up leaves no object and no parts behind', async () => {
  s3.isBusy = (method, address) => method === 'PUT' && address.includes('partNumber=2');
  const { code, output } = await upload(12 * MIB);
  expect(code).not.toBe(0);
  expect(output).toContain(`JobError: s3://backups/${KEY} cannot be written: HTTP Error 503`);
  expect(stored()).toBeUndefined();
  expect(s3.uploads.size).toBe(0);
});
