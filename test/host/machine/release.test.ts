import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import type { Outcome } from './shell.ts';

// Releases on the single server: the real provisioning, run again as a server of another release would, with the real job,
// PostgreSQL and pgBackRest.
const MODULES = '/opt/odoo-image/usr/lib/python3/dist-packages/odoo/addons';

let bench: Bench;
let machine: Machine;
beforeAll(async () => {
  bench = await Bench.start();
  machine = await bench.launch();
  await bench.provisioned(machine);
  // What the user data has read from its parameter.
  await machine.succeed(
    `{ sed '/^call s3/,$d' /var/lib/cloud/instance/user-data.txt; echo 'trap - EXIT; printf %s "$settings" >/run/settings'; } | bash`,
  );
  await machine.sql('CREATE TABLE orders AS SELECT generate_series(1, 100) AS row');
});
afterAll(() => bench?.stop());

/** Provisions the server for a release, whose module `web` has this version. */
async function deploy(release: string, version: string, { broken = false } = {}): Promise<Outcome> {
  const patience = "sed -i 's/within 300 serves/within 15 serves/' nginx.sh";
  return machine.run(
    `cd /opt/odoo-aws && ${patience} && sed -i 's/^RELEASE=.*/RELEASE=${release}/' host.env &&
     echo "{'version': '${version}'}" >${MODULES}/web/__manifest__.py &&
     ${broken ? 'touch' : 'rm -f'} /opt/odoo-image/broken &&
     AWS_DEFAULT_REGION=eu-central-1 SUFFIX=amazonaws.com bash provision.sh "$(cat /run/settings)"`,
  );
}

const releases = async () =>
  JSON.parse(
    await machine.sql("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'odoo'"),
  ).releases;
const databases = () =>
  machine.sql("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'odoo%'");

describe('a release on the single server', () => {
  it('is made after a backup, in a copy, and keeps what was served', async () => {
    const { code, stdout } = await deploy('r2', '1.4');
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(
      /backup: database-incremental succeeded[^]*database job: update web; protected by odoo-restore/,
    );
    expect(await databases()).toBe('odoo odoo_before');
    expect((await releases()).at(-1)).toEqual(['r2']);
    expect(await machine.sql('SELECT count(*) FROM orders')).toBe('100');
    expect((await bench.world.visit('/odoo')).status).toBe(200);
  });

  it('needs no backup where it changes no module', async () => {
    const { code, stdout } = await deploy('r2b', '1.4');
    expect(code).toBe(0);
    expect(stdout).not.toContain('backup: database-incremental');
    expect((await releases()).at(-1)).toEqual(['r2', 'r2b']);
  });

  it('is undone by the server that the rollback launches, where it never served', async () => {
    await machine.sql('INSERT INTO orders VALUES (101)');
    const failed = await deploy('r3', '1.5', { broken: true });
    expect(failed.code).not.toBe(0);
    expect((await releases()).at(-1)).toEqual(['r3']);
    // What scheduled jobs send would not be taken back.
    expect((await machine.run('systemctl is-active odoo-cron')).code).not.toBe(0);

    const { code, stdout } = await deploy('r2b', '1.4');
    expect(code, stdout).toBe(0);
    expect((await releases()).at(-1)).toEqual(['r2', 'r2b']);
    expect(await databases()).toMatch(/^odoo odoo_undone_\w+$/);
    expect(await machine.sql('SELECT count(*) FROM orders')).toBe('101');
    expect((await bench.world.visit('/odoo')).status).toBe(200);
    expect(await machine.succeed('systemctl is-active odoo-cron')).toBe('active');
  });

  it('is not undone by an older server once it has served', async () => {
    expect((await deploy('r4', '1.6')).code).toBe(0);
    const { code, stdout } = await deploy('r2b', '1.4');
    expect(code).not.toBe(0);
    expect(stdout).toContain('this image is older than the database');
    expect((await releases()).at(-1)).toEqual(['r4']);
  });
});
