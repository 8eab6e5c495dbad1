import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackedUpCluster, canBackUp } from './backed-up-cluster.ts';
import type { BackupHost } from './backup-host.ts';

const at = (time: string): string => `datetime.fromisoformat('${time}')`;

describe.skipIf(!canBackUp)('a cluster that is brought back', () => {
  let cluster: BackedUpCluster;
  let host: BackupHost;
  let environment: Record<string, string>;
  let moment: string;

  const sql = (statement: string, database?: string): string => cluster.sql(statement, database);
  const orders = (first: number, last: number): void => {
    for (let id = first; id <= last; id++) sql(`INSERT INTO orders VALUES (${id})`);
  };

  beforeAll(() => {
    cluster = new BackedUpCluster();
    ({ host, environment } = cluster);
    orders(1, 20);
    expect(host.backup('database-full', environment)).toMatchObject({ code: 0 });
    orders(21, 30);
    moment = sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF') || ':00'");
    orders(31, 40);
    cluster.asPostgres('pgbackrest', '--stanza=odoo', 'check');
  }, 120_000);

  afterAll(() => cluster?.remove());

  const PREPARE = (target: string, recovery = 'recovery import Recovery'): string => `
from datetime import datetime
from backup import choice, completion, repository
from backup.host import Host
from backup.${recovery}
host = Host()
completion.ODOO_CONFIGURATION = '${host.path}/web.conf'
recovery = ${recovery.split(' ').at(-1)}(host, '${cluster.version}')
recovery.bring_back(choice.choose(repository.information(), ${target}))`;

  const recover = (statements: string): unknown =>
    host.evaluate(`${statements}\nwith recovery.server():\n    pass`, 'None', environment);

  /** Rows of orders once the copies are recovered, whether that goes on, and whether the archive has ended before. */
  const copied = (target: string): unknown =>
    host.evaluate(
      `${PREPARE(target, 'copied_recovery import CopiedRecovery')}
with recovery.server():
    with recovery.connection('odoo') as connection:
        cursor = connection.cursor()
        cursor.execute('SELECT count(*), pg_is_in_recovery() FROM orders')
        rows = cursor.fetchone()`,
      '[*rows, recovery.to_the_end]',
      environment,
    );

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
    expect(readdirSync(join(host.path, `repository/archive/odoo/${cluster.version}-1`))).toEqual([
      '0000000100000000',
    ]);
    expect(sql('SELECT count(*) FROM orders')).toBe('40');
  });

  it('takes the place in service in one step, and the other one stays whole', () => {
    cluster.control('stop', '--mode=fast');
    const found = host.evaluate(
      `${PREPARE('None')}
with recovery.server():
    completion.complete(host, recovery)
aside = recovery.put_in_place()`,
      'str(aside)',
      environment,
    );
    cluster.start();
    expect(sql('SELECT count(*) FROM orders')).toBe('40');
    expect(sql('SELECT timeline_id FROM pg_control_checkpoint()', 'postgres')).toBe('2');
    const controlData = spawnSync(cluster.program('pg_controldata'), [String(found)], {
      encoding: 'utf8',
    });
    expect(controlData.stdout).toMatch(/TimeLineID: +1\n/);
    expect(controlData.stdout).toMatch(/cluster state: +shut down\n/);
    // The history of the new timeline reaches the archive, or the next restore would use its number again.
    cluster.asPostgres('pgbackrest', '--stanza=odoo', 'check');
    expect(readdirSync(join(host.path, `repository/archive/odoo/${cluster.version}-1`))).toContain(
      '00000002.history',
    );
  }, 60_000);

  it('has everything that is in copies whose archive ends before the moment', () => {
    const end = sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF') || ':00'");
    expect(copied(at(end))).toEqual([40, false, true]);
  }, 120_000);

  it('has nothing later than the moment from copies whose archive goes on', () => {
    expect(copied(at(moment))).toEqual([30, false, false]);
  }, 120_000);

  it('is refused where the archive ends before the moment, and where it does not fit on the disk', () => {
    const end = sql("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF') || ':00'");
    expect(() => recover(PREPARE(at(end)))).toThrow('the archive ends before the moment asked for');
    const small = `import shutil, collections
shutil.disk_usage = lambda path: collections.namedtuple('usage', 'total free')(1 << 30, 1 << 20)`;
    expect(() => recover(`${small}\n${PREPARE('None')}`)).toThrow('has 1 MiB free and the restore needs');
  }, 60_000);
});
