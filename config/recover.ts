import type { Environment } from './environment.ts';
import type { PlannedEnvironment } from './load.ts';
import type { Problem, Result } from './problem.ts';
import { recoveryGaps } from './rules/recovery-site.ts';

/** The newest moment of which everything is there. */
export const LATEST = 'latest';

/** With its zone: a moment without one would be off by hours somewhere. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * What `-c recover=` asks for: the moment from which an environment goes on in its recovery Region, `latest` or ISO 8601 in UTC.
 *
 * @param env - what `-c env=` says: with none, every environment would be recovered at once.
 */
export function readRecover(
  recover: unknown,
  env: unknown,
  planned: readonly PlannedEnvironment[],
): Result<string> {
  const problems = [
    ...(env === undefined
      ? [
          problem(
            recover,
            'is given without an environment',
            'only together with env',
            'name the environment too, for example env=prod',
          ),
        ]
      : []),
    ...(isMoment(recover)
      ? []
      : [
          problem(
            recover,
            'is no moment',
            `${LATEST}, or a time with its zone such as 2026-11-30T10:15:00Z`,
            `write ${LATEST} to lose as little as possible`,
          ),
        ]),
    ...(env === undefined ? [] : planned.flatMap(({ environment }) => problemsOf(environment))),
  ];
  if (problems.length > 0 || !isMoment(recover)) return { ok: false, problems };
  return { ok: true, value: recover === LATEST ? LATEST : new Date(recover).toISOString() };
}

function isMoment(recover: unknown): recover is string {
  if (typeof recover !== 'string') return false;
  return recover === LATEST || (MOMENT.test(recover) && !Number.isNaN(Date.parse(recover)));
}

function problem(value: unknown, message: string, allowed: string, fix: string): Problem {
  return { path: 'recover', value, message, allowed, fix };
}

/** What an environment must have to go on in its recovery Region. */
function problemsOf(environment: Environment): readonly Problem[] {
  const { name, recoveryRegion } = environment;
  if (recoveryRegion === undefined) {
    return [
      {
        path: `${name}.recoveryRegion`,
        value: undefined,
        message: 'is missing: nothing of this environment was ever copied to another Region',
        allowed: 'a Region, named before the loss',
        fix: 'restore in the Region where the backups are: npm run backups says which there are',
      },
    ];
  }
  return recoveryGaps(environment, recoveryRegion);
}
