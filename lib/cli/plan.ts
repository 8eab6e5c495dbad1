import { parseArgs } from 'node:util';
import { formatProblems } from '../../config/format-problems.ts';
import {
  type EnvironmentSource,
  loadEnvironmentFiles,
  type PlannedEnvironment,
  resolveAll,
} from '../../config/load.ts';
import type { Result } from '../../config/problem.ts';
import { renderPlan } from './plan-table.ts';

export const USAGE = `npm run plan -- [--env NAME] [--users N] [--json]

  --env NAME   the environment of config/environments/NAME.ts; all of them if left out
  --users N    another number of users, to try out; without --env an environment of
               defaults in eu-central-1 that is not production
  --json       the plan as one JSON object, the type Plan of config/sizing/plan.ts (without
               --env and --users: an array of them)
`;

/** Where a command writes: the parts of a terminal stream that it needs. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

interface PlanOptions {
  readonly env?: string;
  readonly users?: string;
  readonly json?: boolean;
}

/**
 * Prints what the sizing engine decides, why, and what it costs.
 *
 * @returns the exit code: 0, 1 if a configuration has problems, 2 if the command was called wrongly.
 */
export async function planCommand(args: readonly string[], out: Output, errors: Output): Promise<number> {
  const options = optionsFrom(args);
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const planned = await plannedEnvironments(options);
  if (!planned.ok) {
    errors.write(`${formatProblems(planned.problems)}\n`);
    return 1;
  }
  const plans = planned.value.map(({ plan }) => plan);
  if (options.json === true) {
    const onlyOne = options.env !== undefined || options.users !== undefined;
    out.write(`${JSON.stringify(onlyOne ? plans[0] : plans, null, 2)}\n`);
  } else {
    const style = { width: out.columns ?? 100, colors: out.isTTY === true && !process.env.NO_COLOR };
    out.write(`${plans.map((plan) => renderPlan(plan, style)).join('\n\n')}\n`);
  }
  return 0;
}

/** The options, or what is wrong with the arguments. */
function optionsFrom(args: readonly string[]): PlanOptions | string {
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

async function plannedEnvironments({
  env,
  users,
}: PlanOptions): Promise<Result<readonly PlannedEnvironment[]>> {
  if (env === undefined && users !== undefined) {
    return resolveAll([whatIf], { env: whatIf.name, users });
  }
  return resolveAll(await loadEnvironmentFiles(), { env, users });
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
