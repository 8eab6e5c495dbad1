import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { OUTSIDE_ADDRESSES } from './addresses.ts';

const [VISITOR, GUESSER] = OUTSIDE_ADDRESSES;

let bench: Bench;
let machine: Machine;
beforeAll(async () => {
  bench = await Bench.start();
  machine = await bench.launch();
  await bench.provisioned(machine);
});
afterAll(() => bench?.stop());

/** What a visitor gets; 0 if the connection is refused. */
async function status(from: (typeof OUTSIDE_ADDRESSES)[number]): Promise<number> {
  const page = await bench.world.visit('/web/login', { from }).catch(() => undefined);
  return page?.status ?? 0;
}

const healthy = async (): Promise<boolean> => {
  const { healthy }: { healthy: boolean } = JSON.parse(await machine.succeed('cat /run/odoo-health/state'));
  return healthy;
};

describe('a server that nobody looks after', () => {
  it('is administered without SSH, and no package brings it back', async () => {
    const { stdout } = await machine.run('systemctl is-enabled ssh.service ssh.socket nftables.service');
    expect(stdout.split('\n').filter(Boolean)).toEqual(['masked', 'masked', 'masked']);
  });

  it('installs security updates when its maintenance window begins', async () => {
    const next = await machine.succeed('systemctl list-timers apt-daily-upgrade.timer --no-legend');
    expect(next).toMatch(/^Sun \d{4}-\d\d-\d\d 03:00:00 UTC /);
  });

  it('serves without the CloudWatch agent, and goes on trying to install it', async () => {
    const state = await machine.succeed(
      'systemctl show --property=SubState,NRestarts,Result odoo-cloudwatch-agent.service',
    );
    expect(state).toContain('SubState=auto-restart');
    expect(state).toContain('Result=exit-code');
    expect(await status(VISITOR)).toBe(200);
  });

  it('keeps what the journal has of failures in a file, for the time after the server', async () => {
    await expect
      .poll(() => machine.succeed('cat /var/log/odoo/journal.log'))
      .toContain('Failed to start odoo-cloudwatch-agent.service');
  });

  it('asks PostgreSQL how it is, as nobody who could write, into a file for CloudWatch', async () => {
    await expect
      .poll(() => machine.succeed('cat /var/log/odoo/vital-signs.log'))
      .toContain('"source": "vital signs"');
    const [line = ''] = (await machine.succeed('cat /var/log/odoo/vital-signs.log')).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      connections: expect.any(Number),
      changing: expect.any(Boolean),
    });
    const user = 'systemctl show --property=DynamicUser --value odoo-vital-signs.service';
    expect((await machine.succeed(user)).trim()).toBe('yes');
  });

  it('rotates its logs, and nginx goes on in the new one', async () => {
    expect((await machine.run('logrotate --debug /etc/logrotate.conf')).stderr).not.toMatch(/^error/m);
    await status(VISITOR);
    await machine.succeed('logrotate --force /etc/logrotate.conf');
    await status(VISITOR);
    const lines = await machine.succeed('wc --lines </var/log/nginx/access.log; ls /var/log/nginx');
    expect(lines).toMatch(/^1\n/);
    expect(lines).toContain('access.log.1');
  });

  it('shuts out an address that goes on guessing passwords, and nobody else', async () => {
    const form = { login: 'admin', password: 'guess' };
    let guesses = 0;
    // The login limit lets one through every two seconds after the first twenty.
    for (let failed = 0; failed < 30; guesses += 1) {
      const { status } = await bench.world.visit('/fr/web/login', { from: GUESSER, form });
      if (status === 200) failed += 1;
      else await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await expect.poll(() => status(GUESSER)).toBe(0);
    expect(await status(VISITOR)).toBe(200);
    await machine.succeed(`fail2ban-client unban ${GUESSER}`);
    expect(await status(GUESSER)).toBe(200);
  });

  it('tells that Odoo is well', async () => {
    // Scheduled jobs count as well when they have run for half a minute.
    await expect.poll(healthy, { timeout: 60_000 }).toBe(true);
  });

  it('keeps bans when the firewall is loaded again', async () => {
    await machine.succeed(`fail2ban-client set odoo-login banip ${GUESSER}`);
    await machine.succeed(
      'systemctl reload odoo-firewall.service && systemctl restart odoo-firewall.service',
    );
    expect(await status(GUESSER)).toBe(0);
    expect(await bench.world.accepts(443)).toBe(true);
    await machine.succeed(`fail2ban-client unban ${GUESSER}`);
  });

  it('has PostgreSQL back after somebody killed it', async () => {
    await machine.succeed('kill -KILL "$(head -n 1 /run/postgresql/*-main.pid)"');
    await expect.poll(() => status(VISITOR)).not.toBe(200);
    await expect.poll(() => status(VISITOR), { timeout: 60_000 }).toBe(200);
    expect(await machine.sql('SELECT 1')).toBe('1');
  });

  it('has Odoo back after an update stopped Docker and started it again', async () => {
    await machine.succeed('systemctl stop docker.service');
    expect((await machine.run('systemctl is-active odoo-web.service odoo-cron.service')).stdout).toBe(
      'inactive\ninactive\n',
    );
    await machine.succeed('systemctl start docker.service');
    await expect.poll(() => status(VISITOR), { timeout: 60_000 }).toBe(200);
    await machine.succeed('systemctl is-active odoo-cron.service');
  });

  it('restarts an Odoo that hangs', async () => {
    // The real unit, sandbox and all, but in a hurry.
    await machine.succeed(
      `sed -i 's/--busy-seconds/--interval 1 --timeout 1 --patience-seconds 4 --grace-seconds 4 &/' /etc/systemd/system/odoo-health.service
       sed -i 's/docker stop -t 60/docker stop -t 5/' /etc/systemd/system/odoo-web.service
       systemctl daemon-reload && systemctl restart odoo-health.service`,
    );
    const invocation = (): Promise<string> =>
      machine.succeed('systemctl show --property=InvocationID --value odoo-web.service');
    const before = await invocation();
    await machine.succeed('systemctl kill --signal=SIGSTOP odoo-web.service');
    await expect.poll(invocation, { timeout: 60_000 }).not.toBe(before);
    await expect.poll(() => status(VISITOR), { timeout: 60_000 }).toBe(200);
    const log = await machine.succeed('journalctl --unit=odoo-health.service --output=cat');
    expect(log).toContain('restarting odoo-web.service, restart 1 of this watch');
    expect(log).toContain('no answer on port 8069 within 1 s, nor on port 8072');
  });

  it('ends in good order: Odoo, then PostgreSQL, then its disk', async () => {
    await machine.stop();
    await machine.boot();
    const journal = await machine.succeed('journalctl --since=-10min --output=cat _PID=1');
    const order = journal
      .split('\n')
      .flatMap((line) => /^(?:Stopped|Unmounted) (odoo-web|postgresql@|srv-data)/.exec(line)?.[1] ?? []);
    expect(order.slice(-3)).toEqual(['odoo-web', 'postgresql@', 'srv-data']);
    await expect.poll(() => status(VISITOR), { timeout: 60_000 }).toBe(200);
  });

  it('tells CloudWatch why it could not be provisioned, also without the packages to do so', async () => {
    await machine.succeed('dpkg --force-depends --remove python3-boto3');
    // The machine reaches no mirror.
    expect((await machine.run('bash /var/lib/cloud/instance/scripts/part-001')).code).not.toBe(0);
    const sent = bench.aws.callsOf('logs', 'PutLogEvents').at(-1);
    expect(sent?.status).toBe(200);
    expect(JSON.stringify(sent?.parameters)).toMatch(
      /provision: FAILED with code 100 in install_packages after \d+ s: E: /,
    );
  });
});
