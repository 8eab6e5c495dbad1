import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FenceOutcome,
  type FenceProps,
  type FenceRegion,
  liftFence,
  setFence,
} from '../failover/fence.ts';
import { confirmation } from './confirmation.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';

export const USAGE = `npm run fence -- --env NAME [--lift] [--yes]

  Stops an environment in its own Region, before it is brought back in its
  recovery Region (docs/recovery.md): while the fence stands it serves nobody,
  also when that Region was away and comes back.

  --env NAME  the environment of config/environments/NAME.ts
  --lift      lets it serve again
  --yes       asks nothing

  Exit code 3: the fence stands, and whether its Region still serves is not known.
`;

const EXIT_CODES: Readonly<Record<FenceOutcome, number>> = { done: 0, refused: 1, unconfirmed: 3 };

/** What differs in tests. */
export interface FenceSurroundings extends Partial<Pick<FenceProps, 'now' | 'sleep'>> {
  readonly cloudIn: (environment: string, region: string) => Promise<FenceRegion>;
}

/**
 * Sets the fence of an environment, or lifts it.
 *
 * @returns the exit code: 0 done; 1 not done, and why is said; 2 if the command was called wrongly; 3 if its Region does
 *   not answer.
 */
export async function fenceCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  { cloudIn, ...surroundings }: FenceSurroundings = { cloudIn: aws },
): Promise<number> {
  const options = optionsFrom(args);
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const planned = await oneEnvironment(options.env, errors);
  if (planned === undefined) return 1;
  const { name, region, recoveryRegion } = planned.environment;
  if (recoveryRegion === undefined) {
    errors.write(`${name} has no recoveryRegion: there is nothing that could stand in for it\n`);
    return 1;
  }
  const say = (text: string): void => void out.write(`${text}\n`);
  try {
    const act = options.lift ? liftFence : setFence;
    const outcome = await act({
      environment: name,
      region,
      recoveryRegion,
      cloud: await cloudIn(name, recoveryRegion),
      confirm: confirmation(options.yes, say),
      say,
      now: () => new Date(),
      sleep: (milliseconds) => sleep(milliseconds),
      ...surroundings,
    });
    return EXIT_CODES[outcome];
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

const aws: FenceSurroundings['cloudIn'] = async (environment, region) => {
  // Only now: the other commands start in a fraction of the time that AWS's libraries take to load.
  const { awsFence } = await import('../failover/aws-fence.ts');
  return awsFence(environment, region);
};

interface Options {
  readonly env: string;
  readonly lift: boolean;
  readonly yes: boolean;
}

function optionsFrom(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: 'string' },
        lift: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    });
    const { env, lift, yes } = values;
    return env === undefined ? '--env is missing: which environment?' : { env, lift, yes };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
