import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { writeOrders } from './odoo-data.ts';
import type { Volume } from './volume.ts';

const COPY = 'vol-0fedcba9876543210';

let bench: Bench;
let machine: Machine;
let copy: Volume;
beforeAll(async () => {
  bench = await Bench.start();
  machine = await bench.launch();
  await bench.provisioned(machine);
  await machine.sql('CREATE TABLE orders (id int, text text)');
  await writeOrders(machine, 1, 10);
  copy = await bench.volume.restored(COPY);
  await writeOrders(machine, 11, 20);
});
afterAll(async () => {
  await bench?.stop();
  await copy?.delete();
});

const source = (): Promise<string> => machine.succeed('findmnt --noheadings --output SOURCE /srv/data');
const uuidOf = (device: string): Promise<string> => machine.succeed(`blkid -p -s UUID -o value ${device}`);

/** Whatever comes and goes, the one that serves is the data volume. */
afterEach(async () => {
  expect(await source()).toBe(bench.volume.device);
  expect(await machine.sql('SELECT count(*) FROM orders')).toBe('20');
  expect((await bench.world.visit('/odoo')).status).toBe(200);
  expect(await machine.succeed('systemctl --failed --no-legend')).toBe('');
});

describe('a copy of the data volume', () => {
  it('has the same UUID and label, and takes their names over when it is attached', async () => {
    await machine.plugIn(copy);
    const uuid = await uuidOf(bench.volume.device);
    expect(await uuidOf(copy.device)).toBe(uuid);
    expect(await machine.succeed(`ls /dev/disk/by-uuid`)).toContain(uuid);
  });

  it('may go, and Odoo does not notice', async () => {
    const started =
      'systemctl show --property=ActiveEnterTimestampMonotonic postgresql@15-main odoo-web srv-data.mount';
    const before = await machine.succeed(started);
    for (let times = 0; times < 3; times++) {
      await machine.unplug(copy);
      await machine.plugIn(copy);
    }
    await machine.unplug(copy);
    expect(await machine.succeed(started)).toBe(before);
  });

  it('is not grown in its place', async () => {
    await machine.plugIn(copy);
    await machine.succeed('systemctl start odoo-grow-data');
    expect(await machine.succeed(`dumpe2fs -h ${copy.device} 2>/dev/null | grep '^Last mount time'`)).toBe(
      await machine.succeed(`dumpe2fs -h ${copy.device} 2>/dev/null | grep '^Last mount time'`),
    );
  });

  it('that is attached at a boot is not mounted in its place', async () => {
    for (let times = 0; times < 2; times++) {
      await machine.stop();
      await machine.boot();
      await expect
        .poll(async () => (await bench.world.visit('/odoo').catch(() => undefined))?.status, {
          timeout: 60_000,
        })
        .toBe(200);
      expect(await source()).toBe(bench.volume.device);
    }
  });
});
