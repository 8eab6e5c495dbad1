import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsStore } from '../../lib/staging/aws-store.ts';
import { copyFilestore } from '../../lib/staging/filestore-copy.ts';
import { attachmentsOf } from './staging/two-environments.ts';
import { VersionedStore } from './staging/versioned-store.ts';

// The real copying with AWS's own client, against a store with versions.
const PRODUCTION = 'production-files';
const STAGING = 'staging-files';
const MOMENT = new Date('2026-11-30T04:00:00Z');
const BEFORE = new Date('2026-11-30T03:00:00Z');
const AFTER = new Date('2026-11-30T05:00:00Z');
const OWNER = { 'file-owner': '100', 'file-group': '101', 'file-permissions': '0100644' };

let s3: VersionedStore;
let store: AwsStore;
const abortion = () => new AbortController();
const copy = (signal = abortion().signal) =>
  copyFilestore({ store, from: PRODUCTION, to: STAGING, recoveryPoint: MOMENT, concurrency: 16, signal });

beforeAll(async () => {
  s3 = new VersionedStore();
  store = new AwsStore(await s3.listen());
});
afterAll(() => s3?.close());
beforeEach(() => {
  s3.make(PRODUCTION);
  s3.make(STAGING);
  s3.copies = 0;
  s3.beforeCopy = () => undefined;
});

const keyOf = (path: string) => `filestore/odoo/${path}`;

function fill(count: number): readonly string[] {
  const keys = attachmentsOf(count).map(({ path, content }) => {
    s3.put(PRODUCTION, keyOf(path), { content, metadata: OWNER, modified: BEFORE });
    return keyOf(path);
  });
  for (const directory of new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1)))) {
    s3.put(PRODUCTION, directory, {
      metadata: { ...OWNER, 'file-permissions': '0040755' },
      modified: BEFORE,
    });
  }
  return keys;
}

/** Content, owner and key of encryption of everything that a bucket has. */
const seen = (bucket: string) =>
  [...s3.current(bucket)].map(([key, { content, metadata }]) => ({ key, content, metadata }));

describe('attachments', () => {
  it('are all copied, with their owners, under the key of the target', async () => {
    fill(1100);
    const result = await copy();
    expect(result).toMatchObject({ present: 0, restored: 0, copied: s3.current(PRODUCTION).size });
    expect(seen(STAGING)).toEqual(seen(PRODUCTION));
    expect(
      [...s3.current(STAGING).values()].every(({ encryptedWith }) => encryptedWith === `key of ${STAGING}`),
    ).toBe(true);
  });

  it('that are there already are not copied again, and nothing is deleted', async () => {
    const keys = fill(700);
    const own = keyOf('ff/ffffffffffffffffffffffffffffffffffffffff');
    s3.put(STAGING, own, { content: 'of staging alone' });
    for (const key of keys.slice(0, 400))
      s3.put(STAGING, key, { content: s3.current(PRODUCTION).get(key)?.content });
    const result = await copy();
    expect(result.present).toBe(400);
    expect(s3.current(STAGING).size).toBe(s3.current(PRODUCTION).size + 1);
    s3.copies = 0;
    expect((await copy()).copied).toBe(0);
    expect(s3.copies).toBe(0);
  });

  it('of another size are copied over: the name says what the content has to be', async () => {
    const [key = ''] = fill(3);
    s3.put(STAGING, key, { content: 'half' });
    await copy();
    expect(seen(STAGING)).toEqual(seen(PRODUCTION));
  });

  it('that were deleted after the recovery point come from their version, earlier ones do not', async () => {
    const keys = fill(6);
    const [gone = '', needed = '', twice = '', again = ''] = keys;
    s3.delete(PRODUCTION, gone, BEFORE);
    s3.delete(PRODUCTION, needed, AFTER);
    s3.delete(PRODUCTION, twice, AFTER);
    s3.delete(PRODUCTION, twice, new Date(AFTER.getTime() + 1000));
    s3.delete(PRODUCTION, again, BEFORE);
    s3.put(PRODUCTION, again, { content: 'attachment 3 xxx', modified: AFTER });
    const result = await copy();
    expect(result.restored).toBe(2);
    const found = s3.current(STAGING);
    expect([gone, needed, twice, again].map((key) => found.has(key))).toEqual([false, true, true, true]);
  });

  it('are told from everything else below the filestore', async () => {
    fill(1);
    for (const key of [
      keyOf('checklist/ab/abcdef'),
      keyOf('00/ff00000000000000000000000000000000000000'),
      keyOf('00/0000000000000000000000000000000000000000.tmp'),
      '.s3files-lost+found-fs-1/filestore/odoo/00/0000000000000000000000000000000000000000',
      'filestore/other/00/0000000000000000000000000000000000000000',
    ]) {
      s3.put(PRODUCTION, key, { content: 'no attachment' });
    }
    await copy();
    expect(seen(STAGING)).toHaveLength(2);
  });

  it('are found where the versions of one key are on two pages', async () => {
    // Three versions of each: a page of a thousand ends between those of one.
    for (const { path, content } of attachmentsOf(500)) {
      s3.put(PRODUCTION, keyOf(path), { content, modified: BEFORE });
      s3.delete(PRODUCTION, keyOf(path), AFTER);
      s3.delete(PRODUCTION, keyOf(path), AFTER);
    }
    expect((await copy()).restored).toBe(500);
  });
});

describe('a copy that does not end', () => {
  it('because S3 fails says so, and the next one copies the rest', async () => {
    fill(700);
    s3.beforeCopy = (number) => {
      if (number > 200) throw new Error('out of order');
    };
    await expect(copy()).rejects.toThrow('out of order');
    const copied = s3.current(STAGING).size;
    expect(copied).toBe(200);
    s3.beforeCopy = () => undefined;
    expect((await copy()).present).toBe(200);
    expect(seen(STAGING)).toEqual(seen(PRODUCTION));
  });

  it('because it is interrupted stops between two objects', async () => {
    fill(700);
    const interruption = abortion();
    s3.beforeCopy = (number) => {
      if (number === 150) interruption.abort(new Error('interrupted'));
    };
    await expect(copy(interruption.signal)).rejects.toThrow('interrupted');
    expect(s3.current(STAGING).size).toBeLessThan(250);
    s3.beforeCopy = () => undefined;
    await copy();
    expect(seen(STAGING)).toEqual(seen(PRODUCTION));
  });
});

it('holds no more than a few pages, however many there are', async () => {
  let [held, most] = [0, 0];
  const many = 200_000;
  async function* versions() {
    for (let number = 0; number < many; number++) {
      const name = number.toString(16).padStart(40, '0');
      const key = `filestore/odoo/00/${name}`;
      yield { key, size: 1, version: 'v', isLatest: true, isDeleteMarker: false, modified: BEFORE };
    }
  }
  const result = await copyFilestore({
    from: PRODUCTION,
    to: STAGING,
    recoveryPoint: MOMENT,
    concurrency: 64,
    signal: abortion().signal,
    store: {
      objects: emptyBucket,
      versions,
      copy: async () => {
        held++;
        most = Math.max(most, held);
        await Promise.resolve();
        held--;
        return {};
      },
      deleteVersion: () => Promise.reject(new Error('nothing is deleted')),
    },
  });
  expect(result.copied).toBe(many);
  expect(most).toBeLessThanOrEqual(64);
});

async function* emptyBucket() {
  // Nothing.
}
