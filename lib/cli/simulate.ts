import { type ScenarioDetail, simulate } from '../../config/simulation/simulate.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { type Output, selectedPlans } from './selected-plans.ts';
import { renderSimulation } from './simulate-table.ts';

export const USAGE = `npm run simulate -- [--env NAME] [--users N] [--json]

  --env NAME   the environment of config/environments/NAME.ts; all of them if left out
  --users N    another number of users, to try out; without --env an environment of
               defaults in eu-central-1 that is not production
  --json       one JSON object: users and scenarios, each with name, load, p50Ms, p95Ms,
               utilisation and errors (without --env and --users: an array of them)
`;

/**
 * Prints the response times that users of a plan can expect at the expected load, at 150 % of it, after the loss of an
 * Availability Zone and during a deployment. docs/capacity.md says what the numbers mean.
 *
 * @returns the exit code: 0, 1 if a configuration has problems, 2 if the command was called wrongly.
 */
export async function simulateCommand(args: readonly string[], out: Output, errors: Output): Promise<number> {
  const selected = await selectedPlans(args, USAGE, errors);
  if (typeof selected === 'number') {
    return selected;
  }
  const simulations = selected.plans.map((plan) => ({ plan, scenarios: simulate(plan) }));
  if (selected.json) {
    const reports = simulations.map(({ plan, scenarios }) => report(plan, scenarios));
    out.write(`${JSON.stringify(selected.onlyOne ? reports[0] : reports, null, 2)}\n`);
  } else {
    const style = { width: out.columns ?? 100, colors: out.isTTY === true && !process.env.NO_COLOR };
    const tables = simulations.map(({ plan, scenarios }) => renderSimulation(plan, scenarios, style));
    out.write(`${tables.join('\n\n')}\n`);
  }
  return 0;
}

/** What programs get: numbers rounded to what they are good for. */
function report({ users }: Plan, scenarios: readonly ScenarioDetail[]) {
  return {
    users,
    scenarios: scenarios.map(({ name, load, p50Ms, p95Ms, utilisation, errors }) => ({
      name,
      load,
      p50Ms: Math.round(p50Ms),
      p95Ms: Math.round(p95Ms),
      utilisation: Math.round(utilisation * 1000) / 1000,
      errors,
    })),
  };
}
