import { formatProblems } from '../../config/format-problems.ts';
import type { Problem } from '../../config/problem.ts';
import { drillProblems, notDeployed } from '../drill/drill-problems.ts';
import { drillArguments, USAGE } from './drill-arguments.ts';
import { DrillRun, NOTHING_BEGUN } from './drill-run.ts';
import { type DrillTools, realTools } from './drill-tools.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';

export { USAGE };

/**
 * Tries the recovery of an environment beside everything else, and says what came of it (docs/drill.md).
 *
 * @returns the exit code: 0 recovered and proven; 1 not proven; 2 nothing was begun; 3 the drill goes on.
 */
export async function drillCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  tools: DrillTools = realTools(),
): Promise<number> {
  const given = drillArguments(args);
  if (typeof given === 'string') {
    errors.write(`${given}\n\n${USAGE}`);
    return NOTHING_BEGUN;
  }
  const planned = await oneEnvironment(given.env, errors);
  if (planned === undefined) return NOTHING_BEGUN;
  const refuse = (problems: readonly Problem[]): number => {
    errors.write(`${formatProblems(problems, 'The drill')}\n`);
    return NOTHING_BEGUN;
  };
  const region = planned.environment.recoveryRegion;
  const problems = drillProblems(planned);
  if (region === undefined || problems.length > 0) return refuse(problems);
  try {
    const account = await tools.connect(given.env, region);
    const deployed = await account.deployed();
    if (deployed === undefined) return refuse([notDeployed(planned, region)]);
    return await new DrillRun({ given, planned, region, account, deployed }, { out, errors, tools }).run();
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return NOTHING_BEGUN;
  }
}
