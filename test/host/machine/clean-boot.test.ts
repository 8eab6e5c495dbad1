import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { OUTSIDE_ADDRESSES } from './addresses.ts';

let bench: Bench;
let machine: Machine;
beforeAll(async () => {
  bench = await Bench.start();
  machine = await bench.launch();
  await machine.watchArguments();
  await bench.provisioned(machine);
});
afterAll(() => bench?.stop());

describe('a new server', () => {
  it('has told CloudFormation about its success, in the name of its group, once', () => {
    const signals = bench.aws.callsOf('cloudformation', 'SignalResource').map(({ parameters }) => parameters);
    expect(signals).toEqual([
      expect.objectContaining({
        StackName: 'test-Server',
        LogicalResourceId: expect.stringMatching(/^ServerGroup/),
        UniqueId: machine.instanceId,
        Status: 'SUCCESS',
      }),
    ]);
  });

  it('has its volume and its address', () => {
    expect(bench.volume.holder).toBe(machine.instanceId);
    expect(bench.aws.callsOf('ec2', 'AssociateAddress').at(-1)?.parameters).toMatchObject({
      InstanceId: machine.instanceId,
      AllowReassociation: 'true',
    });
  });

  it('has no unit that failed', async () => {
    expect(await machine.succeed('systemctl --failed --no-legend')).toBe('');
    expect(await machine.succeed('cloud-init status --wait')).toContain('status: done');
  });

  it('answers over HTTPS and sends everybody there', async () => {
    const page = await bench.world.visit('/odoo');
    expect(page).toMatchObject({ status: 200, body: 'Odoo for nobody: 1 attachments' });
    expect(page.headers['strict-transport-security']).toBeDefined();
    const plain = await bench.world.visit('/odoo', { scheme: 'http' });
    expect(plain).toMatchObject({ status: 301, headers: { location: 'https://erp.example.com/odoo' } });
  });

  it('tells Odoo who asks, and believes no visitor about it', async () => {
    await bench.world.visit('/who', { from: '10.99.1.11', headers: { 'X-Forwarded-For': '8.8.8.8' } });
    expect(await lastRequest('/who')).toMatchObject({
      port: 8069,
      headers: {
        Host: 'erp.example.com',
        'X-Forwarded-Host': 'erp.example.com',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-For': '10.99.1.11',
      },
    });
  });

  it('upgrades websockets on the port that is made for them', async () => {
    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAA',
    };
    expect((await bench.world.visit('/websocket', { headers: upgrade })).status).toBe(101);
    expect(await lastRequest('/websocket')).toMatchObject({ port: 8072 });
  });

  it('keeps the database manager shut', async () => {
    expect((await bench.world.visit('/web/database/manager')).status).toBe(404);
  });

  it('lets the administrator in with the password of the secret, and nobody as admin/admin', async () => {
    const login = (password: string) =>
      bench.world.visit('/web/login', { form: { login: 'admin', password } });
    expect((await login('admin')).status).toBe(200);
    expect((await login(bench.deployment.secret('AdminPassword'))).status).toBe(303);
  });

  it('runs Odoo as the user of its image, without privileges, and cron apart', async () => {
    for (const unit of ['odoo-web', 'odoo-cron']) {
      const pid = await machine.succeed(`systemctl show --property MainPID --value ${unit}`);
      const status = await machine.succeed(`cat /proc/${pid}/status`);
      expect(status).toMatch(/^Uid:\t100\t100\t100\t100$/m);
      expect(status).toMatch(/^CapBnd:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    }
  });

  it('is not reachable but through nginx', async () => {
    await machine.succeed('systemd-run --unit open-port python3 -m http.server 9999');
    await expect
      .poll(() => machine.run('curl -sf -o /dev/null http://127.0.0.1:9999').then(({ code }) => code))
      .toBe(0);
    expect(await bench.world.accepts(443)).toBe(true);
    expect(await bench.world.accepts(80)).toBe(true);
    const ports = [9999, 22, 5432, 8069, 8072];
    const accepted = await Promise.all(ports.map(async (port) => (await bench.world.accepts(port)) && port));
    expect(accepted.filter(Boolean)).toEqual([]);
  });

  it('gives its credentials to nobody in a container', async () => {
    const ask =
      'curl --silent --show-error --max-time 3 --output /dev/null http://169.254.169.254/latest/meta-data/';
    const asOdoo = 'setpriv --reuid 100 --regid 101 --clear-groups';
    expect((await machine.run(ask)).code).toBe(0);
    expect((await machine.run(`${asOdoo} ${ask}`)).code).not.toBe(0);
    // Another service outside, to see that it is the address that is closed, not the network.
    expect(
      (
        await machine.run(
          `${asOdoo} curl --silent --max-time 3 -o /dev/null https://s3.eu-central-1.amazonaws.com`,
        )
      ).code,
    ).toBe(0);
  });

  it('gives its credentials to nobody on the network of containers', async () => {
    await bench.world.routeThroughMachine('172.30.0.0/24');
    const inside = 'ip netns exec container';
    await machine.succeed(`
      echo 1 >/proc/sys/net/ipv4/ip_forward
      ip netns add container
      ip link add docker0 type veth peer name eth0 netns container
      ip address add 172.30.0.1/24 dev docker0; ip link set docker0 up
      ip -n container address add 172.30.0.2/24 dev eth0; ip -n container link set eth0 up
      ip -n container route add default via 172.30.0.1`);
    const ask = (url: string) =>
      machine.run(`${inside} curl --silent --max-time 3 --insecure --output /dev/null ${url}`);
    expect((await ask('https://10.99.0.1')).code).toBe(0);
    expect((await ask('http://169.254.169.254/latest/meta-data/')).code).not.toBe(0);
  });

  it('has shown its secrets nowhere', async () => {
    const log = await machine.succeed(
      'journalctl --no-pager; cat /var/log/cloud-init*.log /var/log/odoo-provision.log /var/log/postgresql/* /var/log/nginx/*',
    );
    const places = {
      'the user data': bench.deployment.userData,
      'the bundle': bench.deployment.publishedBundle().toString(),
      'the logs': log,
      'CloudWatch Logs': bench.logged(),
      'the arguments of processes': await machine.watchedArguments(),
    };
    expect(places['CloudWatch Logs']).toContain('provision: run_database_job');
    expect(places['the arguments of processes']).toContain('/database_job.py');
    for (const [place, text] of Object.entries(places)) {
      for (const [name, secret] of bench.deployment.secrets)
        expect(text.includes(secret), `${name} in ${place}`).toBe(false);
    }
  });
});

