import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeModule } from '../constructs/database-job/image.ts';
import { ReleaseBench } from './release-bench.ts';

// The job as it is shipped, on a real PostgreSQL server: what becomes of a database in service when image and environment
// file change. Odoo itself is replaced by a stand-in that commits after each module, as Odoo does.
let bench: ReleaseBench;

beforeAll(async () => {
  bench = await ReleaseBench.start();
});
afterAll(() => bench?.stop());
beforeEach(() => bench.reset());

describe('a release that changes a module', () => {
  beforeEach(() => bench.nextRelease());

  it('changes nothing before a snapshot was taken, and says what for', async () => {
    const before = bench.content();
    const { code, report, standIn } = await bench.run({ release: 'r2', request: { kind: 'release' } });
    expect(code).toBe(3);
    expect(report).toMatchObject({ outcome: 'needs-snapshot', changes: 'update acme' });
    expect(standIn).toBeUndefined();
    expect(bench.content()).toEqual(before);
    expect(bench.databases()).toEqual(['odoo']);
  });

  it('updates it in a copy that takes the place of the database, and keeps what was served', async () => {
    const before = bench.content();
    const { code, report } = await bench.run({ release: 'r2' });
    expect(report).toMatchObject({
      outcome: 'succeeded',
      changed: ['modules: update acme'],
      before: 'odoo_before',
    });
    expect(code).toBe(0);
    expect(bench.databases()).toEqual(['odoo', 'odoo_before']);
    expect(bench.sql('SELECT count(*), min(state) FROM acme_order')).toBe('100|new');
    expect(bench.content('odoo_before')).toEqual(before);
    expect(bench.releases()).toEqual([['r1'], ['r2']]);
    expect(bench.releases('odoo_before')).toEqual([['r1']]);
  });

  it('says which constraint Odoo left out, because rows are against it', async () => {
    expect((await bench.run({ release: 'r2', odoo: 'leaves-out' })).report?.warnings).toEqual([
      "Odoo left out what existing rows are against: Table 'acme_order': unable to set NOT NULL on column 'state'",
    ]);
  });

  it('is done once', async () => {
    await bench.run({ release: 'r2' });
    const { report, standIn } = await bench.run({ release: 'r2' });
    expect(report).toMatchObject({ outcome: 'succeeded', created: [], changed: [] });
    expect(standIn).toBeUndefined();
    expect(bench.databases()).toEqual(['odoo', 'odoo_before']);
  });

  it.each(['18.0', '19.0'])('starts Odoo %s to update that module alone, in the copy', async (version) => {
    await bench.reset(version);
    bench.nextRelease();
    const { standIn } = await bench.run({ release: 'r2', version });
    expect(standIn?.options).toEqual({
      config: join(bench.job.cluster.directory, 'odoo.conf'),
      database: 'odoo_changing',
      update: 'acme',
      'without-demo': 'True',
      load: 'base,web',
      'stop-after-init': '',
      'no-http': '',
      workers: '0',
      'max-cron-threads': '0',
      'data-dir': expect.any(String),
    });
  });

  it('keeps settings and privileges that the server has outside the database', async () => {
    bench.sql('DROP ROLE IF EXISTS reader');
    for (const statement of [
      'CREATE ROLE reader',
      'GRANT CONNECT ON DATABASE odoo TO reader WITH GRANT OPTION',
      'ALTER DATABASE odoo SET search_path TO "$user", public',
      "ALTER DATABASE odoo SET DateStyle TO 'ISO, DMY'",
      "ALTER ROLE odoo IN DATABASE odoo SET work_mem TO '8MB'",
    ]) {
      bench.sql(statement);
    }
    const outside = (database: string) => [
      bench.sql(`SELECT datacl FROM pg_database WHERE datname = '${database}'`),
      bench.sql(
        `SELECT setrole::regrole, setconfig FROM pg_db_role_setting WHERE setdatabase =
         (SELECT oid FROM pg_database WHERE datname = '${database}') ORDER BY 1`,
      ),
    ];
    const before = outside('odoo');
    expect((await bench.run({ release: 'r2' })).report?.error).toBeUndefined();
    expect(outside('odoo')).toEqual(before);
    bench.sql('DROP DATABASE odoo_before', 'postgres');
    bench.sql('REVOKE ALL ON DATABASE odoo FROM reader; DROP ROLE reader', 'postgres');
  });

  it('says which setting of somebody with more rights it could not keep', async () => {
    bench.sql("ALTER DATABASE odoo SET acme.place TO 'here'");
    expect((await bench.run({ release: 'r2' })).report?.warnings).toEqual([
      'acme.place = here was set for the database by somebody with more rights, who has to set it again',
    ]);
  });

  it('finds the attachments of the original, and adds to them', async () => {
    await bench.run({ release: 'r2', odoo: 'attaches' });
    const names = bench.sql('SELECT store_fname FROM ir_attachment ORDER BY 1').split('\n');
    expect(names).toHaveLength(2);
    const filestore = join(bench.job.filestore, 'odoo');
    for (const name of names) expect(readFileSync(join(filestore, name)).length).toBeGreaterThan(0);
    expect(readdirSync(bench.job.filestore)).toEqual(['odoo']);
  });
});

