import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadEnvironmentFiles, resolveAll } from '../../config/load.ts';
import { addEnvironments, createApp } from '../../lib/odoo-app.ts';

const WORK = mkdtempSync(join(tmpdir(), 'odoo-aws-synth-'));
afterAll(() => rmSync(WORK, { recursive: true, force: true }));

/** Every file of the assembly of all shipped environments, by its path. */
async function assembly(name: string): Promise<Record<string, string>> {
  const resolved = resolveAll(await loadEnvironmentFiles());
  if (!resolved.ok) throw new Error('the shipped environments have problems');
  const outdir = join(WORK, name);
  const app = createApp({ outdir });
  addEnvironments(app, resolved.value);
  app.synth();
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return Object.fromEntries(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path.slice(outdir.length), readFileSync(path, 'utf8')];
    }),
  );
}

it('gives the same bytes for the same input, and asks AWS nothing', async () => {
  // From one line, because the report for auditors says where in the source each exception was made.
  const [first = {}, second] = await Promise.all(['first', 'second'].map((name) => assembly(name)));
  expect(second).toEqual(first);
  expect(Object.keys(first)).toContain('/prod-Data.template.json');
  const manifest: { missing?: unknown } = JSON.parse(first['/manifest.json'] ?? '{}');
  expect(manifest.missing).toBeUndefined();
});