async function lastRequest(path: string): Promise<unknown> {
  const requests: { path: string }[] = JSON.parse(
    await machine.succeed('curl --silent http://127.0.0.1:8069/stand-in/requests'),
  );
  return requests.findLast((request) => request.path === path);
}

describe('a second boot', () => {
  it('changes nothing and serves', async () => {
    const before = await configuration();
    const uuid = await machine.succeed('findmnt --noheadings --output UUID /srv/data');
    await machine.stop();
    await machine.boot();
    await expect
      .poll(async () => (await bench.world.visit('/odoo').catch(() => undefined))?.status, {
        timeout: 60_000,
      })
      .toBe(200);
    expect(await machine.succeed('findmnt --noheadings --output UUID /srv/data')).toBe(uuid);
    expect(await configuration()).toEqual(before);
    expect(await machine.succeed('systemctl --failed --no-legend')).toBe('');
  });

  it('does not provision again, and provisioning again changes nothing either', async () => {
    const before = await configuration();
    expect(bench.aws.callsOf('cloudformation', 'SignalResource')).toHaveLength(1);
    await machine.succeed('bash /var/lib/cloud/instance/scripts/part-001');
    expect(await configuration()).toEqual(before);
    expect((await bench.world.visit('/odoo', { from: OUTSIDE_ADDRESSES[2] })).status).toBe(200);
  });
});

/** Hash of each configuration file. The hash of the master password is salted anew each time. */
async function configuration(): Promise<Record<string, string>> {
  const directories = '/etc /srv/data/certificates /srv/data/postgresql/configuration';
  const list = await machine.succeed(
    `find ${directories} -type f | sort | while read -r file; do echo "$file $(sed 's/^admin_passwd = .*//' "$file" | sha256sum)"; done`,
  );
  return Object.fromEntries(list.split('\n').map((line) => line.split(' ', 2)));
}

describe('a server in trouble', () => {
  it('has Odoo back after somebody killed it', async () => {
    for (const unit of ['odoo-web', 'odoo-cron']) {
      const pid = () => machine.succeed(`systemctl show --property MainPID --value ${unit}`);
      const killed = await pid();
      await machine.succeed(`kill -KILL ${killed}`);
      await expect
        .poll(() => machine.run(`systemctl is-active ${unit}`).then(({ stdout }) => stdout))
        .toBe('active\n');
      expect(await pid()).not.toBe(killed);
    }
    await expect.poll(async () => (await bench.world.visit('/odoo')).status).toBe(200);
  });

  it('logs nobody out while PostgreSQL is away for 20 seconds, and recovers by itself', async () => {
    const login = { login: 'admin', password: bench.deployment.secret('AdminPassword') };
    const cookie =
      (await bench.world.visit('/web/login', { form: login })).headers['set-cookie']?.split(';')[0] ?? '';
    const visit = () => bench.world.visit('/odoo', { headers: { Cookie: cookie } });
    expect(await visit()).toMatchObject({ status: 200, body: expect.stringContaining('Odoo for admin') });

    await machine.succeed('systemctl stop postgresql@15-main.service');
    const stopped = Date.now();
    while (Date.now() - stopped < 20_000) {
      expect(await visit()).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await machine.succeed('systemctl start postgresql@15-main.service');

    await expect.poll(async () => (await visit()).body, { timeout: 30_000 }).toContain('Odoo for admin');
    await expect
      .poll(() =>
        machine
          .run('systemctl is-active odoo-web odoo-cron odoo-database-watch')
          .then(({ stdout }) => stdout),
      )
      .toBe('active\nactive\nactive\n');
    expect(
      Number(await machine.succeed('systemctl show --property NRestarts --value odoo-cron')),
    ).toBeGreaterThan(0);
  });
});
