import { parseArgs } from 'node:util';
import type { PlannedEnvironment } from '../../config/load.ts';
import { finish } from '../growth/finish.ts';
import { grow } from '../growth/grow.ts';
import type { GrowthProps } from '../growth/growth.ts';
import { undo } from '../growth/undo.ts';
import { WorkProblem } from '../steps/work.ts';
import { confirmation } from './confirmation.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';

export const USAGE = `npm run grow -- --env NAME [--yes] [--undo | --finish]

  Moves an environment from the single server to the service that its environment
  file asks for now (docs/growth.md). May be interrupted at any time and run again.

  --env NAME  the environment of config/environments/NAME.ts
  --yes       asks nothing
  --undo      goes back to the server; until --finish
  --finish    lets the server go, once nobody misses anything
`;

interface Options {
  readonly env: string;
  readonly yes: boolean;
  readonly act: (props: GrowthProps) => Promise<void>;
}

/** What a growth works with; tests give something else. */
export type Clouds = (planned: PlannedEnvironment) => Promise<Pick<GrowthProps, 'cloud' | 'journals'>>;

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
  clouds: Clouds = aws,
): Promise<number> {
  const options = optionsFrom(args);
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const planned = await oneEnvironment(options.env, errors);
  if (planned === undefined) return 1;
  const say = (text: string): void => void out.write(`${text}\n`);
  try {
    await options.act({
      ...planned,
      ...(await clouds(planned)),
      say,
      confirm: confirmation(options.yes, say),
    });
    return 0;
  } catch (error) {
    errors.write(error instanceof WorkProblem ? `${error.message}\n` : unexpected(error));
    return 1;
  }
}

/** A call that AWS refused, for example. What is known of it may be of use, and how to go on is always the same. */
function unexpected(error: unknown): string {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${said}\n\nInterrupted. Run the same command again to go on, or go back with --undo.\n`;
}

function optionsFrom(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: 'string' },
        yes: { type: 'boolean', default: false },
        undo: { type: 'boolean', default: false },
        finish: { type: 'boolean', default: false },
      },
    });
    if (values.env === undefined) return '--env is missing';
    if (values.undo && values.finish) return '--undo and --finish exclude each other';
    return { env: values.env, yes: values.yes, act: values.undo ? undo : values.finish ? finish : grow };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
