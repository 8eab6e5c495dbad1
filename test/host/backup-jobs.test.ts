import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serverListIn, serverListOf } from '../../lib/backups/server-list.ts';
import { BackupHost } from './backup-host.ts';

const LIST = serverListIn('primary');

let host: BackupHost;
beforeEach(() => {
  host = new BackupHost();
});
afterEach(() => host.remove());

/** A program that the jobs start, in the place of the real one. */
function program(name: string, script: string): Record<string, string> {
  const folder = join(host.path, 'bin');
  mkdirSync(folder, { recursive: true });
  // The jobs become postgres first; the stand-in stays who it is.
  writeFileSync(
    join(folder, 'setpriv'),
    '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n',
    {
      mode: 0o755,
    },
  );
  writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}

const segment = (number: string, timeline = '00000001'): string => `${timeline}${number.padStart(16, '0')}`;

const values = (): Record<string, number> =>
  Object.fromEntries(
    host.metrics
      .at(-1)
      ?.map(({ MetricName, Value, Dimensions }) => [
        [MetricName, ...Dimensions.filter(({ Name }) => Name === 'Job').map(({ Value }) => Value)].join(' '),
        Value,
      ]) ?? [],
  );

describe('the metrics of a run', () => {
  it('are success, duration and size, for the environment and the job', () => {
    host.attach('12345');
    host.backup('filestore');
    expect(host.metrics.at(-1)).toEqual(
      [
        { MetricName: 'BackupSucceeded', Unit: 'Count', Value: 1 },
        { MetricName: 'BackupDuration', Unit: 'Seconds', Value: expect.any(Number) },
        { MetricName: 'BackupSize', Unit: 'Bytes', Value: 5 },
      ].map((metric) => ({
        ...metric,
        Dimensions: [
          { Name: 'Environment', Value: 'test' },
          { Name: 'Job', Value: 'filestore' },
        ],
      })),
    );
  });

  it('fail nobody when CloudWatch does not take them', () => {
    expect(host.backup('filestore', { STAND_IN_NO_METRICS: '1' })).toMatchObject({
      code: 0,
      output: expect.stringContaining('metrics could not be published'),
    });
  });
});

describe('the metrics of every minute', () => {
  it('tell how old each backup is, from the moment when one was expected', () => {
    host.backup('begin');
    host.backup('filestore');
    const state = join(host.data, 'backup/filestore.json');
    writeFileSync(state, JSON.stringify({ succeeded: Date.now() / 1000 - 600 }));
    writeFileSync(join(host.data, 'backup/since.json'), JSON.stringify({ time: Date.now() / 1000 - 3600 }));
    host.backup('status');
    expect(values()['BackupAge filestore']).toBeCloseTo(600, -1);
    expect(values()['BackupAge database']).toBeCloseTo(3600, -1);
    expect(values()['BackupAge dump']).toBeCloseTo(3600, -1);
  });

  it('do not begin anew with a server that is replaced', () => {
    host.backup('begin');
    writeFileSync(join(host.data, 'backup/since.json'), JSON.stringify({ time: 1 }));
    host.backup('begin');
    host.backup('status');
    expect(values()['BackupAge database']).toBeGreaterThan(1e9);
  });

  it('tell how long WAL has been waiting for the archive', () => {
    const notes = join(host.data, 'postgresql/clusters/16/main/pg_wal/archive_status');
    mkdirSync(notes, { recursive: true });
    host.backup('status');
    expect(values()['WalArchiveDelay']).toBe(0);
    for (const [segment, seconds] of [
      ['01', 300],
      ['02', 100],
    ] as const) {
      const note = join(notes, `0000000100000000000000${segment}.ready`);
      writeFileSync(note, '');
      utimesSync(note, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
    }
    writeFileSync(join(notes, '000000010000000000000000.done'), '');
    utimesSync(join(notes, '000000010000000000000000.done'), 1, 1);
    host.backup('status');
    expect(values()['WalArchiveDelay']).toBeCloseTo(300, -1);
  });

  it('tell how long the certificate that is served is good for', () => {
    const directory = join(host.data, 'certificates/letsencrypt/live/erp.example.com');
    issue(directory, 20);
    symlinkSync('letsencrypt/live/erp.example.com', join(host.data, 'certificates/current'));
    host.backup('status');
    // Not yet 20: some seconds of the first day are over.
    expect(values()['CertificateDaysLeft']).toBeCloseTo(20, 1);
  });

  it("take the server's own certificate for none, because browsers do", () => {
    issue(join(host.data, 'certificates/self-signed'), 3650);
    symlinkSync('self-signed', join(host.data, 'certificates/current'));
    host.backup('status');
    expect(values()['CertificateDaysLeft']).toBe(0);
  });

  it('leave out what cannot be known, instead of guessing', () => {
    // A certificate that nobody can read.
    const directory = join(host.data, 'certificates/own');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'fullchain.pem'), 'no certificate');
    symlinkSync('own', join(host.data, 'certificates/current'));
    host.backup('status');
    expect(Object.keys(values())).toEqual(['OdooHealthy']);
  });
});

