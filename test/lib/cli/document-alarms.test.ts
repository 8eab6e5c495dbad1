import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { alarmsDocument } from '../../../lib/cli/document-alarms.ts';

it('docs/alarms.md is what the alarms say now; otherwise run: npm run docs:alarms', async () => {
  const stored = await readFile(new URL('../../../docs/alarms.md', import.meta.url), 'utf8');
  expect(stored).toBe(await alarmsDocument());
});

it('says in which architectures an alarm is', async () => {
  const document = await alarmsDocument();
  const tiersOf = (name: string) =>
    new RegExp(`^\\| \\[${name}\\].*\\| ([^|]*) \\|$`, 'm').exec(document)?.[1];
  expect(tiersOf('server-cpu')?.trim()).toBe('small');
  expect(tiersOf('database-cpu')?.trim()).toBe('medium, large');
  expect(tiersOf('restore-proof-overdue')?.trim()).toBe('small, medium, large');
  expect(tiersOf('firewall-blocks')?.trim()).toBe('large');
});
