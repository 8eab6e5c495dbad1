import type { Environment } from '../environment.ts';
import { lossOfRegion, mistakeWithin } from './loss-parts.ts';
import type { AppPlan, DatabasePlan, RecoveryPhase } from './plan.ts';
import { type Figure, SERVED_AFTER_FAILOVER_SECONDS, serviceFigures as figures } from './recovery-figures.ts';
import { domainMoved, fenced, momentFound, type Recovery, takes, withoutCopies } from './recovery-parts.ts';
import { databaseTodayGiB } from './storage.ts';
import { DAILY_CHANGE } from './usage.ts';

export const LOSS_OF_NODE = 'the loss of a web node';
export const LOSS_OF_DATABASE = 'the loss of the database or its zone';

/** What of a plan says how medium and large come back. */
export interface ServicePlan {
  readonly app: Pick<AppPlan, 'nodesMin'>;
  readonly database: Pick<DatabasePlan, 'multiAz'>;
}

/** What brings medium and large back. */
export function serviceRecoveries(
  environment: Environment,
  { app, database }: ServicePlan,
): readonly Recovery[] {
  const restoredBeside = [restoredByRds(environment, 'in its Region'), putInPlace];
  return [
    { after: mistakeWithin(environment.retention.pointInTimeDays), decided: true, phases: restoredBeside },
    { after: LOSS_OF_NODE, decided: false, phases: [app.nodesMin > 1 ? othersServe : nodeStarted] },
    database.multiAz
      ? { after: LOSS_OF_DATABASE, decided: false, phases: [failedOver] }
      : { after: LOSS_OF_DATABASE, decided: true, phases: restoredBeside },
    { after: lossOfRegion(environment.region), decided: true, phases: inOtherRegion(environment) },
  ];
}

/** How long RDS takes for a database of today's size. */
export function restoreByRds(environment: Environment): Figure {
  const { databaseRestored, logPerGiB } = figures;
  const changedGiB = databaseTodayGiB(environment) * DAILY_CHANGE;
  return { ...databaseRestored, minutes: databaseRestored.minutes + changedGiB * logPerGiB.minutes };
}

function restoredByRds(environment: Environment, where: string): RecoveryPhase {
  return takes(
    'database',
    restoreByRds(environment),
    `RDS restores ${databaseTodayGiB(environment)} GiB ${where} and replays a day's log at most; it is slow at first, because RDS goes on loading it`,
  );
}

const putInPlace = takes(
  'names',
  figures.databasePutInPlace,
  'the restored instance takes the place of the other one, by hand',
);
const replicationEnded = takes(
  'filestore',
  figures.replicationEnded,
  'EFS ends its replication and the copy can be written, while RDS restores; what was deleted after the moment is gone',
);
const othersServe = takes('nodes', figures.nodesLeft, 'the others serve on, while ECS starts another one');
const nodeStarted = takes('node', figures.taskStarted, 'it is the only one, and ECS starts another one');
const failedOver = takes(
  'failover',
  figures.failover,
  `RDS goes on with the standby; then everybody is served within ${SERVED_AFTER_FAILOVER_SECONDS} s, as measured`,
);

function inOtherRegion(environment: Environment): readonly RecoveryPhase[] {
  const { recoveryRegion, storage, recovery } = environment;
  if (recoveryRegion === undefined) return withoutCopies;
  return [
    fenced,
    momentFound,
    restoredByRds(environment, `in ${recoveryRegion}`),
    ...(storage.filestore === 'efs' ? [replicationEnded] : []),
    ...(recovery.network.kind === 'existing'
      ? []
      : [takes('network', figures.egressDeployed, 'NAT gateways, in a network that is there')]),
    takes('entry', figures.edgeDeployed, 'load balancer, certificate and firewall'),
    takes('release', figures.jobRun, 'the database job looks at what was restored'),
    takes('services', figures.servicesStarted, 'tasks start, and Odoo answers'),
    takes('others', figures.othersDeployed, 'vault, alarms and identities, in the same deployment'),
    ...domainMoved(environment),
  ];
}