/** A certificate in this directory that is good for so many days from now. */
function issue(directory: string, days: number): void {
  mkdirSync(directory, { recursive: true });
  const files = ['-keyout', join(directory, 'privkey.pem'), '-out', join(directory, 'fullchain.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const name = ['-subj', '/CN=erp.example.com'];
  const { status } = spawnSync('openssl', ['req', '-x509', ...key, '-days', `${days}`, ...name, ...files]);
  expect(status).toBe(0);
}

describe('the portable dump', () => {
  const DUMP = 'printf "a dump"';
  const RESTORE = 'cat >/dev/null';

  it('is read back to its end before it counts', () => {
    const environment = { ...program('pg_dump', DUMP), ...program('pg_restore', `[[ $(cat) == 'a dump' ]]`) };
    expect(host.backup('dump', environment)).toMatchObject({ code: 0 });
    const [key] = host.keys('backups');
    expect(key).toMatch(/^server\/dumps\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.dump$/);
    expect(host.object('backups', key ?? '')).toBe('a dump');
  });

  it('is not left in the bucket when it was cut short or cannot be read', () => {
    program('pg_restore', RESTORE);
    const cutShort = host.backup('dump', program('pg_dump', `${DUMP}; exit 1`));
    expect(cutShort.code).toBe(1);
    expect(cutShort.output).toContain('pg_dump ended with code 1');
    program('pg_dump', DUMP);
    const unreadable = host.backup('dump', program('pg_restore', `${RESTORE}; exit 1`));
    expect(unreadable.code).toBe(1);
    expect(unreadable.output).toContain('cannot be read back');
    expect(host.keys('backups')).toEqual([]);
    expect(host.metrics.at(-2)?.[0]).toMatchObject({ MetricName: 'BackupSucceeded', Value: 0 });
  });
});

/** What `npm run backups` reads: the contract between the server and it, to the letter. */
const TIME = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
const PROOF = z.nullable(
  z.strictObject({
    provenAt: TIME,
    restoredTo: z.nullable(TIME),
    verdict: z.enum(['passed', 'failed']),
    report: z.string(),
  }),
);

const LISTING = z.strictObject({
  writtenAt: TIME,
  database: z.strictObject({
    oldest: TIME,
    latest: TIME,
    backups: z.array(
      z.strictObject({
        label: z.string(),
        type: z.enum(['full', 'incr', 'diff']),
        stop: TIME,
        bytes: z.int(),
      }),
    ),
  }),
  filestore: z.strictObject({ copiedAt: TIME }),
  dumps: z.array(z.strictObject({ key: z.string(), writtenAt: TIME, bytes: z.int() })),
  proof: PROOF,
  volumeProof: PROOF,
});

/** As it was written; and it is what the command reads. */
function listing(): z.infer<typeof LISTING> {
  const text = host.object('backups', LIST);
  expect(() => serverListOf(text)).not.toThrow();
  return LISTING.parse(JSON.parse(text));
}

describe('the listing of recovery points', () => {
  const segments = [segment('1'), segment('2')];

  it('is written once there is something to restore, and then after each job', () => {
    const environment = { ...programs({ segments }), ...program('pg_dump', 'printf "a dump"') };
    program('pg_restore', 'cat >/dev/null');
    host.attach('a contract');
    host.backup('filestore', environment);
    expect(host.keys('backups'), 'attachments alone restore nothing').not.toContain(LIST);
    const before = Math.floor(Date.now() / 1000) * 1000;
    host.backup('database-full', environment);
    expect(listing()).toMatchObject({
      database: {
        oldest: '2026-11-30T00:31:01Z',
        backups: [{ label: 'new', type: 'full', stop: '2026-11-30T00:31:00Z', bytes: 7 }],
      },
      dumps: [],
      proof: null,
      volumeProof: null,
    });
    expect(Date.parse(listing().filestore.copiedAt)).toBeGreaterThanOrEqual(before);
    host.backup('dump', environment);
    const [dump] = listing().dumps;
    expect(dump).toMatchObject({ key: expect.stringMatching(/^server\/dumps\/.+\.dump$/), bytes: 6 });
    expect(listing().database.backups, 'what other jobs know stays').toHaveLength(1);
  });

  it('tells the latest moment of which the archive is known to have a later change', () => {
    const environment = programs({ segments });
    const at = (second: string, archived: string) => {
      writeFileSync(join(host.path, 'now'), String(Date.parse(`2026-11-30T01:${second}Z`) / 1000));
      writeFileSync(join(host.path, 'archived'), archived);
      host.backup('filestore', environment);
    };
    host.backup('database-full', environment);
    at('00:00', segment('1'));
    expect(listing().database.latest, 'nothing is known yet').toBe('2026-11-30T00:31:01Z');
    at('05:00', segment('3'));
    expect(listing().database.latest, 'noted after the backup').toBe('2026-11-30T00:40:00Z');
    at('10:00', segment('1'));
    expect(listing().database.latest, 'the archive is behind').toBe('2026-11-30T00:40:00Z');
    at('15:00', segment('9', '00000002'));
    expect(listing().database.latest, 'on another timeline').toBe('2026-11-30T00:40:00Z');
    at('20:00', segment('2'));
    expect(listing().database.latest).toBe('2026-11-30T01:05:00Z');
  });

  it('outlives the data volume, with the last proof', () => {
    const environment = programs({ segments });
    host.backup('database-full', environment);
    const proof = {
      provenAt: '2026-11-29T08:20:00.123Z',
      restoredTo: '2026-11-29T08:10:00Z',
      verdict: 'passed',
      report: 'restore-tests/2026-11-29T08:20:00.123Z-passed-server.json',
    };
    const volumeProof = {
      ...proof,
      report: 'restore-tests/2026-11-29T08:20:00.123Z-passed-volume-server.json',
    };
    host.spoil('backups', LIST, JSON.stringify({ ...listing(), proof, volumeProof }));
    rmSync(join(host.data, 'backup'), { recursive: true });
    host.backup('filestore', environment);
    expect(listing()).toMatchObject({ proof, volumeProof });
    expect(listing().database.backups).toHaveLength(1);
  });

  it('fails no backup when it cannot be written, and is written without PostgreSQL', () => {
    const environment = { ...programs({ segments }), STAND_IN_DENY: LIST };
    const { code, output } = host.backup('database-full', environment);
    expect(code).toBe(0);
    expect(output).toContain('the listing of recovery points could not be written');
    rmSync(join(host.path, 'made'));
    host.backup('database-full', programs({ segments, psql: 'exit 2' }));
    expect(listing().database.latest).toBe('2026-11-30T00:31:01Z');
  });

  /** A repository, and a PostgreSQL whose clock and archive are files. */
  function programs({ psql, ...found }: Repository & { readonly psql?: string }): Record<string, string> {
    writeFileSync(join(host.path, 'now'), String(Date.parse('2026-11-30T00:40:00Z') / 1000));
    writeFileSync(join(host.path, 'archived'), segment('1'));
    program(
      'psql',
      psql ??
        `case "\${@: -1}" in
          *pg_walfile_name*) echo "$(<'${host.path}/now')|700"; echo '${segment('2')}' ;;
          *last_archived_wal*) echo "$(<'${host.path}/archived')" ;;
        esac`,
    );
    return program('pgbackrest', repository(found));
  }
});

const certificate = (): string => join(host.data, 'certificates/live/privkey.pem');

const write = (text: string): void => {
  mkdirSync(join(host.data, 'certificates/live'), { recursive: true });
  writeFileSync(certificate(), text, { mode: 0o600 });
};

const bringBack = (): unknown =>
  host.evaluate(
    'from backup import configuration\nfrom backup.host import Host',
    'configuration.bring_back(Host(), Host().backups)',
  );

describe('the configuration', () => {
  it('is saved when it has changed, and only then', () => {
    write('key');
    symlinkSync('live', join(host.data, 'certificates/current'));
    for (let run = 0; run < 3; run++) host.backup('filestore');
    expect(host.uploads.filter((key) => key === 'server/configuration.tar')).toHaveLength(1);
    write('another key');
    host.backup('filestore');
    expect(host.uploads.filter((key) => key === 'server/configuration.tar')).toHaveLength(2);
  });

  it('comes back as it was, over nothing that is there', () => {
    write('key');
    host.backup('filestore');
    rmSync(certificate());
    expect(bringBack()).toBe(true);
    expect(spawnSync('stat', ['-c', '%a', certificate()], { encoding: 'utf8' }).stdout).toBe('600\n');
    write('newer');
    bringBack();
    expect(spawnSync('cat', [certificate()], { encoding: 'utf8' }).stdout).toBe('newer');
  });

  it('is not taken for missing where it cannot be read', () => {
    const statements = 'from backup import configuration\nfrom backup.host import Host';
    expect(() =>
      host.evaluate(statements, 'configuration.bring_back(Host(), Host().backups)', {
        STAND_IN_DENY: 'server/',
      }),
    ).toThrow('AccessDenied');
  });

  it('may be missing, but not damaged', () => {
    expect(bringBack()).toBe(false);
    write('key');
    host.backup('filestore');
    host.spoil('backups', 'server/configuration.tar', 'x');
    expect(bringBack).toThrow('is damaged');
  });
});

/** A pgBackRest that finds this in its repository. */
function repository({ error = false, verify = '', segments = [], made = true }: Repository): string {
  const timestamp = { stop: Date.parse('2026-11-30T00:31:00Z') / 1000 };
  const backup = { label: 'new', type: 'full', error, timestamp, info: { repository: { delta: 7 } } };
  const listing = segments.map((name) => [`16-1/${name.slice(0, 16)}/${name}-${'0'.repeat(40)}.zst`, {}]);
  return `case "\${@: -1}" in
    info) [[ -e '${host.path}/made' ]] && echo '${informationOn(backup)}' || echo '${informationOn()}' ;;
    backup) ${made ? `touch '${host.path}/made'` : ':'} ;;
    verify) printf '${verify}' ;;
    archive/odoo) echo '${JSON.stringify(Object.fromEntries(listing))}' ;;
  esac`;
}

interface Repository {
  readonly error?: boolean;
  readonly verify?: string;
  readonly segments?: readonly string[];
  readonly made?: boolean;
}

function informationOn(...backup: object[]): string {
  return JSON.stringify([{ status: { code: 0, message: 'ok' }, backup }]);
}

describe('the backup of the database', () => {
  it('counts when the archive works and the repository is whole', () => {
    const segments = [
      segment('1000000FE'),
      segment('1000000FF'),
      segment('200000000'),
      segment('2000000A0', '00000002'),
    ];
    expect(host.backup('database-full', program('pgbackrest', repository({ segments })))).toMatchObject({
      code: 0,
    });
    expect(host.metrics[0]?.[2]).toMatchObject({ MetricName: 'BackupSize', Value: 7 });
  });

  it.each([
    ['pages have wrong checksums', { error: true }, 'pages with wrong checksums'],
    [
      'the repository is damaged',
      { verify: 'status: error' },
      'the backup repository is damaged: status: error',
    ],
    [
      'a WAL segment is missing',
      { segments: [segment('1'), segment('3')] },
      `the archive lacks WAL after segment ${segment('1')}`,
    ],
    ['nothing new is in the repository', { made: false }, 'has no new backup'],
  ])('fails when %s', (_, details, message) => {
    const { code, output } = host.backup('database-full', program('pgbackrest', repository(details)));
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(host.metrics[0]?.[0]).toMatchObject({ MetricName: 'BackupSucceeded', Value: 0 });
  });

  it('is followed by the filestore, even when it failed', () => {
    const name = host.attach('one');
    expect(host.backup('database-incremental', program('pgbackrest', 'exit 50')).code).toBe(1);
    expect(host.keys('filestore')).toContain(`filestore/odoo/${name}`);
  });
});
