import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certify, tlsFiles } from '../support/self-signed.ts';
import { RunningNode } from './harness/running-node.ts';

/** nginx as root becomes this user; as anybody else it stays who it is, and says so. */
const USER = userInfo().username;

describe('nginx on the single server', () => {
  const node = new RunningNode({
    entry: (directory) => {
      certify(directory);
      mkdirSync(join(directory, '.well-known/acme-challenge'), { recursive: true });
      writeFileSync(join(directory, '.well-known/acme-challenge/token'), 'proof');
      return { kind: 'server', user: USER, tls: tlsFiles(directory) };
    },
  });
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('redirects HTTP to HTTPS, except for the proof that a certificate is issued for', async () => {
    const answer = await node.ask('/odoo?a=1');
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe('https://erp.example.com/odoo?a=1');
    expect((await node.ask('/.well-known/acme-challenge/token')).body.toString()).toBe('proof');
  });

  it('believes no X-Forwarded header at all', async () => {
    for (const path of ['/odoo', '/web/assets/1/x.js', '/websocket/health']) {
      await node.ask(path, {
        tls: true,
        headers: {
          'x-forwarded-for': ['203.0.113.7', '203.0.113.8'],
          'x-forwarded-proto': 'http',
          'x-forwarded-host': 'evil.example',
          'x-real-ip': '203.0.113.7',
        },
      });
      expect(node.odoo.last(path).headers).toMatchObject({
        'x-forwarded-for': '127.0.0.1',
        'x-real-ip': '127.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'erp.example.com',
      });
    }
  });

  it('limits attempts to log in per connection, whatever address they claim', async () => {
    const attempts = Array.from({ length: 40 }, (_, index) =>
      node.ask('/web/login', {
        tls: true,
        method: 'POST',
        from: '127.0.0.9',
        headers: { 'x-forwarded-for': `203.0.113.${index}` },
      }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses).toContain(429);
    const other = await node.ask('/web/login', { tls: true, method: 'POST', from: '127.0.0.10' });
    expect(other.status).toBe(200);
  });

  it('marks session cookies as secure and asks browsers to stay with HTTPS', async () => {
    const { headers } = await node.ask('/odoo', { tls: true });
    expect(headers['set-cookie']?.[0]).toMatch(/secure/i);
    expect(headers['strict-transport-security']).toBeDefined();
  });

  it('refuses TLS below 1.2 and ciphers that are weaker than they need be, also where the system would allow them', () => {
    const handshake = (version: string, cipher = 'DEFAULT@SECLEVEL=0') => {
      const client = ['s_client', '-connect', `127.0.0.1:${node.httpsPort}`, version, '-cipher', cipher];
      return spawnSync('openssl', client, { input: '' }).status;
    };
    expect(handshake('-tls1_2')).toBe(0);
    expect(handshake('-tls1_1')).not.toBe(0);
    expect(handshake('-tls1_2', 'ECDHE-ECDSA-AES128-GCM-SHA256')).toBe(0);
    // CBC: encrypts first and authenticates after, by a separate code.
    expect(handshake('-tls1_2', 'ECDHE-ECDSA-AES128-SHA')).not.toBe(0);
    // OpenSSL's own defaults refuse TLS 1.1 as well on most systems; the configuration must not depend on them.
    expect(readFileSync(join(node.directory, 'nginx.conf'), 'utf8')).toMatch(
      /^ *ssl_protocols TLSv1\.2 TLSv1\.3;$/m,
    );
  });
});

describe('nginx on a single server without a domain', () => {
  const node = new RunningNode({ entry: () => ({ kind: 'server', user: USER }) });
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('serves plain HTTP and makes no promise of HTTPS', async () => {
    const { status, headers } = await node.ask('/odoo');
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers['set-cookie']?.[0]).not.toMatch(/secure/i);
    expect(node.odoo.last('/odoo').headers['x-forwarded-proto']).toBe('http');
  });
});
