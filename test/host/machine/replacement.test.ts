import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACME_ISSUER } from './acme.ts';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { eventually } from './shell.ts';
import { DOMAIN, MACHINE_ADDRESS } from './addresses.ts';

/** Growing a mounted file system takes CAP_SYS_RESOURCE, which some sandboxes keep even from root. */
const MAY_RESIZE = hasCapability(24);

let bench: Bench;
let machine: Machine;
beforeAll(async () => {
  bench = await Bench.start();
  // It answers, but nobody has made the DNS record of the domain yet.
  await bench.startAcme();
  machine = await bench.launch();
  await bench.provisioned(machine);
});
afterAll(() => bench?.stop());

describe('the certificate', () => {
  it('is the own one of the server while the authority refuses, and is asked for again', async () => {
    const state = () =>
      machine.succeed('systemctl show --property SubState --value odoo-certificate.service');
    await expect.poll(state).toBe('auto-restart');
    expect(await machine.succeed('journalctl --unit odoo-certificate --no-pager')).toContain(
      'Some challenges have failed',
    );
    expect(await bench.world.certificateIssuer()).toContain(`CN = ${DOMAIN}`);
    expect((await bench.world.visit('/odoo')).status).toBe(200);
  });

  it('is the issued one as soon as the domain leads here', async () => {
    await bench.world.point(DOMAIN, MACHINE_ADDRESS);
    // Instead of waiting for the twenty minutes between two attempts.
    await machine.succeed('systemctl restart odoo-certificate.service');
    await expect.poll(() => bench.world.certificateIssuer()).toMatch(ACME_ISSUER);
    expect((await bench.world.visit('/odoo')).status).toBe(200);
  });
});

describe('a dead server', () => {
  it('is replaced by one that waits for the volume and has every byte of it', async () => {
    await machine.sql(`CREATE TABLE precious AS SELECT generate_series(1, 1000) AS row`);
    const attachment = '/srv/data/odoo/data/filestore/odoo/ab/abcdef';
    const asOdoo = 'setpriv --reuid 100 --regid 101 --clear-groups';
    await machine.succeed(
      `cd /srv/data/odoo/data; ${asOdoo} bash -c 'mkdir -p filestore/odoo/ab; cat >filestore/odoo/ab/abcdef'`,
      'a document',
    );
    const login = { login: 'admin', password: bench.deployment.secret('AdminPassword') };
    const cookie =
      (await bench.world.visit('/web/login', { form: login })).headers['set-cookie']?.split(';')[0] ?? '';
    const serial = 'openssl x509 -noout -serial -in /srv/data/certificates/current/fullchain.pem';
    const certificate = await machine.succeed(serial);

    const dead = machine;
    await dead.kill();
    machine = await bench.launch();
    const refused = () =>
      bench.aws
        .callsOf('ec2', 'AttachVolume')
        .filter((call) => call.parameters['InstanceId'] === machine.instanceId && call.status === 400);
    await eventually('the volume was asked for twice', 60, () => refused().length >= 2 || undefined);
    bench.releaseVolume();
    await bench.provisioned(machine);

    expect(machine.instanceId).not.toBe(dead.instanceId);
    expect(await machine.sql('SELECT count(*), sum(row) FROM precious')).toBe('1000|500500');
    expect(await machine.succeed(`cat ${attachment}`)).toBe('a document');
    expect(await machine.succeed(serial)).toBe(certificate);
    expect(await bench.world.certificateIssuer()).toMatch(ACME_ISSUER);
    const page = await bench.world.visit('/odoo', { headers: { Cookie: cookie } });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('Odoo for admin') });
  });
});

describe('the data volume', () => {
  it.runIf(MAY_RESIZE)('grows while Odoo is served from it', async () => {
    const before = await size();
    await bench.volume.grow(3072);
    await machine.succeed('systemctl start odoo-grow-data.service');
    expect((await size()) - before).toBeGreaterThan(0.9 * 1024 ** 3);
    expect(await machine.sql('SELECT count(*) FROM precious')).toBe('1000');
    expect((await bench.world.visit('/odoo')).status).toBe(200);
  });

  it.skipIf(MAY_RESIZE)('would grow, if the kernel of this computer allowed anybody to', async () => {
    await bench.volume.grow(3072);
    expect((await machine.run('systemctl start odoo-grow-data.service')).code).toBe(1);
    const log = await machine.succeed('journalctl --unit odoo-grow-data --no-pager');
    // It has found the volume and its new size, and has asked the kernel.
    expect(log).toContain('is mounted on /srv/data; on-line resizing required');
    expect(log).toContain('resize2fs: Permission denied to resize filesystem');
    expect((await bench.world.visit('/odoo')).status).toBe(200);
    await machine.succeed('systemctl reset-failed odoo-grow-data.service');
  });

  it('is looked at every ten minutes, without anybody asking', async () => {
    expect(await machine.succeed('systemctl is-active odoo-grow-data.timer')).toBe('active');
    expect(
      await machine.succeed('systemctl show --property NextElapseUSecMonotonic --value odoo-grow-data.timer'),
    ).not.toBe('infinity');
  });
});

/** Whether this process has a capability, by its number in linux/capability.h. */
function hasCapability(number: number): boolean {
  const [, effective = '0'] = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${effective}`) >> BigInt(number)) & 1n) === 1n;
}

/** Bytes of the file system on the data volume. */
async function size(): Promise<number> {
  return Number(await machine.succeed('findmnt --noheadings --bytes --output SIZE /srv/data'));
}
