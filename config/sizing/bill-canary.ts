import { hasCanary } from '../monitoring.ts';
import type { BillBasis, BillLine } from './bill-line.ts';

/** GB of memory that a run has. */
const RUN_GB = 1;

/** How long a run takes: a browser starts, a page comes, a websocket is held; assumed. */
const RUN_SECONDS = 20;

/** Objects that a run leaves in the bucket: its log, a report, what Synthetics notes of it; assumed. */
const RUN_OBJECTS = 4;

/** On what the canary finds, and that it runs. */
const CANARY_ALARMS = 2;

/**
 * Metrics that a share of failed requests is made of: answered, failed and, where a load balancer counts them, refused. Of a share of
 * failed runs it is one.
 */
const REQUEST_METRICS = { small: 2, medium: 3, large: 3 } as const;

/** Two alarms on availability, each of a long time and a short one. */
const AVAILABILITY_ALARMS = 2;

/** Runs of the canary, its function, and what it writes. */
export function canaryLines({ environment, hours }: BillBasis): readonly BillLine[] {
  if (!hasCanary(environment)) return [];
  const runs = (60 * hours) / environment.monitoring.canaryMinutes;
  return [
    { item: 'Canary: runs', key: 'cloudwatch.synthetics.canaryRun', quantity: runs, unit: 'runs' },
    {
      item: 'Canary: function',
      key: 'lambda.x86.gbSecond',
      quantity: runs * RUN_GB * RUN_SECONDS,
      unit: 'GB-seconds',
      estimated: true,
    },
    {
      item: 'Canary: uploads',
      key: 's3.standard.put',
      quantity: (runs * RUN_OBJECTS) / 1000,
      unit: 'thousand requests',
      estimated: true,
    },
  ];
}

/** Alarms that are made of others. */
export function compositeAlarmLine(basis: BillBasis): BillLine {
  return {
    item: 'Alarms of several conditions',
    key: 'cloudwatch.alarm.composite',
    quantity: metricsOfAShare(basis) > 0 ? AVAILABILITY_ALARMS : 0,
    unit: 'alarms',
  };
}

/** Metrics that the alarms of the canary and on availability look at. */
export function userAlarmMetrics(basis: BillBasis): number {
  const share = metricsOfAShare(basis);
  const clock = share > 0 ? 1 : 0;
  return (hasCanary(basis.environment) ? CANARY_ALARMS : 0) + 2 * AVAILABILITY_ALARMS * share + clock;
}

/** Of requests and of runs of the canary, as far as they are counted and something is promised. */
function metricsOfAShare({ environment, plan }: BillBasis): number {
  if (!environment.production) return 0;
  return REQUEST_METRICS[plan.tier] + (hasCanary(environment) ? 1 : 0);
}
