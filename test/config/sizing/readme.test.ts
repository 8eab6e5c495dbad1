import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../config/sizing/plan.ts';
import { planCommand } from '../../../lib/cli/plan.ts';

const folder = fileURLToPath(new URL('../../../config/sizing/', import.meta.url));
const readme = readFileSync(`${folder}README.md`, 'utf8');

/** Paths and values of the table below a heading. */
function exampleOf(users: number): readonly (readonly [path: string, value: string])[] {
  const section = readme.split(`### ${users} users\n`)[1]?.split('\n### ')[0] ?? '';
  return [...section.matchAll(/^\| ([a-zA-Z_.]+) \| (.+) \|$/gm)]
    .map(([, path = '', value = '']) => [path, value] as const)
    .filter(([path]) => path !== 'value');
}

/** What `npm run plan -- --users N --json` prints. */
async function planFor(users: number): Promise<Plan> {
  let text = '';
  const out = { write: (part: string) => (text += part) };
  await planCommand(['--users', `${users}`, '--json'], out, out);
  return JSON.parse(text);
}

function valueAt(plan: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      plan,
    );
}

describe('the worked example', () => {
  it.each([10, 40, 150])('of %i users is what the plan command prints', async (users) => {
    const plan = await planFor(users);
    const example = exampleOf(users);
    expect(example.length).toBeGreaterThan(10);
    expect(example.map(([path]) => [path, String(valueAt(plan, path))])).toEqual(example);
  });
});

describe('the table of files', () => {
  it('names every file', () => {
    const table = readme.split('## Formulas')[0] ?? '';
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    expect(files.filter((file) => !table.includes(`\`${file}\``))).toEqual([]);
  });
});
