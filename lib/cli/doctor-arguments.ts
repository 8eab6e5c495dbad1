import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Examination } from '../doctor/examine.ts';

export const USAGE = `npm run doctor -- --env NAME [--go-live [--at TIME] [--confirmed NAMES]] [--drift] [--all] [--json]

  Holds what is deployed against its plan, and changes nothing (docs/doctor.md).

  --env NAME         the environment of config/environments/NAME.ts
  --go-live          the list of what must hold 72, 48 and 24 hours before people work with it; with --drift
  --at TIME          when they begin, with its zone: 2026-12-05T08:00Z; what is not due yet does not count
  --confirmed NAMES  what a person has checked, by the names in the list: users-trained,paper-fallback
  --drift            also has CloudFormation look for changes by hand, which takes about a minute
  --all              shows what has passed as well
  --json             everything as one JSON object, the type DoctorReport of lib/doctor/report.ts

  Exit code: 0 everything has passed; 1 something has failed; 2 the command was called wrongly;
  3 nothing has failed, and something could not be checked.
`;

export interface DoctorArguments extends Examination {
  readonly env: string;
  readonly all: boolean;
  readonly json: boolean;
}

/** A minute is enough; without a zone it would be another moment on every machine. */
const momentText = z.iso.datetime({ offset: true }).or(z.iso.datetime({ offset: true, precision: -1 }));

/** What the command was asked for, or everything that is wrong with it. */
export function doctorArguments(args: readonly string[]): DoctorArguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: 'string' },
        'go-live': { type: 'boolean', default: false },
        at: { type: 'string' },
        confirmed: { type: 'string' },
        drift: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const { env, at, confirmed, 'go-live': goLive, ...flags } = values;
    const problems = [
      ...(env === undefined ? ['--env is missing: which environment?'] : []),
      ...(at === undefined || momentText.safeParse(at).success
        ? []
        : [`--at: got ${JSON.stringify(at)}, allowed is a moment with its zone, like 2026-12-05T08:00Z`]),
      ...(goLive ? [] : onlyForGoLive({ at, confirmed })),
    ];
    if (env === undefined || problems.length > 0) return problems.join('\n');
    return {
      env,
      goLive,
      at: at === undefined ? undefined : new Date(at),
      confirmed: (confirmed ?? '').split(',').filter(Boolean),
      ...flags,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function onlyForGoLive(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} means something only with --go-live`],
  );
}
