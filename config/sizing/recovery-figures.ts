import type { PlanPart } from './plan.ts';
import { sources } from './sources.ts';

/**
 * How long the parts of a recovery take, each with what it rests on. Plan, estimate of a drill and the table of docs/faults.md
 * take their numbers from here; what a drill measures belongs here, too.
 */
export interface Figure extends Pick<PlanPart, 'basis' | 'source'> {
  readonly minutes: number;
  /** Day from which the number is, ISO 8601. */
  readonly asOf: string;
}

type Source = keyof typeof sources;

const figure = (basis: Figure['basis'], minutes: number, source: Source, asOf: string): Figure => ({
  minutes,
  basis,
  source: sources[source],
  asOf,
});
const measured = (seconds: number, source: Source, asOf: string): Figure =>
  figure('measured', seconds / 60, source, asOf);
/** Nothing has run in an account: who runs a drill knows better. */
const assumed = (minutes: number): Figure => figure('assumed', minutes, 'drill', '2026-11-30');

/** Seconds from launch until a whole server served, with packages and image on board, by GiB of its database. */
export const MEASURED_SERVERS = {
  asOf: '2026-11-30',
  gib: [0.07, 0.97],
  /** In the recovery Region, from the copy. */
  fromCopy: [65, 140],
  /** In its own Region, from its own backups into a blank volume. */
  fromBackups: [80, 122],
} as const;

/** Odoo, until everybody was served after a failover of the database. */
export const SERVED_AFTER_FAILOVER_SECONDS = 2;

/** What of {@link MEASURED_SERVERS} depends on the database. */
function perGiB([few, many]: readonly [number, number]): Figure {
  const [least, most] = MEASURED_SERVERS.gib;
  return measured((many - few) / (most - least), 'recoverySmall', MEASURED_SERVERS.asOf);
}

const uponNearlyNothing = ([few]: readonly [number, number]): Figure =>
  measured(few, 'recoverySmall', MEASURED_SERVERS.asOf);

/** Parts of a recovery of the single server. */
export const serverFigures = {
  /** Two failed status checks of EC2, one a minute, and the group's own look at them. */
  noticed: assumed(3),
  /** Ubuntu is up and runs its user data. */
  launched: assumed(1),
  /** On two busy cores. */
  packages: measured(153, 'provisioning', '2026-11-22'),
  /** Odoo's image, 2 GB unpacked. */
  imagePulled: assumed(1.5),
  /** Everything else of the provisioning, and Odoo's start. */
  provisioned: measured(22 + 4, 'provisioning', '2026-11-22'),
  /** CloudFormation, with another volume or with the stacks of a recovered server. */
  volumeDeployed: assumed(5),
  stacksDeployed: assumed(10),
  fromBackups: uponNearlyNothing(MEASURED_SERVERS.fromBackups),
  fromBackupsPerGiB: perGiB(MEASURED_SERVERS.fromBackups),
  fromCopy: uponNearlyNothing(MEASURED_SERVERS.fromCopy),
  fromCopyPerGiB: perGiB(MEASURED_SERVERS.fromCopy),
  /** 980 MB in 19 s, replay of the log included: on the server in service, which has everything else. */
  momentPerGiB: measured(20, 'serverBackup', '2026-11-22'),
  /** 5,000 attachments of 200 kB at 100 a second, which is slow for S3. */
  attachmentsPerGiB: assumed(0.9),
} as const;

/** Parts of a recovery of an environment with RDS. */
export const serviceFigures = {
  /** A task is started, passes its health checks and is registered. */
  taskStarted: assumed(4),
  /** Other nodes are there. */
  nodesLeft: figure('designed', 0, 'rollingUpdate', '2026-11-30'),
  failover: figure('stated', 2, 'rdsFailover', '2026-11-30'),
  /** RDS makes an instance of a snapshot; hardly dependent on its size, because blocks are loaded when they are read. */
  databaseRestored: figure('assumed', 40, 'stagingTimes', '2026-11-30'),
  /** RDS replays its log since the last snapshot, a day's at most. */
  logPerGiB: assumed(1),
  /** Both instances change their names, and the services are started again. */
  databasePutInPlace: assumed(15),
  /** "Several minutes", while RDS restores: nothing waits for it. */
  replicationEnded: figure('designed', 0, 'efsReplicationEnds', '2026-11-30'),
  egressDeployed: assumed(3),
  /** Load balancer, firewall, certificate. */
  edgeDeployed: assumed(10),
  jobRun: assumed(5),
  servicesStarted: assumed(5),
  othersDeployed: assumed(5),
} as const;

/** Parts that both have. */
export const commonFigures = {
  /** For so long `npm run fence` waits for a Region that does not answer. */
  fenced: figure('designed', 6, 'fence', '2026-11-30'),
  momentFound: assumed(1),
  dnsChanged: figure('stated', 1, 'route53Change', '2026-11-30'),
  /** Resolvers remember the old answer. */
  dnsForgotten: figure('designed', 1, 'dnsRecord', '2026-11-30'),
} as const;

/** Parts of a drill that a recovery has not, or not so. */
export const drillFigures = {
  /** A million attachments at 50 ms an answer, of which 10,000 are read. */
  validated: measured(119, 'restoreBench', '2026-11-30'),
  /** Image, neutralization of the copy, start, asset bundles, checks. */
  odooChecked: assumed(15),
  /** RDS deletes an instance without a snapshot. */
  tornDown: assumed(10),
  /** Of a drill that has nothing else. */
  taskEnded: assumed(1),
} as const;

/** Hours for which a drill has its database, at least and at most as a rule; assumed. */
export const DRILL_HOURS = { least: 1, most: 3 };

/** Hours for which a drill of small has its task; assumed. */
export const DRILL_TASK_HOURS = { least: 0.5, most: 2 };
