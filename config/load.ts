import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { didYouMean } from './closest.ts';
import type { Environment } from './environment.ts';
import type { Problem, Result } from './problem.ts';
import { resolveEnvironment } from './resolve.ts';
import type { Plan } from './sizing/plan.ts';
import { sizeEnvironment } from './sizing/size.ts';

/** One file of `config/environments`, as it was found. */
export interface EnvironmentSource {
  /** Name of the file without its ending; the environment in it has the same name. */
  readonly name: string;
  /** The default export; undefined if there is none. */
  readonly content: unknown;
  /** Why the file could not be loaded. */
  readonly loadError?: string;
}

/** An environment and what the sizing engine makes of it. */
export interface PlannedEnvironment {
  readonly environment: Environment;
  readonly plan: Plan;
}

/** What the command line says about environments. Values are judged like those in a file. */
export interface Selection {
  /** Name of the one environment meant (`-c env=NAME`). Absent: all. */
  readonly env?: unknown;
  /**
   * Number of users to try instead of the file's (`-c users=N`). Only together with `env`: the same number for every
   * environment is hardly ever meant, and would resize all of them in one deployment.
   */
  readonly users?: unknown;
}

const environmentsFolder = fileURLToPath(new URL('environments', import.meta.url));

/** Reads every file of a folder of environments, in alphabetical order. A file that cannot be loaded says why. */
export async function loadEnvironmentFiles(
  folder = environmentsFolder,
): Promise<readonly EnvironmentSource[]> {
  if (!existsSync(folder)) {
    return [];
  }
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .toSorted();
  return Promise.all(files.map((file) => loadFile(folder, basename(file, '.ts'))));
}

async function loadFile(folder: string, name: string): Promise<EnvironmentSource> {
  try {
    const { default: content } = await importFile(folder, name);
    return { name, content };
  } catch (error) {
    return { name, content: undefined, loadError: error instanceof Error ? error.message : String(error) };
  }
}

function importFile(folder: string, name: string): Promise<{ readonly default?: unknown }> {
  // Spelled as a pattern, so that a bundler knows which files to take along.
  return folder === environmentsFolder
    ? import(`./environments/${name}.ts`)
    : import(pathToFileURL(join(folder, `${name}.ts`)).href);
}

/**
 * Resolves and sizes the selected environments, or says everything that is wrong with them. Files that are not selected
 * are not judged: a half-written environment must not hold up another one's deployment.
 */
export function resolveAll(
  sources: readonly EnvironmentSource[],
  { env, users }: Selection = {},
): Result<readonly PlannedEnvironment[]> {
  const selected = env === undefined ? sources : sources.filter(({ name }) => name === env);
  const misuse = [...selectionProblems(sources, selected, env), ...whatIfProblems(env, users)];
  const results = misuse.length > 0 ? [] : selected.map((source) => planned(source, users));
  const problems = [...misuse, ...results.flatMap((result) => (result.ok ? [] : result.problems))];
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: results.flatMap((result) => (result.ok ? [result.value] : [])) };
}

function planned(source: EnvironmentSource, users: unknown): Result<PlannedEnvironment> {
  const problems = fileProblems(source);
  if (source.content === undefined) {
    return { ok: false, problems };
  }
  const environment = resolveEnvironment(source.content, { users });
  if (!environment.ok) {
    return { ok: false, problems: [...problems, ...environment.problems] };
  }
  const plan = sizeEnvironment(environment.value);
  if (!plan.ok || problems.length > 0) {
    return { ok: false, problems: [...problems, ...(plan.ok ? [] : plan.problems)] };
  }
  return { ok: true, value: { environment: environment.value, plan: plan.value } };
}

function fileProblems({ name, content, loadError }: EnvironmentSource): Problem[] {
  const path = `config/environments/${name}.ts`;
  if (content === undefined) {
    return [
      {
        path,
        value: undefined,
        message: loadError === undefined ? 'has no default export' : `cannot be loaded: ${loadError}`,
        allowed: 'a TypeScript file with an environment as its default export',
        fix:
          loadError === undefined
            ? 'begin it with export default defineEnvironment({ … })'
            : 'mend the file; npm run typecheck shows the place',
      },
    ];
  }
  const written = typeof content === 'object' && content !== null ? Reflect.get(content, 'name') : undefined;
  return typeof written !== 'string' || written === name
    ? []
    : [
        {
          path: `${written}.name`,
          value: written,
          message: `is not the name of its file, ${name}.ts, so that two files could describe one environment`,
          allowed: name,
          fix: `write name: '${name}', or rename the file to ${written}.ts`,
        },
      ];
}

function selectionProblems(
  sources: readonly EnvironmentSource[],
  selected: readonly EnvironmentSource[],
  env: unknown,
): Problem[] {
  const names = sources.map(({ name }) => name);
  const example = 'copy config/environments/dev.ts under the name of your environment and change it';
  if (names.length === 0) {
    return [
      {
        path: 'config/environments',
        value: undefined,
        message: 'has no environment',
        allowed: 'one TypeScript file per environment',
        fix: example,
      },
    ];
  }
  return selected.length > 0
    ? []
    : [
        {
          path: 'env',
          value: env,
          message: 'is not an environment',
          allowed: names.join(', '),
          fix:
            (typeof env === 'string' ? didYouMean(env, names) : undefined) ??
            `choose one of these, or ${example}`,
        },
      ];
}

function whatIfProblems(env: unknown, users: unknown): Problem[] {
  return users === undefined || env !== undefined
    ? []
    : [
        {
          path: 'users',
          value: users,
          message: 'is given without an environment to try it on',
          allowed: 'only together with env',
          fix: 'name the environment too, for example env=dev with users=40',
        },
      ];
}
