import { formatProblems } from '../../config/format-problems.ts';
import { loadEnvironmentFiles, type PlannedEnvironment, resolveAll } from '../../config/load.ts';
import type { Output } from './selected-plans.ts';

/** The environment that a command is about; undefined where there is none, after saying why on `errors`. */
export async function oneEnvironment(name: string, errors: Output): Promise<PlannedEnvironment | undefined> {
  const resolved = resolveAll(await loadEnvironmentFiles(), { env: name });
  if (!resolved.ok) errors.write(`${formatProblems(resolved.problems)}\n`);
  return resolved.ok ? resolved.value[0] : undefined;
}
