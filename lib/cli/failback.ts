import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedEnvironment } from '../../config/load.ts';
import { failBack } from '../failback/fail-back.ts';
import type { FailbackProps } from '../failback/failback.ts';
import { finish } from '../failback/finish.ts';
import { undo } from '../failback/undo.ts';
import { confirmation } from './confirmation.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';
import { workExitCode, workOptions } from './work-command.ts';

export const USAGE = `npm run failback -- --env NAME [--yes] [--undo | --finish]

  Brings an environment home that goes on in its recovery Region, with all that
  was entered there (docs/recovery.md). May be interrupted at any time and run again.

  --env NAME  the environment of config/environments/NAME.ts
  --yes       asks nothing
  --undo      goes back to the recovery Region; until --finish
  --finish    lets the side in the recovery Region go, once nobody misses anything
`;

/** What a failback works with; tests give something else. */
export type Regions = (
  planned: PlannedEnvironment,
  recoveryRegion: string,
) => Promise<Pick<FailbackProps, 'cloud' | 'journals' | 'way'>>;

const aws: Regions = async ({ environment, plan }, recoveryRegion) => {
  // Only now: the other commands start in a fraction of the time that AWS's libraries take to load.
  const { awsRegions } = await import('../failback/aws/aws-regions.ts');
  return awsRegions(environment, plan.tier, recoveryRegion);
};

/**
 * Brings an environment home from its recovery Region, or undoes or finishes that.
 *
 * @returns the exit code: 0 done, 1 not done, and why is said, 2 if the command was called wrongly.
 */
export async function failbackCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  regions: Regions = aws,
): Promise<number> {
  const options = workOptions(args, { go: failBack, undo, finish });
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const planned = await oneEnvironment(options.env, errors);
  if (planned === undefined) return 1;
  const { name, recoveryRegion } = planned.environment;
  if (recoveryRegion === undefined) {
    errors.write(`${name} has no recoveryRegion: there is nothing that it could come home from\n`);
    return 1;
  }
  const say = (text: string): void => void out.write(`${text}\n`);
  return workExitCode(async () => {
    await options.act({
      ...planned,
      recoveryRegion,
      ...(await regions(planned, recoveryRegion)),
      say,
      confirm: confirmation(options.yes, say),
      sleep,
    });
  }, errors);
}
