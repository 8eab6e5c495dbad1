import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsStore } from '../../../lib/staging/aws-store.ts';
import { AwsWire } from '../../support/aws-wire.ts';

// What S3 itself would get. How a whole filestore is copied is in test/releases/staging-filestore.test.ts.
const LIST = 'GET /files/';

let wire: AwsWire;
let store: AwsStore;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  store = new AwsStore(new S3Client({ region: 'eu-central-1' }));
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const objectsPage = (key: string, next = '') => ({
  body: `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next && `<NextContinuationToken>${next}</NextContinuationToken>`}
    <Contents><Key>${key}</Key><LastModified>2026-11-30T04:00:00.000Z</LastModified><Size>5</Size></Contents></ListBucketResult>`,
});

it('objects come from all pages', async () => {
  wire.on(LIST, objectsPage('a/1', 'next'), objectsPage('a/2'));
  const modified = new Date('2026-11-30T04:00:00Z');
  expect(await all(store.objects('files', 'a/'))).toEqual([
    { key: 'a/1', size: 5, modified },
    { key: 'a/2', size: 5, modified },
  ]);
  const asked = { 'list-type': '2', prefix: 'a/' };
  expect(wire.asked(LIST)).toEqual([asked, { ...asked, 'continuation-token': 'next' }]);
});

const version = (key: string, id: string, moment: string, isLatest = false) =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest><LastModified>2026-11-30T${moment}.000Z</LastModified><Size>5</Size></Version>`;
const marker = (key: string, id: string, moment: string, isLatest = false) =>
  version(key, id, moment, isLatest).replace('<Size>5</Size>', '').replaceAll('Version>', 'DeleteMarker>');
const page = (content: string, next = '') => ({
  body: `<ListVersionsResult><IsTruncated>${next !== ''}</IsTruncated>${next}${content}</ListVersionsResult>`,
});
const listed = async () =>
  (await all(store.versions('files', 'a'))).map(({ key, version: id, isLatest, isDeleteMarker }) =>
    [key, id, isLatest ? 'latest' : '', isDeleteMarker ? 'deleted' : ''].filter(Boolean).join(' '),
  );

describe('versions', () => {
  it('and delete markers come in one order, a key being continued on the next page', async () => {
    wire.on(
      LIST,
      page(
        version('a1', 'v1', '01:00:00', true) +
          version('a2', 'v3', '02:00:00') +
          marker('a0', 'v9', '05:00:00', true) +
          marker('a2', 'v4', '03:00:00', true),
        '<NextKeyMarker>a2</NextKeyMarker><NextVersionIdMarker>v3</NextVersionIdMarker>',
      ),
      page(version('a2', 'v1', '01:00:00') + marker('a2', 'v2', '01:30:00')),
    );
    expect(await listed()).toEqual([
      'a0 v9 latest deleted',
      'a1 v1 latest',
      'a2 v4 latest deleted',
      'a2 v3',
      'a2 v2 deleted',
      'a2 v1',
    ]);
    const asked = { versions: '', prefix: 'a' };
    expect(wire.asked(LIST)).toEqual([asked, { ...asked, 'key-marker': 'a2', 'version-id-marker': 'v3' }]);
  });

  it('of one second are the latest first, then the deletion', async () => {
    wire.on(
      LIST,
      page(
        version('a1', 'v1', '01:00:00') +
          version('a1', 'v3', '01:00:00', true) +
          marker('a1', 'v2', '01:00:00'),
      ),
    );
    expect(await listed()).toEqual(['a1 v3 latest', 'a1 v2 deleted', 'a1 v1']);
  });

  it('have their size and their moment, a deletion has none', async () => {
    wire.on(LIST, page(version('a1', 'v1', '01:00:00') + marker('a1', 'v2', '02:00:00', true)));
    expect(await all(store.versions('files', 'a'))).toMatchObject([
      { size: 0, modified: new Date('2026-11-30T02:00:00Z') },
      { size: 5, modified: new Date('2026-11-30T01:00:00Z') },
    ]);
  });
});

describe('a copy', () => {
  const COPY = 'PUT /files/filestore/odoo/ab/cd';
  const from = { bucket: 'production', key: 'filestore/odoo/ab/cd e', version: 'v=1' };
  const to = { bucket: 'files', key: 'filestore/odoo/ab/cd' };
  const result = '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>';

  it('is of that version, and keeps user metadata and tags', async () => {
    wire.on(COPY, { body: result, headers: { 'x-amz-version-id': 'v2' } });
    expect(await store.copy(from, to)).toEqual({ version: 'v2' });
    expect(wire.calls[0]).toMatchObject({
      body: '',
      headers: {
        'x-amz-copy-source': 'production/filestore%2Fodoo%2Fab%2Fcd%20e?versionId=v%3D1',
        'x-amz-metadata-directive': 'COPY',
        'x-amz-tagging-directive': 'COPY',
      },
    });
  });

  it('that fails after S3 has begun to answer with 200 is repeated', async () => {
    const failed =
      '<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>';
    wire.on(COPY, { body: failed }, { body: result, headers: { 'x-amz-version-id': 'v2' } });
    expect(await store.copy(from, to)).toEqual({ version: 'v2' });
    expect(wire.calls).toHaveLength(2);
  });

  it('of what is gone is an error', async () => {
    wire.on(COPY, { code: 'NoSuchVersion', message: 'The specified version does not exist.', status: 404 });
    await expect(store.copy(from, to)).rejects.toThrow('The specified version does not exist.');
  });

  it('waits for S3, which wants fewer requests', async () => {
    wire.on(
      COPY,
      { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
      { body: result },
    );
    expect(await store.copy(from, to)).toEqual({ version: undefined });
  });
});

it('a deletion is of one version', async () => {
  wire.on('DELETE /files/received/1.dump', {});
  await store.deleteVersion({ bucket: 'files', key: 'received/1.dump', version: 'v1' });
  expect(wire.asked('DELETE /files/received/1.dump')).toEqual([{ versionId: 'v1' }]);
});
