import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it as anyTest } from 'vitest';
import { HostDirectory } from './host.ts';

/** A port of Odoo that can be made sick: it answers a status, does not answer, or drops connections. */
class Port {
  status: number | 'silent' | 'dead' = 200;
  number = 0;
  private server?: Server;

  async open(): Promise<void> {
    this.server = createServer((_, response) => {
      if (this.status === 'dead') response.destroy();
      else if (this.status !== 'silent') response.writeHead(this.status).end();
    });
    await new Promise<void>((resolve) => this.server?.listen(this.number, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address !== null && typeof address === 'object') this.number = address.port;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

interface Verdict {
  readonly healthy: boolean;
  readonly reasons: readonly string[];
  readonly restarts: number;
  readonly time: number;
}

/** Odoo as the watch sees it: two ports, the states of two units, and the watch itself. Ends with its test. */
class WatchedOdoo {
  readonly web = new Port();
  readonly websocket = new Port();
  private readonly host = new HostDirectory();
  private watch?: ChildProcess;

  static async create(): Promise<WatchedOdoo> {
    const odoo = new WatchedOdoo();
    await Promise.all([odoo.web.open(), odoo.websocket.open()]);
    odoo.unit('odoo-web.service', 'active');
    odoo.unit('odoo-cron.service', 'active');
    // Tells what the files say, and writes down what it is asked to do.
    odoo.write(
      'systemctl',
      `#!/bin/bash\ncd '${odoo.host.path}'\nif [[ $1 == show ]]; then cat "\${!#}"; else echo "$*" >>restarts; fi\n`,
    );
    chmodSync(join(odoo.host.path, 'systemctl'), 0o755);
    return odoo;
  }

  /** Starts the watch, with a minute as a second and a half and the longest request three. */
  start(changes: Readonly<Record<string, number>> = {}): void {
    const file = (name: string): string => join(this.host.path, name);
    const options = {
      state: file('state'),
      maintenance: file('away'),
      systemctl: file('systemctl'),
      'web-port': this.web.number,
      'websocket-port': this.websocket.number,
      interval: 0.2,
      timeout: 0.3,
      'patience-seconds': 1.5,
      'busy-seconds': 3,
      'grace-seconds': 5,
      ...changes,
    };
    this.watch = spawn(
      'python3',
      [file('health.py'), ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }

  /** Sets the state of a unit, which by default has been in it since the computer was booted. */
  unit(name: string, state: string, startedSeconds = 0): void {
    this.write(
      name,
      `ActiveState=${state}\nActiveEnterTimestampMonotonic=${Math.round(startedSeconds * 1_000_000)}\n`,
    );
  }

  write(name: string, text: string): void {
    this.host.write(name, text);
  }

  remove(name: string): void {
    rmSync(join(this.host.path, name));
  }

  text(name: string): string {
    const file = join(this.host.path, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** What systemd was asked to do. */
  readonly restarts = (): string[] => this.text('restarts').split('\n').filter(Boolean);

  readonly verdict = (): Partial<Verdict> => {
    const verdict: Partial<Verdict> = JSON.parse(this.text('state') || '{}');
    return verdict;
  };

  async end(): Promise<void> {
    if (this.watch?.exitCode === null) {
      const ended = new Promise((resolve) => this.watch?.once('exit', resolve));
      this.watch.kill();
      await ended;
    }
    await Promise.all([this.web.close(), this.websocket.close()]);
    this.host.remove();
  }
}

/** Seconds since this computer was booted, as systemd counts them. */
const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

const it = anyTest.extend('odoo', async ({ task: _task }, { onCleanup }) => {
  const odoo = await WatchedOdoo.create();
  onCleanup(() => odoo.end());
  return odoo;
});

const RESTART_WEB = 'restart --no-block odoo-web.service';

describe.skipIf(process.platform !== 'linux').concurrent('the health watch', () => {
  it('leaves a healthy Odoo alone and says so', async ({ odoo }) => {
    odoo.start();
    await expect.poll(odoo.verdict).toMatchObject({ healthy: true, reasons: [], restarts: 0 });
    expect(Math.abs((odoo.verdict().time ?? 0) - Date.now() / 1000)).toBeLessThan(5);
    await seconds(2);
    expect(odoo.restarts()).toEqual([]);
  });

  it.for(['web', 'websocket'] as const)('restarts Odoo when its %s port is dead', async (name, { odoo }) => {
    odoo.start();
    await expect.poll(() => odoo.verdict().healthy).toBe(true);
    odoo[name].status = 'dead';
    await expect.poll(() => odoo.verdict().healthy).toBe(false);
    expect(odoo.restarts()).toEqual([]);
    await expect.poll(odoo.restarts).toEqual([RESTART_WEB]);
    await expect.poll(() => odoo.verdict().restarts).toBe(1);
  });

  it('restarts Odoo when it answers with errors only, but not for a module that is not installed', async ({
    odoo,
  }) => {
    odoo.websocket.status = 404;
    odoo.start();
    await seconds(2);
    expect(odoo.verdict()).toMatchObject({ healthy: true });
    odoo.web.status = 500;
    await expect.poll(odoo.restarts).toEqual([RESTART_WEB]);
  });

  it('forgets a trouble that has passed', async ({ odoo }) => {
    odoo.web.status = 500;
    odoo.start();
    await expect.poll(() => odoo.verdict().healthy).toBe(false);
    odoo.web.status = 200;
    await expect.poll(() => odoo.verdict().healthy).toBe(true);
    odoo.web.status = 500;
    await seconds(1);
    expect(odoo.restarts()).toEqual([]);
  });

  it('takes silence for work for as long as a request may take, then restarts', async ({ odoo }) => {
    odoo.web.status = 'silent';
    odoo.start();
    await expect.poll(() => odoo.verdict().healthy).toBe(false);
    await seconds(2.5);
    expect(odoo.restarts()).toEqual([]);
    await expect.poll(odoo.restarts).toEqual([RESTART_WEB]);
  });

  it('does not take it for work when the websocket process is silent as well', async ({ odoo }) => {
    odoo.web.status = 'silent';
    odoo.websocket.status = 'silent';
    odoo.start({ 'busy-seconds': 1000 });
    await expect.poll(odoo.restarts).toEqual([RESTART_WEB]);
  });

  it('restarts nothing while the database is away, though nobody is well then', async ({ odoo }) => {
    odoo.web.status = 500;
    odoo.write('away', '');
    odoo.start();
    await seconds(2.5);
    expect(odoo.verdict()).toMatchObject({ healthy: false });
    expect(odoo.restarts()).toEqual([]);
    odoo.remove('away');
    await expect.poll(odoo.restarts).toEqual([RESTART_WEB]);
  });

  it('gives a new start its time', async ({ odoo }) => {
    odoo.web.status = 500;
    odoo.unit('odoo-web.service', 'active', uptime());
    odoo.start({ 'grace-seconds': 4 });
    await seconds(3);
    expect(odoo.restarts()).toEqual([]);
    await expect.poll(odoo.restarts).toEqual([RESTART_WEB]);
  });

  it.for(['inactive', 'activating', 'deactivating'])(
    'leaves a unit alone that is %s',
    async (state, { odoo }) => {
      odoo.unit('odoo-web.service', state);
      odoo.unit('odoo-cron.service', state);
      odoo.start();
      await seconds(2.5);
      expect(odoo.verdict()).toMatchObject({
        healthy: false,
        reasons: [`odoo-web.service: ${state}`, `odoo-cron.service: ${state}`],
      });
      expect(odoo.restarts()).toEqual([]);
    },
  );

  it('restarts scheduled jobs that systemd has given up', async ({ odoo }) => {
    odoo.unit('odoo-cron.service', 'failed');
    odoo.start();
    await expect.poll(odoo.restarts).toEqual(['restart --no-block odoo-cron.service']);
  });

  it('does not call scheduled jobs well that end and start all the time', async ({ odoo }) => {
    odoo.unit('odoo-cron.service', 'active', uptime());
    odoo.start({ 'patience-seconds': 1000 });
    await expect.poll(odoo.verdict).toMatchObject({ healthy: false });
    expect(odoo.verdict().reasons?.[0]).toMatch(/^odoo-cron\.service: running for \d+ s only$/);
  });
});
