import type { Environment } from '../environment.ts';
import type { Plan } from './plan.ts';
import { databaseTodayGiB } from './storage.ts';

/*
 * What an environment consumes in a month beside machines that run all the time. Every rate here is assumed, chosen to
 * be on the high side of ordinary office use; items that rest on them are marked with low confidence. They matter
 * little: machines, database and network make up nearly all of a bill.
 */

/** Minutes of a month. */
const MINUTES = 30 * 24 * 60;
/** Working time in a month: 22 days of 8 hours. */
const WORKING_MINUTES = 22 * 8 * 60;
/** Requests per minute of somebody at work, averaged over the day; busy minutes have 30. */
const AVERAGE_REQUESTS_PER_MINUTE = 10;
/** Answer to a request as it leaves AWS, compressed; a warm page load is 20 kB in 4 requests (measured). */
const ANSWER_KB = 10;
/** What Odoo and PostgreSQL exchange for a request. */
const DATABASE_TRAFFIC_KB = 20;
/** Lines of nginx, Odoo and the VPC's flow log for a request. */
const LOG_KB = 1.5;
/** A line of the vital signs, one a minute, whether anybody works or not (measured). */
const VITAL_SIGNS_KB = 0.35;
/** A session file, read with each request and rewritten with every tenth. */
const SESSION_KB = 4;
const SESSION_WRITES = 0.1;
/** Outgoing traffic that is not an answer: images of new tasks, mail, web services. */
const OUTGOING_BASE_GB = 10;
/** An attachment on average. */
const OBJECT_KB = 200;
/** Part of the filestore in use within a month, which S3 Files keeps on its fast layer. */
const ACTIVE_FILES = 0.3;
/** Part of the database that changes in a day. */
export const DAILY_CHANGE = 0.02;
/** Size of a pgBackRest backup or of a dump as a part of the database: it is compressed. */
const COMPRESSED = 0.4;

const KB_PER_GB = 1_000_000;

/** Quantities of a month. */
export interface Usage {
  readonly requests: number;
  readonly internetGB: number;
  readonly natGB: number;
  readonly betweenZonesGB: number;
  readonly logsGB: number;
  readonly storedLogsGB: number;
  readonly filestoreGB: number;
  readonly activeFilesGB: number;
  readonly fileReadsGB: number;
  readonly fileWritesGB: number;
  readonly newObjects: number;
  readonly sessionReadsGB: number;
  readonly sessionWritesGB: number;
  readonly databaseGB: number;
  /** Data that changes in a month, database and filestore: what copies to another Region carry. */
  readonly changedGB: number;
  /** Recovery points of the database or the data volume, all together. */
  readonly recoveryPointsGB: number;
  /** Recovery points of a filestore on EFS, all together. */
  readonly filePointsGB: number;
  /** Attachments that come in a month. */
  readonly newFilesGB: number;
  /** Automated backups of RDS as they are copied to another Region, where no part of them is included in a price. */
  readonly replicatedBackupGB: number;
  /** Continuous backup of RDS beyond what its price includes. */
  readonly paidBackupGB: number;
  /** pgBackRest's repository of the single server, and its nightly dumps. */
  readonly repositoryGB: number;
}

export function usageOf(
  environment: Environment,
  { concurrentUsers, database }: Pick<Plan, 'concurrentUsers' | 'database'>,
): Usage {
  const { storage, retention } = environment;
  const requests = concurrentUsers * WORKING_MINUTES * AVERAGE_REQUESTS_PER_MINUTE;
  const perRequest = (kilobytes: number): number => (requests * kilobytes) / KB_PER_GB;
  const logsGB = perRequest(LOG_KB) + (MINUTES * VITAL_SIGNS_KB) / KB_PER_GB;
  const databaseGB = Math.min(databaseTodayGiB(environment), database.storageGiB);
  const filestoreGB = storage.filestoreGiB;
  const newFilesGB = (filestoreGB * storage.growthPerYear) / 12;
  const protectedGB = database.kind === 'host' ? databaseGB + filestoreGB : databaseGB;
  return {
    requests,
    internetGB: perRequest(ANSWER_KB),
    natGB: OUTGOING_BASE_GB + perRequest(ANSWER_KB) / 10,
    betweenZonesGB: perRequest(DATABASE_TRAFFIC_KB),
    logsGB,
    storedLogsGB: (logsGB * retention.logDays) / 30,
    filestoreGB,
    activeFilesGB: filestoreGB * ACTIVE_FILES,
    fileReadsGB: filestoreGB * ACTIVE_FILES,
    fileWritesGB: newFilesGB,
    newObjects: objectsIn(newFilesGB),
    sessionReadsGB: perRequest(SESSION_KB),
    sessionWritesGB: perRequest(SESSION_KB) * SESSION_WRITES,
    databaseGB,
    changedGB: databaseGB * DAILY_CHANGE * 30 + newFilesGB,
    newFilesGB,
    filePointsGB: recoveryPointsGB(filestoreGB, retention),
    recoveryPointsGB: recoveryPointsGB(protectedGB, retention),
    replicatedBackupGB: databaseGB * (1 + DAILY_CHANGE * retention.pointInTimeDays),
    paidBackupGB: Math.max(
      0,
      databaseGB * (1 + DAILY_CHANGE * retention.pointInTimeDays) - database.storageGiB,
    ),
    repositoryGB: databaseGB * COMPRESSED * (retention.pointInTimeDays + retention.daily),
  };
}

/** Attachments in so many GB. */
export function objectsIn(gb: number): number {
  return (gb * KB_PER_GB) / OBJECT_KB;
}

/** One full copy and the changes of the days that the recovery points span; never more than full copies would be. */
function recoveryPointsGB(sizeGB: number, { daily, weekly, monthly }: Environment['retention']): number {
  const points = daily + weekly + monthly;
  const days = daily + weekly * 7 + monthly * 30;
  return points === 0 ? 0 : sizeGB * Math.min(points, 1 + DAILY_CHANGE * days);
}
