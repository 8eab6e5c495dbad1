import { renderPlan } from './plan-table.ts';
import { type Output, selectedPlans } from './selected-plans.ts';

export const USAGE = `npm run plan -- [--env NAME] [--users N] [--json]

  --env NAME   the environment of config/environments/NAME.ts; all of them if left out
  --users N    another number of users, to try out, with what the change from the file's number
               does; without --env an environment of defaults in eu-central-1 that is not production
  --json       the plan as one JSON object, the type Plan of config/sizing/plan.ts (without
               --env and --users: an array of them); with both, the field change as well, the
               type PlanChange of config/sizing/change.ts
`;

/**
 * Prints what the sizing engine decides, why, and what it costs.
 *
 * @returns the exit code: 0, 1 if a configuration has problems, 2 if the command was called wrongly.
 */
export async function planCommand(args: readonly string[], out: Output, errors: Output): Promise<number> {
  const selected = await selectedPlans(args, USAGE, errors);
  if (typeof selected === 'number') {
    return selected;
  }
  const { plans, change, onlyOne, json } = selected;
  if (json) {
    out.write(`${JSON.stringify(onlyOne ? { ...plans[0], change } : plans, null, 2)}\n`);
  } else {
    const style = { width: out.columns ?? 100, colors: out.isTTY === true && !process.env.NO_COLOR };
    out.write(`${plans.map((plan) => renderPlan(plan, style, change)).join('\n\n')}\n`);
  }
  return 0;
}
