import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer as createPlainServer,
  type RequestListener,
  type Server as PlainServer,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { probe } from '../../../lib/growth/aws/probe.ts';
import { freePort } from '../../support/free-port.ts';
import { makeCertificates } from '../../support/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'odoo-probe-'));
const ca = readFileSync(makeCertificates(folder, {}, ['erp.example.com']), 'utf8');
afterAll(() => rmSync(folder, { recursive: true }));

let server: Server | PlainServer;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** What the probe says of a load balancer on loopback that answers so. */
async function look(listener: RequestListener, domain = 'erp.example.com'): Promise<string | undefined> {
  const [key, cert] = ['server.key', 'server.crt'].map((name) => readFileSync(join(folder, name)));
  const port = await listen(createServer({ key, cert }, listener));
  return probe({ address: '127.0.0.1', port, domain, ca, patienceMs: 0 });
}

/** The port of a server on loopback, which the end of the test closes. */
async function listen(listening: Server | PlainServer): Promise<number> {
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

const answer: RequestListener = ({ url }, response) =>
  response.end(url === '/web/login' ? '<input type="password" name="password"/>' : '{"status": "pass"}');

const odoo: RequestListener = (request, response) => {
  if (request.headers.host !== 'erp.example.com') response.statusCode = 421;
  answer(request, response);
};

describe('the probe of a new service', () => {
  it('asks the load balancer in the name of the domain, whose certificate it expects', async () => {
    expect(await look(odoo)).toBeUndefined();
  });

  it('finds a certificate of somebody else', async () => {
    expect(await look(odoo, 'erp.example.org')).toMatch(/cannot be reached for erp\.example\.org: Hostname/);
  });

  it.each<[string, RequestListener, string]>([
    ['no Odoo', (_, response) => response.writeHead(503).end(), '/web/health answers 503'],
    [
      'an Odoo without a database',
      ({ url }, response) => response.writeHead(url === '/web/login' ? 500 : 200).end(),
      '/web/login answers 500',
    ],
    ['something else', (_, response) => response.end('It works!'), '/web/login is not the login page'],
  ])('finds %s', async (_, listener, problem) => {
    expect(await look(listener)).toBe(problem);
  });

  it('asks for nobody’s certificate where there is no domain', async () => {
    const port = await listen(createPlainServer(answer));
    expect(await probe({ address: '127.0.0.1', port, patienceMs: 0 })).toBeUndefined();
    const refused = await probe({ address: '127.0.0.1', port: await freePort(), patienceMs: 0 });
    expect(refused).toMatch(/^127\.0\.0\.1 cannot be reached: .*ECONNREFUSED/);
  });
});