describe('what is a change', () => {
  it('is another content without another version', async () => {
    bench.module('1.0', 'b');
    expect((await bench.run({ release: 'r2', request: { kind: 'release' } })).report?.changes).toBe(
      'update acme',
    );
  });

  it.each(['static/description/icon.svg', 'i18n/acme.pot', 'tests/test_acme.py', 'README.rst'])(
    'is not what Odoo does not read into the database: %s',
    async (file) => {
      bench.job.module('acme', { files: { [file]: 'x' } });
      expect((await bench.run({ release: 'r2' })).report).toMatchObject({
        outcome: 'succeeded',
        changed: [],
      });
    },
  );

  it('is not another image with the same modules: both may serve', async () => {
    const { report } = await bench.run({ release: 'r2', request: { kind: 'release' } });
    expect(report).toMatchObject({ outcome: 'succeeded', changed: [] });
    expect(bench.releases()).toEqual([['r1', 'r2']]);
    expect((await bench.run({ release: 'r1' })).code).toBe(0);
  });

  it('is a module that the environment file names for the first time', async () => {
    const { report } = await bench.run({ release: 'r2', settings: { modules: ['acme', 'sale'] } });
    expect(report?.changed).toEqual(['modules: install sale']);
    expect(bench.sql("SELECT state FROM ir_module_module WHERE name = 'sale'")).toBe('installed');
  });

  it('is not a module that somebody installed in Odoo, as long as its version is that of the image', async () => {
    bench.sql(
      "UPDATE ir_module_module SET state = 'installed', latest_version = '19.0.1.0' WHERE name = 'sale'",
    );
    expect((await bench.run({ release: 'r2' })).report?.changed).toEqual([]);
    bench.job.module('sale', { version: '1.2' });
    expect((await bench.run({ release: 'r3' })).report?.changed).toEqual(['modules: update sale']);
  });

  it('is what Odoo has itself, not what the image has of the same name, which Odoo never loads', async () => {
    const python = join(bench.job.cluster.directory, 'python');
    const own = (version: string) =>
      writeModule(join(python, 'odoo/addons'), 'sale', { version, files: { '../../__init__.py': '' } });
    const release = (name: string) =>
      bench.run({
        release: name,
        settings: { modules: ['acme', 'sale'] },
        environment: { PYTHONPATH: python },
      });
    own('1.0');
    await release('r2');
    bench.job.module('sale', { version: '1.2' });
    const { report } = await release('r3');
    expect(report).toMatchObject({ outcome: 'succeeded', changed: [] });
    expect(report?.warnings).toEqual([expect.stringMatching(/^Odoo never loads sale from addons_path/)]);
    own('1.1');
    expect((await release('r4')).report?.changed).toEqual(['modules: update sale']);
    rmSync(python, { recursive: true });
  });

  it('is not a module that somebody imported, whose code is in the database', async () => {
    bench.sql('ALTER TABLE ir_module_module ADD imported bool');
    bench.sql(
      "INSERT INTO ir_module_module (name, state, imported) VALUES ('studio_customization', 'installed', TRUE)",
    );
    expect((await bench.run({ release: 'r2' })).report).toMatchObject({ outcome: 'succeeded', changed: [] });
  });
});

