import { expect } from 'vitest';
import { z } from 'zod';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import type { Attempt } from './office.ts';

/** What `odoo_of_release.py` puts into every answer. */
const SIGNED = z.object({ code: z.enum(['r1', 'r2']), database: z.string() });

/**
 * Everybody was answered: by code with the database that belongs to it, or with the page for maintenance, and never by
 * anything else.
 */
export function expectWhole(attempts: readonly Attempt[], databases: Readonly<Record<string, string>>): void {
  for (const attempt of attempts) {
    if (isPage(attempt)) expectPage(attempt);
    else if (attempt.path !== '/web/login') {
      expect(attempt.status).toBe(200);
      const { code, database } = signature(attempt);
      expect(database).toBe(databases[code]);
    }
  }
}

/** 502 in the moment between Odoo's end and the flag. */
export function isPage({ status }: Attempt): boolean {
  return status === 502 || status === 503;
}

function expectPage({ answer, path }: Attempt): void {
  const page = path === '/odoo' ? 'unavailable.html' : 'unavailable.txt';
  expect(answer?.body.toString()).toBe(nodeFile(page));
  expect(answer?.headers['retry-after']).toBe('5');
}

function signature({ answer }: Attempt): z.infer<typeof SIGNED> {
  return SIGNED.parse(JSON.parse(String(answer?.body)));
}

export function codeOf(attempt: Attempt | undefined): string | undefined {
  return attempt?.status === 200 ? signature(attempt).code : undefined;
}

/** Orders that somebody was told are entered. */
export function confirmed(attempts: readonly Attempt[]): string[] {
  return attempts
    .filter(({ path, status }) => path.startsWith('/web/dataset/') && status === 200)
    .map(({ name }) => name);
}
