import type { Environment } from './environment.ts';
import type { PlannedEnvironment } from './load.ts';
import type { Problem, Result } from './problem.ts';

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
    ...(env === undefined
      ? []
      : planned.flatMap(({ environment, plan }) => problemsOf(environment, plan.tier))),
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

/** What an environment must have, and what in its file is of the primary Region alone. */
function problemsOf(environment: Environment, tier: PlannedEnvironment['plan']['tier']): Problem[] {
  const { name, recoveryRegion, storage, domain, network, mail } = environment;
  const at = (path: string) => `${name}.${path}`;
  if (recoveryRegion === undefined) {
    return [
      {
        path: at('recoveryRegion'),
        value: undefined,
        message: 'is missing: nothing of this environment was ever copied to another Region',
        allowed: 'a Region, named before the loss',
        fix: 'restore in the Region where the backups are: npm run backups says which there are',
      },
    ];
  }
  const elsewhere = `is of ${environment.region} and of no use in ${recoveryRegion}`;
  return [
    ...(tier !== 'small' && storage.filestore === 'efs'
      ? [
          {
            path: at('storage.filestore'),
            value: storage.filestore,
            message:
              'cannot be brought back by this command yet: the copy of the file system is read-only until its replication ends',
            allowed: 's3-files',
            fix: 'follow docs/recovery-points.md, which names the copies that belong together',
          },
        ]
      : []),
    ...(network.kind === 'existing'
      ? [
          {
            path: at('network'),
            value: network.vpcId,
            message: elsewhere,
            allowed: 'a new network',
            fix: 'recover from a copy of the file without the field network, so that a new VPC is made',
          },
        ]
      : []),
    ...(tier !== 'small' && domain?.hostedZone === undefined
      ? [
          {
            path: at('domain.certificateArn'),
            value: domain?.certificateArn,
            message: elsewhere,
            allowed: `an issued certificate of ACM in ${recoveryRegion}`,
            fix: 'recover from a copy of the file with the certificate of that Region',
          },
        ]
      : []),
    ...(mail?.kind === 'relay' && mail.credentialsArn !== undefined
      ? [
          {
            path: at('mail.relay.credentialsArn'),
            value: mail.credentialsArn,
            message: elsewhere,
            allowed: `a secret in ${recoveryRegion}`,
            fix: 'recover from a copy of the file with a secret of that Region',
          },
        ]
      : []),
  ];
}
