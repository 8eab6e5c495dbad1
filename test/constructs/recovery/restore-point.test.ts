import { beforeEach, describe, expect, it } from 'vitest';
import {
  createHandler,
  type RestoreEvent,
  type Settings,
} from '../../../constructs/recovery/restore-point.lambda/restore-point.mjs';
import { CopiedRegion, KEY, NOTE } from './copied-region.ts';

const SECRETS = ['DatabasePassword', 'BackupPassphrase'];
const LISTING = 'server/recovery-points.json';

const MEDIUM: Settings = {
  environment: 'prod',
  bucket: 'audit-copy',
  key: NOTE,
  database: { kind: 'rds', encryptionKey: KEY },
  secrets: SECRETS,
  fence: 'fence/fenced.json',
  fenceNote: 'fence/seen.json',
  url: 'https://erp.example.com/web/health',
};
const SMALL: Settings = { ...MEDIUM, database: { kind: 's3', bucket: 'backup-copy', key: LISTING } };

let region: CopiedRegion;
beforeEach(() => {
  region = new CopiedRegion();
  region.put('fence/fenced.json', at('10:30'), { fencedAt: at('10:30') });
  for (const purpose of SECRETS) region.replicate(purpose);
  // Noted every five minutes; the Region is lost at 10:21.
  note('10:05', { filestore: '10:02:30', backups: '10:04:10' });
  note('10:15', { filestore: '10:12:30.900', backups: '10:14:10' });
});

const at = (time: string): string => `2026-11-30T${time}${time.length === 5 ? ':00' : ''}Z`;

function note(written: string, parts: Partial<Record<'filestore' | 'backups', string>>): void {
  const until = (part: 'filestore' | 'backups') =>
    parts[part] === undefined ? null : { until: at(parts[part]) };
  region.put(NOTE, at(written), { filestore: until('filestore'), backups: until('backups') });
}

const send = (event: Partial<RestoreEvent>, wanted: string, settings: Settings) =>
  createHandler({ clients: region.clients, settings, now: () => new Date(at('10:40')) })({
    RequestType: 'Create',
    ResourceProperties: { Wanted: wanted },
    ...event,
  });
const create = (wanted = 'latest', settings = MEDIUM) => send({}, wanted, settings);

const small = (wanted?: string) => create(wanted, SMALL);

/** The listing of the single server as it has arrived: written, by its own clock and by that of S3. */
function listed(written: string, modified = written): void {
  region.put(LISTING, at(modified), { writtenAt: at(written), database: { oldest: at('01:00') } });
}

/** The moment that a creation chooses. */
const chosen = async (wanted?: string, settings?: Settings): Promise<string | undefined> =>
  (await create(wanted, settings)).Data?.RestoreTime;

describe('the moment from which an environment with RDS is brought back', () => {
  beforeEach(() => region.backUp('copy', at('00:00'), at('10:18')));

  it('is that up to which the attachments were there when the database was last written, never later by a fraction', async () => {
    expect(await create()).toEqual({
      PhysicalResourceId: `copy@${at('10:12:30')}`,
      Data: {
        Source: 'copy',
        RestoreTime: at('10:12:30'),
        DatabasePassword: 'arn:prod:DatabasePassword',
        BackupPassphrase: 'arn:prod:BackupPassphrase',
      },
    });
  });

  it('does not follow what was noted after that: S3 misses nothing where nothing comes from', async () => {
    note('10:20', { filestore: '10:17:30' });
    note('10:40', { filestore: '10:37:30' });
    expect(await chosen()).toBe(at('10:12:30'));
  });

  it('counts a note of that very moment', async () => {
    note('10:18', { filestore: '10:15:00' });
    expect(await chosen()).toBe(at('10:15'));
  });

  it('takes no object for the note whose name only begins so', async () => {
    region.put(`${NOTE}.old`, at('10:04'), { filestore: { until: at('10:03') } });
    expect(await chosen()).toBe(at('10:12:30'));
    region.backups.length = 0;
    region.backUp('copy', at('00:00'), at('10:04:30'));
    await expect(create()).rejects.toThrow(`${NOTE} has no version`);
  });

  it('may be asked for, as long as database and attachments have it', async () => {
    expect(await chosen(at('09:30:15.700'))).toBe(at('09:30:15'));
    expect(await chosen(at('10:12:30'))).toBe(at('10:12:30'));
    expect(await chosen(at('00:00'))).toBe(at('00:00'));
    for (const wanted of [at('10:12:31'), '2026-11-29T23:59:59Z'])
      await expect(create(wanted)).rejects.toThrow(
        `${wanted} cannot be had: database and attachments are there from ${at('00:00:00')} to ${at('10:12:30')}`,
      );
  });

  it('is that of the instance which was there last, encrypted with the key of the copies', async () => {
    region.backups.length = 0;
    region.backUp('replaced', '2026-11-01T00:00:00Z', at('08:00'));
    region.backUp('copy', at('00:00'), at('10:18'));
    region.backUp('of another environment', at('00:00'), at('10:30'), 'arn:other');
    region.backups.push({ DBInstanceAutomatedBackupsArn: 'not copied yet', KmsKeyId: KEY });
    note('10:29', { filestore: '10:28' });
    expect(await create()).toMatchObject({ Data: { Source: 'copy', RestoreTime: at('10:12:30') } });
  });

  it('is none while there is no copy, no note, no watermark, or no moment that both have', async () => {
    region.backups.length = 0;
    await expect(create()).rejects.toThrow(`no copy of a database here that is encrypted with ${KEY}`);
    region.backUp('new', at('10:13'), at('10:18'));
    await expect(create()).rejects.toThrow(
      `complete until ${at('10:12:30')}, and the database can be had from ${at('10:13:00')} on: no moment has both`,
    );
    region.backups.length = 0;
    region.backUp('old', at('00:00'), at('10:04'));
    await expect(create()).rejects.toThrow(`${NOTE} has no version from before 2026-11-30T10:04:00.000Z`);
    region.backups.length = 0;
    region.backUp('copy', at('00:00'), at('10:18'));
    note('10:17', {});
    await expect(create()).rejects.toThrow('how far the attachments are copied was not known');
  });
});

