import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localFolder } from '../../lib/local/workspace.ts';
import type { ListsOutcome, ListsTask } from './lists-process.ts';
import { PASSWORD, RestoredCompany } from './restored-company.ts';

const FILES = 1_000_000;

/** MiB of JavaScript's heap; a million names alone take twice as much. */
const HEAP = 48;

const large = process.env['LARGE'] === '1';

let company: RestoredCompany;
let folder: string;
beforeAll(async () => {
  if (!large) return;
  company = await RestoredCompany.start(0);
  folder = mkdtempSync(join(localFolder('tmp'), 'lists-'));
}, 600_000);
afterAll(() => {
  company?.stop();
  if (large) rmSync(folder, { recursive: true });
});

it.skipIf(!large)(
  'lists a million files, and compares two such lists, without having them in memory',
  async () => {
    const { endpoint } = company.restore();
    company.cluster.sql(
      `INSERT INTO ir_attachment (name, type, store_fname, file_size)
       SELECT 'many', 'binary', left(sum, 2) || '/' || left(sum, 40), n
         FROM (SELECT n, encode(sha256(n::text::bytea), 'hex') AS sum FROM generate_series(1, ${FILES}) n) files`,
      endpoint.database,
    );
    company.store.make('audit');
    expect(await run({ ...endpoint, password: PASSWORD })).toMatchObject({ files: FILES, kept: FILES });
  },
  600_000,
);

/** The process of a function, without a loader in its memory. */
async function run(endpoint: ListsTask['endpoint']): Promise<ListsOutcome> {
  const program = join(folder, 'lists.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('lists-process.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const { protocol, hostname, port } = (await company.s3.config.endpoint?.()) ?? {};
  const child = spawn(process.execPath, ['--no-warnings', `--max-old-space-size=${HEAP}`, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const task: ListsTask = { endpoint, s3Endpoint: `${protocol}//${hostname}:${port}`, bucket: 'audit' };
  child.stdin.end(JSON.stringify(task));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return JSON.parse(output);
}
