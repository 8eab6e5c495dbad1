import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupHost } from './backup-host.ts';
import { hasProgram, HostDirectory } from './host.ts';

const VERSIONS = '/usr/lib/postgresql';
const version = existsSync(VERSIONS)
  ? readdirSync(VERSIONS).toSorted((one, other) => Number(other) - Number(one))[0]
  : undefined;

// The programs become postgres, as on the server, which only root may do.
const possible =
  process.getuid?.() === 0 && hasProgram('pgbackrest') && version !== undefined && hasProgram('setpriv');

const at = (time: string): string => `datetime.fromisoformat('${time}')`;

/** A real cluster that real pgBackRest archives to a directory, in the places of the server. */
describe.skipIf(!possible)('a cluster that is brought back', () => {
  let bundle: HostDirectory;
  let host: BackupHost;
  let environment: Record<string, string>;
  let cluster: string;
  let moment: string;

  const asPostgres = (command: string, ...parameters: string[]): string =>
    execFileSync(
      'setpriv',
      ['--reuid=postgres', '--regid=postgres', '--init-groups', command, ...parameters],
      {
        encoding: 'utf8',
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  const control = (...parameters: string[]): string =>
    asPostgres(
      `${VERSIONS}/${version}/bin/pg_ctl`,
      `--pgdata=${cluster}`,
      '--silent',
      '--wait',
      ...parameters,
    );
  const start = (): string =>
    control(
      'start',
      `--log=${join(host.path, 'postgresql.log')}`,
      `--options=-c config_file=${host.path}/postgresql.conf`,
    );
  const sql = (statement: string, database = 'odoo'): string =>
    asPostgres(
      'psql',
      '-XAtq',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      host.path,
      '-d',
      database,
      '-c',
      statement,
    ).trim();
  const orders = (first: number, last: number): void => {
    for (let id = first; id <= last; id++) sql(`INSERT INTO orders VALUES (${id})`);
  };

  beforeAll(() => {
    bundle = new HostDirectory();
    host = new BackupHost(bundle.path);
    cluster = join(host.data, `postgresql/clusters/${version}/main`);
    mkdirSync(cluster, { recursive: true });
    for (const folder of ['repository', 'spool', 'log', 'lock']) mkdirSync(join(host.path, folder));
    environment = { PGBACKREST_CONFIG: configurePgBackRest() };
    writeFileSync(join(host.path, 'web.conf'), '[options]\ndb_password = new%Secret\n');
    execFileSync('chown', ['-R', 'postgres:postgres', host.path]);
    asPostgres(`${VERSIONS}/${version}/bin/initdb`, '-D', cluster, '-E', 'UTF8', '--locale=C.UTF-8', '-k');
    writeFileSync(
      join(host.path, 'postgresql.conf'),
      `${readFileSync(join(bundle.path, 'postgresql/odoo.conf'), 'utf8')}\nunix_socket_directories = '${host.path}'\n`,
    );
    start();
    asPostgres('pgbackrest', '--stanza=odoo', 'stanza-create');
    sql("CREATE ROLE odoo LOGIN PASSWORD 'old'; CREATE ROLE odoo_setup LOGIN PASSWORD 'known'", 'postgres');
    sql("CREATE DATABASE odoo OWNER odoo TEMPLATE template0 LC_COLLATE 'C'", 'postgres');
    sql(`CREATE EXTENSION pg_trgm; CREATE TABLE orders (id int);
      CREATE TABLE ir_module_module (name text, state text, latest_version text);
      INSERT INTO ir_module_module VALUES ('base', 'installed', '19.0.1.3'), ('web', 'installed', '19.0.1.0');
      CREATE TABLE ir_attachment (store_fname text, type text, file_size int, checksum text)`);
    orders(1, 20);
    expect(host.backup('database-full', environment)).toMatchObject({ code: 0 });
    orders(21, 30);
    moment = sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF') || ':00'");
    orders(31, 40);
    asPostgres('pgbackrest', '--stanza=odoo', 'check');
  }, 120_000);

  afterAll(() => {
    control('stop', '--mode=immediate');
    host.remove();
    bundle.remove();
  });

  /** The server's own configuration with a directory in the place of S3. */
  function configurePgBackRest(): string {
    const file = join(host.path, 'pgbackrest.conf');
    const text = readFileSync(join(bundle.path, 'pgbackrest.conf'), 'utf8')
      .replace(/^repo1-s3.*\n/gm, '')
      .replace('repo1-type=s3', 'repo1-type=posix')
      .replace('repo1-path=/server/pgbackrest', `repo1-path=${host.path}/repository`)
      .replace('{{BACKUP_PASSPHRASE}}', 'a passphrase')
      .replace('/srv/data', host.data)
      .replace('{{POSTGRESQL_VERSION}}', String(version))
      .replace('/var/run/postgresql', host.path)
      .replace('/var/lib/pgbackrest/lock', `${host.path}/lock`)
      .replaceAll(/\/var\/(log|spool)\/pgbackrest/g, `${host.path}/$1`);
    writeFileSync(file, text);
    return file;
  }

  const PREPARE = (target: string): string => `
from datetime import datetime
from backup import choice, completion, repository
from backup.host import Host
from backup.recovery import Recovery
host = Host()
completion.ODOO_CONFIGURATION = '${host.path}/web.conf'
recovery = Recovery(host, '${version}')
recovery.bring_back(choice.choose(repository.information(), ${target}))`;

  const recover = (statements: string): unknown =>
    host.evaluate(`${statements}\nwith recovery.server():\n    pass`, 'None', environment);

  it('has every row up to the moment, the password of now, and no open role of a deployment', () => {
    const found = host.evaluate(
      `${PREPARE(at(moment))}
with recovery.server():
    report = completion.complete(host, recovery)
    with recovery.connection('odoo') as connection:
        cursor = connection.cursor()
        cursor.execute('SELECT count(*), max(id) FROM orders')
        rows = cursor.fetchone()
        cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'odoo_setup'")
        [setup] = cursor.fetchone()
        cursor.execute("SHOW archive_command")
        [archive] = cursor.fetchone()
automatic = (recovery.cluster / 'postgresql.auto.conf').read_text()`,
      '[report["ok"], rows, setup, archive, [line for line in automatic.splitlines() if "recovery_target" in line or "restore_command" in line]]',
      environment,
    );
    expect(found).toEqual([true, [30, 30], false, '', []]);
  }, 60_000);

  it('leaves the repository as it was, and the cluster in service where it is', () => {
    expect(readdirSync(join(host.path, `repository/archive/odoo/${version}-1`))).toEqual([
      '0000000100000000',
    ]);
    expect(sql('SELECT count(*) FROM orders')).toBe('40');
  });

  it('takes the place in service in one step, and the other one stays whole', () => {
    control('stop', '--mode=fast');
    const found = host.evaluate(
      `${PREPARE('None')}
with recovery.server():
    completion.complete(host, recovery)
aside = recovery.put_in_place()`,
      'str(aside)',
      environment,
    );
    start();
    expect(sql('SELECT count(*) FROM orders')).toBe('40');
    expect(sql('SELECT timeline_id FROM pg_control_checkpoint()', 'postgres')).toBe('2');
    const controlData = spawnSync(`${VERSIONS}/${version}/bin/pg_controldata`, [String(found)], {
      encoding: 'utf8',
    });
    expect(controlData.stdout).toMatch(/TimeLineID: +1\n/);
    expect(controlData.stdout).toMatch(/cluster state: +shut down\n/);
    // The history of the new timeline reaches the archive, or the next restore would use its number again.
    asPostgres('pgbackrest', '--stanza=odoo', 'check');
    expect(readdirSync(join(host.path, `repository/archive/odoo/${version}-1`))).toContain(
      '00000002.history',
    );
  }, 60_000);

  it('is refused where the archive ends before the moment, and where it does not fit on the disk', () => {
    const end = sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF') || ':00'");
    expect(() => recover(PREPARE(at(end)))).toThrow('the archive ends before the moment asked for');
    const small = `import shutil, collections
shutil.disk_usage = lambda path: collections.namedtuple('usage', 'free')(1 << 20)`;
    expect(() => recover(`${small}\n${PREPARE('None')}`)).toThrow('has 1 MiB free and the restore needs');
  }, 60_000);
});
