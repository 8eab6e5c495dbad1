import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEnvironmentFiles, resolveAll, type EnvironmentSource } from '../../config/load.ts';
import { files } from './files.ts';
import { expectComplete } from './rule-table.ts';

const sources: readonly EnvironmentSource[] = [
  { name: 'dev', content: files.small },
  { name: 'prod', content: files.large },
  { name: 'staging', content: files.medium },
];

function refused(...given: Parameters<typeof resolveAll>) {
  const result = resolveAll(...given);
  const problems = result.ok ? [] : result.problems;
  expectComplete(problems);
  return problems;
}

/** Names of the environments that come out, or what is wrong. */
function names(...given: Parameters<typeof resolveAll>) {
  const result = resolveAll(...given);
  return result.ok ? result.value.map(({ environment }) => environment.name) : result.problems;
}

describe('loading', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'environments-'));
    await writeFile(join(folder, 'b.ts'), "export default { name: 'b' };\n");
    await writeFile(join(folder, 'a.ts'), 'export const unused = 1;\n');
    await writeFile(join(folder, 'c.ts'), "throw new Error('the file itself fails');\n");
    await writeFile(join(folder, 'types.d.ts'), '');
    await writeFile(join(folder, 'README.md'), '');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads every TypeScript file in alphabetical order, and keeps what fails for the report', async () => {
    expect(await loadEnvironmentFiles(folder)).toEqual([
      { name: 'a', content: undefined },
      { name: 'b', content: { name: 'b' } },
      { name: 'c', content: undefined, loadError: 'the file itself fails' },
    ]);
  });

  it('finds nothing where there is no folder', async () => {
    expect(await loadEnvironmentFiles(join(folder, 'missing'))).toEqual([]);
  });
});

describe('the selection', () => {
  it('is every environment when none is named', () => {
    expect(names(sources)).toEqual(['dev', 'prod', 'staging']);
  });

  it('is one environment by name', () => {
    expect(names(sources, { env: 'staging' })).toEqual(['staging']);
  });

  it('plans every environment for the architecture of its users', () => {
    const result = resolveAll(sources);

    expect(result.ok && result.value.map(({ plan }) => plan.tier)).toEqual(['small', 'large', 'medium']);
  });

  it('tries another number of users on one environment', () => {
    const result = resolveAll(sources, { env: 'staging', users: '150' });

    expect(result.ok && result.value.map(({ plan }) => [plan.users, plan.tier])).toEqual([[150, 'large']]);
  });

  it('judges users from the command line like those of a file', () => {
    expect(refused(sources, { env: 'staging', users: '0' })).toMatchObject([
      { path: 'staging.users', value: 0 },
    ]);
  });

  it('does not resize every environment at once', () => {
    expect(refused(sources, { users: '40' })).toMatchObject([
      { path: 'users', value: '40', message: 'is given without an environment to try it on' },
    ]);
  });

  it.each([
    ['stagging', /did you mean "staging"\?/],
    ['', /choose one of these/],
    [true, /choose one of these/],
  ])('refuses %j with the known ones', (env, fix) => {
    const [problem] = refused(sources, { env });

    expect(problem).toMatchObject({ path: 'env', value: env, allowed: 'dev, prod, staging' });
    expect(problem?.fix).toMatch(fix);
  });

  it('does not let an environment that is not meant hold up another', () => {
    const broken = { name: 'broken', content: { name: 'broken', users: 0 } };

    expect(names([...sources, broken], { env: 'dev' })).toEqual(['dev']);
    expect(refused([...sources, broken])).toMatchObject([
      { path: 'broken.users' },
      { path: 'broken.region' },
    ]);
  });
});

describe('files', () => {
  it('are missing altogether', () => {
    expect(refused([])).toMatchObject([{ path: 'config/environments', message: 'has no environment' }]);
  });

  it('must be named like the environment in them, so that no two describe the same one', () => {
    const copy = { name: 'prod-copy', content: files.large };

    expect(refused([...sources, copy])).toMatchObject(
      [
        {
          path: 'prod.name',
          value: 'prod',
          message: /is not the name of its file, prod-copy\.ts/,
          fix: /rename/,
        },
      ].map((expected) => ({
        ...expected,
        message: expect.stringMatching(expected.message),
        fix: expect.stringMatching(expected.fix),
      })),
    );
  });

  it('must have a default export', () => {
    expect(refused([{ name: 'x', content: undefined }])).toMatchObject([
      { path: 'config/environments/x.ts', message: 'has no default export' },
    ]);
  });

  it('report why they could not be loaded', () => {
    expect(refused([{ name: 'x', content: undefined, loadError: 'Unexpected token' }])).toMatchObject([
      { path: 'config/environments/x.ts', message: 'cannot be loaded: Unexpected token' },
    ]);
  });

  it('report problems of all of them together', () => {
    const first = { name: 'one', content: { ...files.small, name: 'one', users: 0 } };
    const second = {
      name: 'two',
      content: { ...files.medium, name: 'two', domain: undefined, hostedZone: undefined },
    };

    expect(refused([first, second]).map(({ path }) => path)).toEqual(['one.users', 'two.domain']);
  });

  it('report what the sizing engine refuses', () => {
    const file = { ...files.large, overrides: { app: { workers: 100 } } };
    const problems = refused([{ name: 'prod', content: file }]);

    expect(problems.map(({ path }) => path)).toContain('prod.overrides.app.workers');
  });
});
