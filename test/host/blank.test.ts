import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackupHost } from './backup-host.ts';

let host: BackupHost;
beforeEach(() => {
  host = new BackupHost();
});
afterEach(() => host.remove());

/** What `pgbackrest info` says of a repository. */
const STATUS = { backups: 0, nothing: 1, 'WAL alone': 2 } as const;
type Repository = keyof typeof STATUS;

/** As the environment of a server has it that was brought back. */
const BROUGHT_BACK = {
  BACKUPS: 'recovered/',
  COPIED_BACKUPS: 'server/',
  BROUGHT_BACK_TO: '2026-11-30T10:12:30Z',
};

/** What a blank volume is filled with, by the kind of recovery, and whether it then has the mark of a handover. */
function filled(
  own: Repository,
  copy: Repository = 'nothing',
  environment: Record<string, string> = {},
): unknown {
  return host.evaluate(
    `import os
from backup import blank, handover, repository, s3
codes = {None: ${STATUS[own]}, '/server/pgbackrest': ${STATUS[copy]}}
path = lambda: os.environ.get('PGBACKREST_REPO1_PATH')
repository.information = lambda: {'status': {'code': codes[path()]}}
filled = []
blank.fill = lambda recovery, backups, information, target=None: filled.append(
    [type(recovery).__name__, backups, path(), target and target.isoformat()])
blank.main('16')
assert path() is None`,
    '[*filled, handover.is_handed_over(blank.Host())]',
    environment,
  );
}

const back = (own: Repository, copy: Repository): unknown => filled(own, copy, BROUGHT_BACK);

const put = (Key: string): unknown =>
  host.evaluate(
    `from backup import s3\ns3.client().put_object(Bucket='backups', Key='${Key}', Body=b'{"since": 1}')`,
    'None',
  );

const OWN = (backups: string) => ['Recovery', backups, null, null];
const COPY = ['CopiedRecovery', 'server/', '/server/pgbackrest', '2026-11-30T10:12:30+00:00'];

describe('a blank volume', () => {
  it('gets the latest backup, or nothing where there is none', () => {
    expect(filled('backups')).toEqual([OWN('server/'), false]);
    expect(filled('nothing')).toEqual([false]);
  });

  it('is not begun anew on traces of an earlier database', () => {
    expect(() => filled('WAL alone')).toThrow(
      's3://backups/server/pgbackrest has WAL of an earlier database, but no backup of it: attach its data volume, or move these objects away to start with a new database',
    );
  });
});

describe('a blank volume of a server that is brought back', () => {
  it('gets the copy, as of the moment, while there is nothing of its own', () => {
    expect(back('nothing', 'backups')).toEqual([COPY, false]);
  });

  it('gets its own latest backup as soon as there is one', () => {
    for (const copy of ['backups', 'nothing', 'WAL alone'] as const)
      expect(back('backups', copy)).toEqual([OWN('recovered/'), false]);
  });

  it('never begins with nothing', () => {
    for (const copy of ['nothing', 'WAL alone'] as const)
      expect(() => back('nothing', copy)).toThrow(
        's3://backups/server/pgbackrest, which has no backup: it does not start with a new database',
      );
    // What was entered since may be on the volume alone; and a second recovery would archive under the same names.
    expect(() => back('WAL alone', 'backups')).toThrow(
      's3://backups/recovered/pgbackrest has WAL of an earlier database, but no backup of it: attach its data volume, or move these objects away to bring the copy back once more',
    );
  });

  it('stays silent where the service was handed over, by whoever made the backups that it is filled from', () => {
    put('server/handed-over.json');
    expect(back('backups', 'backups')).toEqual([OWN('recovered/'), false]);
    expect(back('nothing', 'backups')).toEqual([COPY, true]);
  });

  it('says what was handed over from there', () => {
    put('recovered/handed-over.json');
    expect(back('backups', 'nothing')).toEqual([OWN('recovered/'), true]);
  });
});

describe('a server that was brought back', () => {
  it('writes nothing beside the copies', () => {
    host.attach('a contract');
    host.evaluate(
      `import shutil, subprocess
from backup import configuration, dump, handover, recovery_points
from backup.host import Host
h = Host()
(h.data / 'certificates').mkdir()
configuration.save(h)
handover.mark(h, {})
dump.as_postgres = lambda *command: ('printf', 'dump')
dump.write(h, dump.s3.client(), dump.key_of(h, dump.time.gmtime()))
recovery_points.reached = lambda _: None
recovery_points.publish(h, lambda: {'database': {'oldest': '2026', 'latest': None, 'backups': []},
  'filestore': {'copiedAt': '2026'}, 'dumps': recovery_points.of_dumps(h)})`,
      'None',
      BROUGHT_BACK,
    );
    const keys = host.keys('backups');
    expect(keys.map((key) => key.replace(/\d{4}-.*Z/, 'TIME'))).toEqual([
      'recovered/configuration.tar',
      'recovered/dumps/TIME.dump',
      'recovered/handed-over.json',
      'recovered/recovery-points.json',
    ]);
    const { dumps } = JSON.parse(host.object('backups', 'recovered/recovery-points.json'));
    expect(dumps).toMatchObject([{ key: keys[1] }]);
  });
});
