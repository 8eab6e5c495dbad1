import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ODOO_ENVIRONMENT, SYSTEM_CONTROLS } from '../../constructs/odoo-service/task-layout.ts';
import { findPython } from '../support/python.ts';
import { asRoot, FarHost } from './database/far-host.ts';

const GIVEN_UP = z.object({ asked: z.number(), idle: z.number(), new: z.number() });

const impossible = FarHost.impossible();
if (impossible) console.warn(`SKIPPED: connections to a vanished host are not tested here: ${impossible}`);

describe.skipIf(impossible)("a node's connections to a host that vanished", () => {
  let node: FarHost;
  beforeAll(() => {
    node = FarHost.create(2);
    for (const { namespace, value } of SYSTEM_CONTROLS) node.tune(namespace, value);
  });
  afterAll(() => node.destroy());

  it('are given up in 13 seconds when asked something, in 25 when idle, and in 5 when new', async () => {
    const host = createServer((socket) => socket.on('error', () => socket.destroy()));
    await new Promise<void>((resolve) => host.listen(0, node.near, resolve));
    const address = host.address();
    if (address === null || typeof address === 'string') throw new Error('the host listens on no port');

    const python = findPython(['psycopg2'], ['python3-psycopg2']);
    const variables = Object.entries(ODOO_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
    const script = join(import.meta.dirname, 'database/vanished_host.py');
    const [program, ...args] = asRoot(
      node.enter(['env', ...variables, python, script, node.near, String(address.port)]),
    );
    const client = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    client.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await expect.poll(() => output).toBe('connected\n');
    node.cut();
    client.stdin.end('now\n');
    await once(client, 'close');
    host.close();

    const seconds = GIVEN_UP.parse(JSON.parse(output.split('\n')[1] ?? ''));
    expect(seconds.asked).toBeGreaterThan(10);
    expect(seconds.asked).toBeLessThan(16);
    expect(seconds.idle).toBeGreaterThan(20);
    expect(seconds.idle).toBeLessThan(28);
    expect(seconds.new).toBeGreaterThan(4);
    expect(seconds.new).toBeLessThan(7);
  }, 60_000);
});
