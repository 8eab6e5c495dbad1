import { resolve4 } from 'node:dns/promises';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Outside, Page } from './outside.ts';

/** Milliseconds for a page: longer than this nobody waits for a health check. */
const PATIENCE = 10_000;

/** Where the command runs: its name servers, its way to the internet, the certificate authorities that Node.js trusts. */
export const fromHere: Outside = {
  async lookUp(name) {
    try {
      const records = await resolve4(name, { ttl: true });
      return {
        addresses: records.map(({ address }) => address),
        ttl: Math.max(0, ...records.map(({ ttl }) => ttl)),
      };
    } catch (error) {
      if (saysThatThereIsNone(error)) return { addresses: [], ttl: 0 };
      throw error;
    }
  },
  // Not `fetch`, which keeps the certificate to itself.
  get(url) {
    return new Promise<Page>((resolve, reject) => {
      const get = url.startsWith('https:') ? httpsGet : httpGet;
      const request = get(url, { timeout: PATIENCE, agent: false }, (response) => {
        const { socket, statusCode = 0 } = response;
        const validTo =
          socket instanceof TLSSocket ? { validTo: new Date(socket.getPeerCertificate().valid_to) } : {};
        response.resume();
        resolve({ status: statusCode, ...validTo });
        request.destroy();
      });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
      request.once('error', reject);
    });
  },
};

function saysThatThereIsNone(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
  );
}