describe('the moment from which the single server is brought back', () => {
  beforeEach(() => listed('10:18'));

  it('is that up to which attachments and repository were there when the server gave its last sign of life', async () => {
    expect(await small()).toMatchObject({
      PhysicalResourceId: `s3://backup-copy/server/@${at('10:12:30')}`,
      Data: { Source: 's3://backup-copy/server/', RestoreTime: at('10:12:30') },
    });
    note('10:16', { filestore: '10:14:30', backups: '10:13:20' });
    expect(await chosen('latest', SMALL)).toBe(at('10:13:20'));
  });

  it('does not follow what was noted after that', async () => {
    note('10:20', { filestore: '10:17:30', backups: '10:19' });
    expect(await chosen('latest', SMALL)).toBe(at('10:12:30'));
  });

  it.each([
    ['of the server is wrong', '11:00', '10:18'],
    ['says when the copy was made', '10:18', '11:00'],
  ])('trusts no sign of life from the future, where the clock %s', async (_, written, modified) => {
    listed(written, modified);
    note('10:40', { filestore: '10:37:30', backups: '10:39' });
    expect(await chosen('latest', SMALL)).toBe(at('10:12:30'));
  });

  it('may be asked for, after the oldest backup', async () => {
    expect(await chosen(at('01:00'), SMALL)).toBe(at('01:00:00'));
    await expect(small(at('00:59'))).rejects.toThrow(`are there from ${at('01:00:00')} to ${at('10:12:30')}`);
  });

  it('is none without a listing, with one that says nothing, and where the repository was not watched', async () => {
    region.put(LISTING, at('10:19'), { writtenAt: at('10:19'), database: { oldest: null } });
    await expect(small()).rejects.toThrow(
      's3://backup-copy/server/recovery-points.json does not say when it was written',
    );
    await expect(
      create('latest', {
        ...SMALL,
        database: { kind: 's3', bucket: 'backup-copy', key: 'server/none.json' },
      }),
    ).rejects.toThrow(
      's3://backup-copy/server/none.json, which the single server writes with its backups, cannot be',
    );
    listed('10:19');
    note('10:17', { filestore: '10:15' });
    await expect(small()).rejects.toThrow('how far the backups are copied was not known');
  });
});

describe('the secrets', () => {
  beforeEach(() => region.backUp('copy', at('00:00'), at('10:18')));

  it('are those of this environment, and only copies', async () => {
    region.replicate('BackupPassphrase', { environment: 'prod-two' });
    region.replicate('BackupPassphrase', { ARN: 'arn:original', primary: '' });
    region.replicate('SomethingElse');
    expect((await create()).Data).toEqual({
      Source: 'copy',
      RestoreTime: at('10:12:30'),
      DatabasePassword: 'arn:prod:DatabasePassword',
      BackupPassphrase: 'arn:prod:BackupPassphrase',
    });
  });

  it('have to be there all, and once', async () => {
    region.secrets.pop();
    await expect(create()).rejects.toThrow("no copy is here of prod's BackupPassphrase");
    region.replicate('BackupPassphrase');
    region.replicate('BackupPassphrase', { ARN: 'arn:again' });
    await expect(create()).rejects.toThrow(
      'two secrets of prod are its BackupPassphrase: arn:prod:BackupPassphrase and arn:again',
    );
  });
});

describe('the fence', () => {
  beforeEach(() => region.remove('fence/fenced.json'));

  it('has to stand before anything is brought back', async () => {
    region.backUp('copy', at('00:00'), at('10:18'));
    await expect(create()).rejects.toThrow('prod is not fenced');
    await expect(small()).rejects.toThrow('prod is not fenced');
  });

  it('is not asked for again by later deployments', async () => {
    const PhysicalResourceId = `copy@${at('10:12:30')}`;
    expect(await send({ RequestType: 'Update', PhysicalResourceId }, 'latest', MEDIUM)).toMatchObject({
      PhysicalResourceId,
    });
  });
});

describe('a later deployment', () => {
  const PhysicalResourceId = `copy@${at('10:12:30')}`;
  const update = (wanted: string) => send({ RequestType: 'Update', PhysicalResourceId }, wanted, MEDIUM);

  it('keeps the moment, while the environment that was brought back answers and copies go', async () => {
    region.served = 200;
    for (const wanted of ['latest', at('10:12:30')])
      expect(await update(wanted)).toMatchObject({
        PhysicalResourceId,
        Data: { Source: 'copy', RestoreTime: at('10:12:30'), BackupPassphrase: 'arn:prod:BackupPassphrase' },
      });
  });

  it('refuses another one', async () => {
    await expect(update(at('10:00'))).rejects.toThrow(
      `brought back as of ${at('10:12:30')}, and that cannot be changed to ${at('10:00')}`,
    );
  });

  it('refuses what is no restore point', async () => {
    await expect(
      send({ RequestType: 'Update', PhysicalResourceId: 'something' }, 'latest', MEDIUM),
    ).rejects.toThrow('"something" is not a restore point');
  });

  it('asks nobody when it is deleted, after a creation that failed too', async () => {
    region.secrets.length = 0;
    expect(await send({ RequestType: 'Delete', PhysicalResourceId: 'failed' }, 'latest', MEDIUM)).toEqual({
      PhysicalResourceId: 'failed',
    });
  });
});
