import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { fromHere } from '../../../lib/doctor/from-here.ts';
import { certify, tlsFiles } from '../../support/self-signed.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function portOf(listening: Server): Promise<number> {
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('tells the status of a page, without a certificate where there is none', async () => {
  const port = await portOf(createServer((_, response) => response.writeHead(503).end('later')));
  expect(await fromHere.get(`http://127.0.0.1:${port}/web/health`)).toEqual({ status: 503 });
});

it('takes no page from whom no authority vouches for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'odoo-aws-from-here-'));
  certify(directory);
  const { certificateFile, certificateKeyFile } = tlsFiles(directory);
  const pair = { cert: readFileSync(certificateFile), key: readFileSync(certificateKeyFile) };
  rmSync(directory, { recursive: true });
  const port = await portOf(createHttps(pair, (_, response) => response.end('ok')));
  await expect(fromHere.get(`https://127.0.0.1:${port}/web/health`)).rejects.toThrow(/self.signed/);
});

it('says so when nobody listens', async () => {
  const port = await portOf(createServer());
  server?.close();
  await expect(fromHere.get(`http://127.0.0.1:${port}/`)).rejects.toThrow('ECONNREFUSED');
});
