import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BackupBucket } from '../../../../lib/growth/aws/backup-bucket.ts';
import { EnvironmentStacks } from '../../../../lib/growth/aws/stacks.ts';
import { newJournal } from '../../../../lib/growth/journal.ts';
import { AwsWire } from '../../../support/aws-wire.ts';
import { resourcesPage } from '../../../support/stack-answers.ts';

const PUT = 'PUT /backups/server/growth.json';
const GET = 'GET /backups/server/growth.json';
const journal = newJournal('prod', new Date(0));
const text = JSON.stringify(journal, undefined, 2);
const taken = { code: 'PreconditionFailed', status: 412 };

let wire: AwsWire;
let bucket: BackupBucket;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  const page = resourcesPage([['AWS::S3::Bucket', 'BackupBucket26B8E51C', 'backups']]);
  wire.on('ListStackResources', page, page, page);
  bucket = new BackupBucket(new EnvironmentStacks('prod', 'eu-central-1'), 'eu-central-1');
});

const put = () => wire.calls.filter(({ operation }) => operation === PUT);

describe('the journal', () => {
  it('that is not there yet is written only where there is none', async () => {
    wire.on(GET, { code: 'NoSuchKey', message: 'The specified key does not exist.', status: 404 });
    wire.on(PUT, { headers: { ETag: '"1"' } });
    expect(await bucket.read()).toBeUndefined();
    await bucket.write(journal);
    expect(put()[0]?.headers).toMatchObject({ 'if-none-match': '*' });
    expect(put()[0]?.headers).not.toHaveProperty('if-match');
    expect(JSON.parse(put()[0]?.body ?? '')).toEqual(journal);
  });

  it('is written over what was read, then over what was written', async () => {
    wire.on(GET, { body: text, headers: { ETag: '"1"' } });
    wire.on(PUT, { headers: { ETag: '"2"' } }, { headers: { ETag: '"3"' } });
    expect(await bucket.read()).toEqual(journal);
    await bucket.write({ ...journal, state: 'undoing' });
    await bucket.write({ ...journal, state: 'undone' });
    expect(put().map(({ headers }) => headers['if-match'])).toEqual(['"1"', '"2"']);
    expect(put()[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it.each([
    ['has written', taken],
    ['writes at the same moment', { code: 'ConditionalRequestConflict', status: 409 }],
  ])('that somebody else %s is not written over', async (_, refusal) => {
    wire.on(PUT, refusal);
    wire.on(GET, { body: JSON.stringify({ ...journal, state: 'undoing' }), headers: { ETag: '"2"' } });
    await expect(bucket.write(journal)).rejects.toThrow('somebody else is growing this environment');
  });

  it('whose writing was done but not answered is not taken for that of somebody else', async () => {
    wire.on(PUT, { code: 'InternalError', status: 500 }, taken, { headers: { ETag: '"3"' } });
    wire.on(GET, { body: text, headers: { ETag: '"2"' } });
    await bucket.write(journal);
    await bucket.write({ ...journal, state: 'undoing' });
    expect(put()[2]?.headers).toMatchObject({ 'if-match': '"2"' });
  });

  it('that may not be read is an error', async () => {
    wire.on(GET, { code: 'AccessDenied', message: 'Access Denied', status: 403 });
    await expect(bucket.read()).rejects.toThrow('Access Denied');
  });
});

const LIST = 'GET /backups/';
const list = (keys: readonly string[], next = '') => ({
  body: `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next && `<NextContinuationToken>${next}</NextContinuationToken>`}${keys
    .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
    .join('')}</ListBucketResult>`,
});

describe('the newest dump', () => {
  it('is the last one of the last page that has any', async () => {
    wire.on(
      LIST,
      list(['server/dumps/1.dump', 'server/dumps/2.dump'], 'a'),
      list(['server/dumps/3.dump'], 'b'),
    );
    wire.on(LIST, list([]));
    expect(await bucket.newestDump()).toBe('server/dumps/3.dump');
    const asked = { 'list-type': '2', prefix: 'server/dumps/' };
    expect(wire.asked(LIST)).toEqual([
      asked,
      { ...asked, 'continuation-token': 'a' },
      { ...asked, 'continuation-token': 'b' },
    ]);
  });

  it('is not there before the first night', async () => {
    wire.on(LIST, list([]));
    expect(await bucket.newestDump()).toBeUndefined();
  });
});
