import type { Rung } from './alarm-history.ts';
import type { Proof } from './evidence.ts';
import type { Measurements } from './measurements.ts';
import type { MaintenanceReport } from '../../database-maintenance/maintain.lambda/maintenance.ts';
import { atWork, fallPerDay, type Month, quantile, type Series, sum, within } from './series.ts';
import type { Settings } from './settings.ts';
import { type BusyShares, type Recommendation, recommendedUsers } from './users.ts';

const FIVE_MINUTES = 300;
const GIB = 1024 ** 3;

/** What could be gathered; `undefined` where a service did not answer. */
export interface Gathered {
  readonly now: Date;
  readonly months: readonly [reported: Month, ...before: Month[]];
  /** Of the reported month, each five minutes. */
  readonly fine?: Measurements;
  /** Of all months, each day. */
  readonly daily?: Measurements;
  readonly rung?: readonly Rung[];
  readonly proofs?: readonly Proof[];
  /** `null`: there was none yet. */
  readonly look?: MaintenanceReport | null;
  /** What could not be read, and why. */
  readonly failures: readonly string[];
}

/** One line of the table of the load, the reported month first. */
export interface LoadLine {
  readonly what: string;
  readonly values: readonly (string | undefined)[];
}

export interface Storage {
  readonly freeNow: string;
  readonly growthPerWeek?: string;
  /** Undefined where it does not grow, or too little is known. */
  readonly daysToFull?: number;
}

/** What the months say, before anything is concluded. */
export interface Health {
  readonly load: readonly LoadLine[];
  readonly availability?: { readonly reached: number; readonly of: string };
  readonly users: Recommendation;
  readonly storage?: Storage;
}

export function healthOf(settings: Settings, gathered: Gathered): Health {
  return {
    load: loadOf(gathered),
    availability: availabilityOf(settings, gathered.fine ?? {}),
    users: recommendedUsers(settings.users, busyShares(settings, gathered.fine ?? {})),
    storage: storageOf(settings, gathered),
  };
}

/** Of the days of a month, what nearly all do not exceed. */
function highest(unit: string): (series: Series) => string | undefined {
  return (series) => {
    const value = quantile(
      series.map((entry) => entry.value),
      0.95,
    );
    return value === undefined ? undefined : `${round(value)}${unit}`;
  };
}

function loadOf({ months, daily = {} }: Gathered): readonly LoadLine[] {
  const line = (what: string, series: Series | undefined, of: (month: Series) => string | undefined) =>
    series === undefined || series.length === 0
      ? []
      : [{ what, values: months.map((month) => of(within(series, month))) }];
  return [
    ...line('Requests', daily.requests, (month) =>
      month.length === 0 ? undefined : sum(month).toLocaleString('en'),
    ),
    ...line('Response time, 95 % of requests', daily.p95, highest(' s')),
    ...line('CPU of the web nodes', daily.webCpu, highest(' %')),
    ...line('CPU of the cron task', daily.cronCpu, highest(' %')),
    ...line('Memory of the web nodes', daily.webMemory, highest(' %')),
    ...line('CPU of the database', daily.databaseCpu, highest(' %')),
    ...line('Connections to the database', daily.connections, highest('')),
    ...line('CPU of the server', daily.serverCpu, highest(' %')),
    ...line('Memory of the server', daily.serverMemory, highest(' %')),
  ];
}

/**
 * By the requests of business hours that did not fail. What the load balancer answered itself, because there was nobody to ask, is
 * not among its requests. On the single server by the minutes in which it said that Odoo is well.
 */
function availabilityOf(
  { businessHours, metrics }: Settings,
  { requests = [], errors = [], entryErrors = [], healthy = [] }: Measurements,
): Health['availability'] {
  const unanswered = sum(atWork(entryErrors, businessHours));
  const asked = sum(atWork(requests, businessHours)) + unanswered;
  if (asked > 0) {
    const failed = sum(atWork(errors, businessHours)) + unanswered;
    return { reached: 100 * (1 - failed / asked), of: 'requests in business hours' };
  }
  const well = metrics.healthy === undefined ? [] : atWork(healthy, businessHours);
  if (well.length === 0) return undefined;
  return { reached: (100 * sum(well)) / well.length, of: 'time in business hours that was measured' };
}

/**
 * Workers are as busy as requests take time: so many a second, each so long, are being served at once. CPU is in percent of what the tasks of a
 * service have, however many there are.
 */
function busyShares({ businessHours, workers }: Settings, fine: Measurements): BusyShares {
  const share = (series: Series = []) => atWork(series, businessHours).map(({ value }) => value / 100);
  const took = new Map((fine.responseTime ?? []).map(({ at, value }) => [at.getTime(), value]));
  return {
    workers: atWork(fine.requests ?? [], businessHours).map(
      ({ at, value }) => (value * (took.get(at.getTime()) ?? 0)) / FIVE_MINUTES / workers,
    ),
    webCpu: share(fine.webCpu),
    databaseCpu: share(fine.databaseCpu),
    serverCpu: share(fine.serverCpu),
  };
}

function storageOf({ storageGiB }: Settings, { daily = {} }: Gathered): Storage | undefined {
  const last = daily.freeStorage?.at(-1);
  if (last !== undefined && storageGiB !== undefined) {
    const perDay = fallPerDay(daily.freeStorage ?? []);
    // RDS adds this by itself.
    const left = last.value + (storageGiB.most - storageGiB.planned) * GIB;
    return {
      freeNow: `${round(last.value / GIB)} GiB of the database, and ${storageGiB.most - storageGiB.planned} GiB that RDS may add to what was deployed`,
      ...trend(perDay, left, (value) => `${round(value / GIB)} GiB`),
    };
  }
  const used = daily.serverDisk ?? [];
  const now = used.at(-1);
  if (now === undefined) return undefined;
  const free = used.map(({ at, value }) => ({ at, value: 100 - value }));
  return {
    freeNow: `${round(100 - now.value)} % of the data volume`,
    ...trend(fallPerDay(free), 100 - now.value, (value) => `${round(value)} % of the volume`),
  };
}

function trend(perDay: number | undefined, left: number, shown: (value: number) => string): Partial<Storage> {
  if (perDay === undefined) return {};
  return {
    growthPerWeek: perDay > 0 ? shown(7 * perDay) : 'none',
    ...(perDay > 0 && { daysToFull: Math.floor(left / perDay) }),
  };
}

/** Two digits that count, without an exponent. */
export function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