/** A release that fails with this message changes nothing, and the next one, mended, goes through. */
async function untouched(options: Parameters<ReleaseBench['run']>[0], message: string): Promise<void> {
  const before = bench.content();
  const { code, report } = await bench.run({ release: 'r2', ...options });
  expect(report?.error).toContain(message);
  expect(code).toBe(1);
  expect(bench.content()).toEqual(before);
  expect(bench.releases()).toEqual([['r1']]);
  expect(bench.databases()).toEqual(['odoo']);
  expect((await bench.run({ release: 'r3' })).report?.changed).toContain('modules: update acme');
}

describe('a release that fails', () => {
  beforeEach(() => bench.nextRelease());

  it('after the first of its modules leaves what was served as it was', () =>
    untouched(
      { odoo: 'fails-halfway' },
      'odoo ended with code 255 while it changed acme: odoo.tools.convert.ParseError: while parsing y.xml:7',
    ));

  it('in the middle of its modules without an error is found out, with the reason that Odoo mostly has', () =>
    untouched(
      { odoo: 'pending' },
      'did not get through with the modules sale (to install): mostly because the image lacks',
    ));

  it('without an error is found out', () =>
    untouched({ odoo: 'passes-over' }, 'did not bring these modules to the version in the image: acme'));

  it('for want of disk space is refused before anything is copied', () =>
    untouched({ flags: ['--storage-gib=0.02'] }, 'overrides.database.storageGiB'));

  it('in what the job writes itself leaves no copy behind', async () => {
    bench.module(
      '1.1',
      'b',
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON ir_config_parameter EXECUTE FUNCTION refuse()`,
    );
    const before = bench.content();
    const { code, report } = await bench.run({ release: 'r2' });
    expect(report?.error).toContain('no room');
    expect(code).toBe(1);
    expect(bench.content()).toEqual(before);
    expect(bench.databases()).toEqual(['odoo']);
  });

  it('because somebody writes past Odoo loses nothing of it', async () => {
    // As fast as the database comes back: what it writes meanwhile would be lost with the old one.
    bench.module('1.1', 'b', 'SELECT pg_sleep(2)');
    const job = bench.run({ release: 'r2' });
    await expect.poll(() => bench.databases()).toContain('odoo_changing');
    await expect
      .poll(() => bench.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'odoo_changing'"))
      .not.toBe('0');
    bench.sql("INSERT INTO acme_order (name) VALUES ('past Odoo')");
    const { report } = await job;
    expect(report?.error).toContain('somebody wrote into the database');
    expect(bench.sql("SELECT count(*) FROM acme_order WHERE name = 'past Odoo'")).toBe('1');
    expect(bench.releases()).toEqual([['r1']]);
    expect(bench.databases()).toEqual(['odoo']);
  });

  it('because somebody cannot be sent away names the program', async () => {
    const stranger = bench.job.cluster.hold('odoo', 'nightly-report');
    try {
      const { report } = await bench.run({ release: 'r2' });
      expect(report?.error).toContain('bootstrap (nightly-report)');
      expect(bench.databases()).toEqual(['odoo']);
    } finally {
      stranger.kill();
    }
  });
});

describe('a release that is killed', () => {
  it.each([
    'find_change',
    'hold_services',
    'copy',
    'change_modules',
    'verify',
    'apply_settings',
    'remember',
    'record_release',
    'drop',
    'put_in_service',
    'ensure_release',
  ])(
    'after %s leaves the old or the new database in service, whole, and is completed by the next run',
    async (step) => {
      bench.nextRelease();
      const before = bench.content();
      expect((await bench.run({ release: 'r2', killedAfter: step })).signal).toBe('SIGKILL');
      if (bench.databases().includes('odoo_before')) expect(bench.content('odoo_before')).toEqual(before);
      else expect(bench.content()).toEqual(before);

      expect((await bench.run({ release: 'r2' })).code).toBe(0);
      expect(bench.databases()).toEqual(['odoo', 'odoo_before']);
      expect(bench.sql('SELECT count(*), min(state) FROM acme_order')).toBe('100|new');
      expect(bench.releases()).toEqual([['r1'], ['r2']]);
    },
  );

  it('in the middle of Odoo is begun anew from what is served', async () => {
    bench.nextRelease();
    const before = bench.content();
    expect((await bench.run({ release: 'r2', odoo: 'half-changed' })).signal).toBe('SIGKILL');
    expect(bench.content()).toEqual(before);
    const { report } = await bench.run({ release: 'r2' });
    expect(report?.changed).toContain('dropped odoo_changing, which an earlier run did not finish');
    expect(bench.releases()).toEqual([['r1'], ['r2']]);
  });

  it('in the middle of an attachment does not fail for ever', async () => {
    bench.nextRelease();
    expect((await bench.run({ release: 'r2', odoo: 'half-attachment' })).signal).toBe('SIGKILL');
    const { code, report } = await bench.run({ release: 'r2', odoo: 'attaches' });
    expect(report?.changed).toContain('removed 1 half-written attachments, which are written again');
    expect(code).toBe(0);
  });

  it('by ECS ends Odoo too, and leaves no session behind', async () => {
    bench.module('1.1', 'b', 'SELECT pg_sleep(60)');
    const { code, report } = await bench.run({ release: 'r2', terminateAfter: '"standIn"' });
    expect(code).toBe(1);
    expect(report).toMatchObject({ outcome: 'stopped', step: 'ensure_release' });
    await expect
      .poll(() => bench.sql("SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'odoo%'", 'postgres'))
      .toBe('0');
  });
});

it('two releases at once: the second one finds the work done', async () => {
  bench.nextRelease();
  const runs = await Promise.all([bench.run({ release: 'r2' }), bench.run({ release: 'r2' })]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(runs.filter(({ standIn }) => standIn !== undefined)).toHaveLength(1);
});

describe('an image that is older than the database', () => {
  beforeEach(async () => {
    bench.nextRelease();
    await bench.run({ release: 'r2' });
    bench.module('1.0', 'a');
  });

  it('is refused, with both ways out', async () => {
    const { report } = await bench.run({ release: 'r1' });
    expect(report?.error).toContain('this image is older than the database');
    expect(report?.error).toContain('npm run upgrade -- --env NAME --undo');
    expect(bench.releases()).toEqual([['r1'], ['r2']]);
  });

  it('serves again after the way back, which loses nothing of what was entered since', async () => {
    bench.sql("INSERT INTO acme_order (name) VALUES ('entered with r2')");
    const served = bench.content();
    const { code, report } = await bench.run({ release: 'r1', request: { kind: 'undo' } });
    expect(code).toBe(0);
    expect(bench.sql('SELECT count(*) FROM acme_order')).toBe('100');
    expect(bench.releases()).toEqual([['r1']]);
    const [, aside = ''] = /kept as (odoo_undone_\w+)/.exec(report?.changed.join() ?? '') ?? [];
    expect(bench.content(aside)).toEqual(served);
    expect((await bench.run({ release: 'r1' })).code).toBe(0);
  });
});

describe('the way back', () => {
  it('is refused where there is none', async () => {
    const { code, report } = await bench.run({ request: { kind: 'undo' } });
    expect(code).toBe(1);
    expect(report?.error).toContain('there is no database odoo_before');
    expect(bench.databases()).toEqual(['odoo']);
  });

  it('says which image belongs to it, and which attachments Odoo has cleared away meanwhile', async () => {
    bench.nextRelease();
    await bench.run({ release: 'r2' });
    bench.sql('ALTER TABLE ir_attachment ADD url varchar', 'odoo_before');
    bench.sql(
      "INSERT INTO ir_attachment (store_fname, url) VALUES ('aa/gone', NULL), ('bb/bundle', '/web/assets/1/x.js')",
      'odoo_before',
    );
    const { report } = await bench.run({ release: 'r2', request: { kind: 'undo' } });
    expect(report?.warnings).toEqual([
      '1 attachments are missing, restore them from their versions in the filestore bucket: aa/gone',
      expect.stringContaining('nodes of the image before the release serve it'),
    ]);
    // Generated anew by Odoo when it is asked for.
    expect(bench.sql("SELECT count(*) FROM ir_attachment WHERE url LIKE '/web/assets/%'")).toBe('0');
  });
});

it('a request that nobody knows is refused before anything is done', async () => {
  const { code, output } = await bench.run({ request: { kind: 'uninstall' } });
  expect(code).toBe(2);
  expect(output).toContain(
    "kind has to be one of release, receive, undo, withdraw, hand-over, take-back, got 'uninstall'",
  );
});
