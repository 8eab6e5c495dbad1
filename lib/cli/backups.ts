import { parseArgs } from 'node:util';
import { z } from 'zod';
import { formatProblems } from '../../config/format-problems.ts';
import type { Problem } from '../../config/problem.ts';
import { lookAtBackups, type LookProps } from '../backups/look-at-backups.ts';
import { renderBackups } from './backups-table.ts';
import { oneEnvironment } from './one-environment.ts';
import type { Output } from './selected-plans.ts';

export const USAGE = `npm run backups -- --env NAME [--at TIME] [--json]

  --env NAME  the environment of config/environments/NAME.ts
  --at TIME   the moment to restore, with its zone: 2026-11-30T10:15:00Z; the newest if left out
  --json      the same as one JSON object, the type BackupsReport of lib/backups/report.ts

  Changes nothing. Exit code 1: what was asked for cannot be restored, or somebody who knows could not be asked.
`;

/** What differs in tests. */
export type BackupsSurroundings = Pick<LookProps, 'cloudIn' | 'now'>;

/**
 * Says what can be restored of an environment from when, and what belongs together (docs/recovery-points.md).
 *
 * @returns the exit code: 0; 1 if something cannot be restored or could not be found out; 2 if the command was called
 *   wrongly.
 */
export async function backupsCommand(
  args: readonly string[],
  out: Output,
  errors: Output,
  surroundings: BackupsSurroundings = { cloudIn: awsIn, now: new Date() },
): Promise<number> {
  const options = optionsFrom(args);
  if (typeof options === 'string') {
    errors.write(`${options}\n\n${USAGE}`);
    return 2;
  }
  const at = options.at === undefined ? undefined : momentFrom(options.at, surroundings.now);
  if (at !== undefined && 'path' in at) {
    errors.write(`${formatProblems([at], 'The call')}\n`);
    return 2;
  }
  const planned = await oneEnvironment(options.env, errors);
  if (planned === undefined) return 1;
  try {
    const report = await lookAtBackups({ planned, at, ...surroundings });
    const style = { width: out.columns ?? 100, colors: out.isTTY === true && !process.env.NO_COLOR };
    out.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${renderBackups(report, style)}\n`);
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    errors.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

const awsIn: LookProps['cloudIn'] = async (region) => {
  // Only now: the other commands start in a fraction of the time that AWS's libraries take to load.
  const { awsCloud } = await import('../backups/aws-cloud.ts');
  return awsCloud(region);
};

interface Options {
  readonly env: string;
  readonly at?: string;
  readonly json: boolean;
}

function optionsFrom(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: 'string' },
        at: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { env, at, json } = values;
    return env === undefined ? '--env is missing: whose backups?' : { env, at, json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Without a zone it would be another moment on every machine. */
const momentText = z.iso.datetime({ offset: true });

function momentFrom(value: string, now: Date): Date | Problem {
  const problem = (message: string): Problem => ({
    path: '--at',
    value,
    message,
    allowed: `a date and time of ISO 8601 with its zone, until now (${now.toISOString()})`,
    fix: 'write it like 2026-11-30T10:15:00Z, where Z is UTC, or 2026-11-30T11:15:00+01:00',
  });
  if (!momentText.safeParse(value).success) return problem('is not a moment');
  const moment = new Date(value);
  return moment > now ? problem('is in the future') : moment;
}
