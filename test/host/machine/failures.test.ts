import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import { succeed } from './shell.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench?.stop());

describe('a bundle that is not the one of the deployment', () => {
  it('fails the deployment before anything out of it runs', async () => {
    await bench.deployment.corruptBundle(true);
    const machine = await bench.launch();
    expect(await bench.signalOf(machine)).toBe('FAILURE');
    expect(machine.console()).toContain('computed checksum did NOT match');
    expect((await machine.run('test -e /opt/odoo-aws/provision.sh')).code).toBe(1);
    expect(bench.aws.callsOf('ec2', 'AttachVolume')).toEqual([]);
    await machine.kill();
    await bench.deployment.corruptBundle(false);
  });
});

describe('a volume that holds what nobody here can read', () => {
  it('fails the deployment, and keeps every byte', async () => {
    const { device } = bench.volume;
    await succeed('bash', [
      '-c',
      `yes precious | head --bytes 4096 | dd of=${device} bs=4096 seek=7 conv=notrunc,fsync status=none`,
    ]);
    const hash = () => succeed('sha256sum', [device]);
    const before = await hash();
    const machine = await bench.launch();
    expect(await bench.signalOf(machine)).toBe('FAILURE');
    expect(machine.console()).toContain('holds no file system but is not blank either');
    expect(bench.logged()).toContain('holds no file system but is not blank either');
    await machine.kill();
    expect(await hash()).toBe(before);
    bench.releaseVolume();
    await bench.replaceVolume(2048);
  });
});

describe('a secret that the server may not read', () => {
  it('fails the deployment with the reason, and the next server carries on', async () => {
    const allow = bench.aws.fail({ service: 'secretsmanager', code: 'AccessDeniedException', status: 400 });
    const machine = await bench.launch();
    expect(await bench.signalOf(machine)).toBe('FAILURE');
    for (const place of [machine.console(), bench.logged()]) {
      expect(place).toContain('AccessDeniedException');
      expect(place).toContain('GetSecretValue');
    }
    allow();

    await machine.kill();
    bench.releaseVolume();
    await bench.provisioned(await bench.launch());
    expect((await bench.world.visit('/odoo')).status).toBe(200);
  });
});
