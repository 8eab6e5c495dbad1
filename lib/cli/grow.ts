import { formatProblems } from '../../config/format-problems.ts';
import type { PlannedEnvironment } from '../../config/load.ts';
import { finish } from '../growth/finish.ts';
import { grow } from '../growth/grow.ts';
import type { GrowthProps } from '../growth/growth.ts';
import { undo } from '../growth/undo.ts';
import { confirmation } from './confirmation.ts';
import { fencedProblem, fencedSince, type FencedSince } from './fenced.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';
import { workExitCode, workOptions } from './work-command.ts';

export const USAGE = `npm run grow -- --env NAME [--yes] [--undo | --finish]

  Moves an environment from the single server to the service that its environment
  file asks for now (docs/growth.md). May be interrupted at any time and run again.

  --env NAME  the environment of config/environments/NAME.ts
  --yes       asks nothing
  --undo      goes back to the server; until --finish
  --finish    lets the server go, once nobody misses anything
`;

/** What a growth works with; tests give something else. */
export type Clouds = (planned: PlannedEnvironment) => Promise<Pick<GrowthProps, 'cloud' | 'journals'>>;

/** What differs in tests. */
export interface GrowSurroundings {
  readonly clouds: Clouds;
  readonly fencedSince: FencedSince;
}

const aws: Clouds = async ({ environment }) => {
  // Only now: the other commands start in a fraction of the time that AWS's libraries take to load.
  const { AwsCloud } = await import('../growth/aws/aws-cloud.ts');
  const cloud = new AwsCloud(environment);
  return { cloud, journals: cloud.bucket };
};

/**
 * Grows an environment, or undoes or finishes that.
 *
 * @returns the exit code: 0 done, 1 not done, and why is said, 2 if the command was called wrongly.
 */
export async function growCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  { clouds, fencedSince: since }: GrowSurroundings = { clouds: aws, fencedSince },
): Promise<number> {
  const options = workOptions(args, { go: grow, undo, finish });
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const planned = await oneEnvironment(options.env, errors);
  if (planned === undefined) return 1;
  const fencedAt = await since(planned.environment);
  if (fencedAt !== undefined) {
    errors.write(`${formatProblems([fencedProblem(planned.environment, fencedAt)], 'The growth')}\n`);
    return 1;
  }
  const say = (text: string): void => void out.write(`${text}\n`);
  return workExitCode(async () => {
    await options.act({
      ...planned,
      ...(await clouds(planned)),
      say,
      confirm: confirmation(options.yes, say),
    });
  }, errors);
}
