import { parseArgs } from 'node:util';

export const USAGE = `npm run drill -- --env NAME [--yes]
npm run drill -- --env NAME --last

  Tries the recovery of an environment in its recovery Region, with the copies
  that are there, and removes all of it again (docs/drill.md). Says what that
  takes and costs, asks, and follows it; one that runs already is followed.

  --env NAME  the environment of config/environments/NAME.ts, with a
              recoveryRegion
  --yes       asks nothing
  --last      shows the report of the last one, and begins nothing

  Exit code 0: recovered and proven; 1: not proven; 2: nothing was begun;
  3: the drill goes on, and how it ends is not known.
`;

/** What the command was asked for. */
export interface DrillArguments {
  readonly env: string;
  readonly last: boolean;
  readonly yes: boolean;
}

/** The arguments, or what is wrong with them. */
export function drillArguments(args: readonly string[]): DrillArguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: 'string' },
        last: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    });
    const { env, last, yes } = values;
    return env === undefined ? '--env is missing: which environment?' : { env, last, yes };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
