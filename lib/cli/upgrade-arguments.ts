import { parseArgs } from 'node:util';

export const USAGE = `npm run upgrade -- --env NAME [--undo] [--hours N]

  --env NAME   the environment of config/environments/NAME.ts, medium or large
  --undo       give the database of before the last upgrade its place back
  --hours N    how long the job may take, 12 at most; 6 if left out. A deployment gives it 50 minutes
`;

const DEFAULT_HOURS = 6;

/** An execution of Step Functions has room for the events of twelve hours. */
const MOST_HOURS = 12;

/** What the command was asked for. */
export interface UpgradeArguments {
  readonly env: string;
  readonly undo: boolean;
  /** How long the job may take. */
  readonly hours: number;
}

/** The arguments, or what is wrong with them. */
export function upgradeArguments(args: readonly string[]): UpgradeArguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { env: { type: 'string' }, undo: { type: 'boolean' }, hours: { type: 'string' } },
    });
    const { env, undo = false } = values;
    if (env === undefined) return '--env is missing: name the environment';
    const hours = Number(values.hours ?? DEFAULT_HOURS);
    // Not a number is not greater than anything.
    if (!(hours > 0 && hours <= MOST_HOURS)) {
      return `--hours is ${values.hours}; allowed is a number above 0, up to ${MOST_HOURS}`;
    }
    return { env, undo, hours };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
