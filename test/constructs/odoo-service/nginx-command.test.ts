import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nginxCommand } from '../../../constructs/odoo-service/nginx-command.ts';

// Real nginx under the task's command line, with the least configuration that proxies.
let directory: string;
let answer: () => void;
let asked: Promise<void>;
let release: () => void;
const odoo = createServer((_, response) => {
  answer = () => response.end('whole');
  release();
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'nginx-command-'));
  asked = new Promise((resolve) => (release = resolve));
  if (!odoo.listening) await once(odoo.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  odoo.closeAllConnections();
  odoo.close();
  rmSync(directory, { recursive: true });
});

describe("nginx in the task's container", () => {
  it.each(['SIGTERM', 'SIGQUIT'] as const)(
    'answers what it was asked before %s and takes nothing new, then ends without an error',
    async (signal) => {
      const { nginx, port } = await start();
      const response = question(port);
      await asked;
      nginx.kill(signal);
      await refused(port);
      answer();
      expect(await response).toBe('whole');
      expect((await once(nginx, 'exit'))[0]).toBe(0);
    },
  );

  it('ends with the error of an nginx that does not start', async () => {
    const command = nginxCommand(join(directory, 'absent.conf'));
    const nginx = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
    expect((await once(nginx, 'exit'))[0]).toBe(1);
  });
});

async function start(): Promise<{ readonly nginx: ChildProcess; readonly port: number }> {
  const upstream = portOf(odoo);
  const port = await freePort();
  const configuration = join(directory, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  writeFileSync(
    configuration,
    `pid ${directory}/pid; events {}
     http { access_log off; ${temporary.join(' ')}
       server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${upstream}; } } }`,
  );
  const command = nginxCommand(configuration);
  const nginx = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
  await until(() => accepts(port));
  return { nginx, port };
}

async function question(port: number): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, resolve).once('error', reject);
  });
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return body;
}

const refused = (port: number) => until(async () => !(await accepts(port)));

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}
