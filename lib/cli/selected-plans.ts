import { parseArgs } from 'node:util';
import { formatProblems } from '../../config/format-problems.ts';
import {
  type EnvironmentSource,
  loadEnvironmentFiles,
  type PlannedEnvironment,
  resolveAll,
} from '../../config/load.ts';
import type { Result } from '../../config/problem.ts';
import type { PlanChange } from '../../config/sizing/change.ts';
import { comparePlans } from '../../config/sizing/compare-plans.ts';
import type { Plan } from '../../config/sizing/plan.ts';

/** Where a command writes: the parts of a terminal stream that it needs. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The plans that a command was asked for, and in which form it shall answer. */
export interface Selected {
  readonly plans: readonly Plan[];
  /** What `--users` does to the environment of `--env`. Absent without both, and where the file itself has problems. */
  readonly change?: PlanChange;
  /** One plan was asked for, so that the answer is an object instead of an array. */
  readonly onlyOne: boolean;
  readonly json: boolean;
}

interface Options {
  readonly env?: string;
  readonly users?: string;
  readonly json?: boolean;
}

/**
 * The plans that `--env`, `--users` and `--json` ask for.
 *
 * @returns the exit code where there are none, after saying on `errors` what is wrong: 1 if a configuration has
 *   problems, 2 if the command was called wrongly.
 */
export async function selectedPlans(
  args: readonly string[],
  usage: string,
  errors: Output,
): Promise<Selected | number> {
  const options = optionsFrom(args);
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${usage}`);
    return 2;
  }
  const sources = await loadEnvironmentFiles();
  const planned = plannedEnvironments(sources, options);
  if (!planned.ok) {
    errors.write(`${formatProblems(planned.problems)}\n`);
    return 1;
  }
  return {
    plans: planned.value.map(({ plan }) => plan),
    change: changeBy(sources, options, planned.value),
    onlyOne: options.env !== undefined || options.users !== undefined,
    json: options.json === true,
  };
}

/** The options, or what is wrong with the arguments. */
function optionsFrom(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { env: { type: 'string' }, users: { type: 'string' }, json: { type: 'boolean' } },
    });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function plannedEnvironments(
  sources: readonly EnvironmentSource[],
  { env, users }: Options,
): Result<readonly PlannedEnvironment[]> {
  return env === undefined && users !== undefined
    ? resolveAll([whatIf], { env: whatIf.name, users })
    : resolveAll(sources, { env, users });
}

function changeBy(
  sources: readonly EnvironmentSource[],
  { env, users }: Options,
  [after]: readonly PlannedEnvironment[],
): PlanChange | undefined {
  if (env === undefined || users === undefined || after === undefined) return undefined;
  const asWritten = resolveAll(sources, { env });
  const [before] = asWritten.ok ? asWritten.value : [];
  return before && comparePlans(before.plan, after.plan, after.environment);
}

/**
 * What `--users` without `--env` is tried on: nothing but defaults. The shipped environments would not do, because each
 * says something of its own (production, a recovery Region) that a bare number does not.
 */
const whatIf: EnvironmentSource = {
  name: 'what-if',
  content: {
    name: 'what-if',
    users: 1,
    region: 'eu-central-1',
    domain: 'odoo.example.com',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
  },
};
